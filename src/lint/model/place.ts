import { remembering } from '../../source/remembering.ts';
import { findDirective } from '../../../grammar/catalogue/index.ts';
import type { ConfigNode, SectionNode } from '../../syntax/tree.ts';
import type { EnclosingSection, ModelServer, PlacedDirective, PlacedSection } from './model.ts';

/** Every line of a tree with the place it stands in. */
export interface Placed {
  readonly servers: readonly ModelServer[];
  readonly directives: readonly PlacedDirective[];
  readonly sections: readonly PlacedSection[];
}

interface Draft {
  readonly servers: ModelServer[];
  readonly directives: PlacedDirective[];
  readonly sections: PlacedSection[];
  order: number;
}

/** Walks a loaded tree in httpd's order. */
export function placeNodes(tree: readonly ConfigNode[]): Placed {
  const draft: Draft = { servers: [], directives: [], sections: [], order: 0 };
  const main: ModelServer = {
    isMain: true,
    node: undefined,
    addresses: [],
    name: ownName(tree),
    aliases: [],
  };
  draft.servers.push(main);
  walk(draft, tree, [], main);
  return draft;
}

function walk(
  draft: Draft,
  nodes: readonly ConfigNode[],
  sections: readonly EnclosingSection[],
  server: ModelServer,
): void {
  for (const node of nodes) {
    const order = draft.order++;
    if (node.kind === 'directive') {
      draft.directives.push({
        kind: 'directive',
        name: canonicalName(node.name.text),
        node,
        sections,
        server,
        order,
      });
      continue;
    }
    const name = node.name.text.toLowerCase();
    const inner = name === 'virtualhost' ? virtualHost(node) : server;
    if (inner !== server) draft.servers.push(inner);
    draft.sections.push({ kind: 'section', name, node, sections, server, order });
    walk(draft, node.children, [...sections, { name, node }], inner);
  }
}

/** A directive's name as the catalogue spells it; a configuration has few spellings. */
const canonicalName = remembering(
  { most: 5000, longest: 64 },
  (written) => findDirective(written.toLowerCase())[0]?.row.name ?? written,
);

function virtualHost(node: SectionNode): ModelServer {
  const aliases = directivesOf(node.children, 'serveralias').flatMap((alias) =>
    alias.args.map((word) => word.text.toLowerCase()),
  );
  return {
    isMain: false,
    node,
    addresses: node.args.map((word) => word.text),
    name: ownName(node.children),
    aliases,
  };
}

function ownName(nodes: readonly ConfigNode[]): string | undefined {
  return directivesOf(nodes, 'servername').at(-1)?.args[0]?.text.toLowerCase();
}

function directivesOf(nodes: readonly ConfigNode[], lower: string) {
  return nodes.flatMap((node) =>
    node.kind === 'directive' && node.name.text.toLowerCase() === lower ? [node] : [],
  );
}

/** The innermost section of one of these names around a place. */
export function enclosing(
  sections: readonly EnclosingSection[],
  ...names: readonly string[]
): SectionNode | undefined {
  return sections.findLast((section) => names.includes(section.name))?.node;
}
