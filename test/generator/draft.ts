import { parseCase, type DifferentialCase } from '../harness/case-file.ts';

/** A directive, or a section with what is in it. */
export interface Block {
  readonly text: string;
  readonly children?: readonly Block[];
}

/** A case in parts that can be left out one by one. */
export interface Draft {
  readonly seed: number;
  /** Modules beside the usual ones. */
  readonly modules: readonly string[];
  readonly logs: readonly string[];
  readonly conf: readonly Block[];
  readonly files: readonly string[];
  readonly htaccess: readonly { readonly directory: string; readonly blocks: readonly Block[] }[];
  readonly requests: readonly string[];
}

function printBlock(block: Block, indent: string): string {
  if (block.children === undefined) return `${indent}${block.text}\n`;
  const name = /^<(\w+)/.exec(block.text)?.[1] ?? '';
  return `${indent}${block.text}\n${printBlocks(block.children, `${indent}  `)}${indent}</${name}>\n`;
}

function printBlocks(blocks: readonly Block[], indent: string): string {
  return blocks.map((block) => printBlock(block, indent)).join('');
}

/** The draft as the text of a `.case` file. */
export function printDraft(draft: Draft): string {
  const sections = [
    `Made by the generator with seed ${draft.seed}.\n--- modules ${draft.modules.join(' ')}\n--- conf\n${printBlocks(draft.conf, '')}`,
    `--- files\n${draft.files.join('\n')}\n`,
    ...draft.htaccess.map(
      ({ directory, blocks }) => `--- file ${directory}.htaccess\n${printBlocks(blocks, '')}`,
    ),
    `--- logs\n${draft.logs.join('\n')}\n`,
    `--- requests\n${draft.requests.join('\n')}\n`,
  ];
  return sections.join('');
}

/** The draft as a case that the harness can run. */
export function toCase(draft: Draft): DifferentialCase {
  const id = `generated/seed-${draft.seed}`;
  return parseCase(printDraft(draft), `${id}.case`, id);
}

/** Every draft with something left out, the biggest parts first. */
export function* smaller(draft: Draft): Generator<Draft> {
  for (const files of shorter(draft.files)) yield { ...draft, files };
  for (const htaccess of shorter(draft.htaccess)) yield { ...draft, htaccess };
  for (const conf of smallerBlocks(draft.conf)) yield { ...draft, conf };
  for (const [index, entry] of draft.htaccess.entries()) {
    for (const blocks of smallerBlocks(entry.blocks)) {
      yield {
        ...draft,
        htaccess: draft.htaccess.map((other, at) => (at === index ? { ...entry, blocks } : other)),
      };
    }
  }
}

function* smallerBlocks(blocks: readonly Block[]): Generator<readonly Block[]> {
  yield* shorter(blocks);
  for (const [index, block] of blocks.entries()) {
    if (block.children === undefined) continue;
    for (const children of smallerBlocks(block.children)) {
      yield blocks.map((other, at) => (at === index ? { text: block.text, children } : other));
    }
  }
}

/** The list without all, without each half, each quarter, and so on down to single items. */
function* shorter<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let size = list.length; size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < list.length; start += size) {
      yield [...list.slice(0, start), ...list.slice(start + size)];
    }
  }
}
