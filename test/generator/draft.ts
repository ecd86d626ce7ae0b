import { parseCase, type DifferentialCase } from '../harness/case-file.ts';

/** A directive, or a section with what is in it. */
export interface Block {
  readonly text: string;
  readonly children?: readonly Block[];
}

/** A case in parts that can be left out one by one. */
export interface Draft {
  readonly seed: number;
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
    `Made by the generator with seed ${draft.seed}.\n--- conf\n${printBlocks(draft.conf, '')}`,
    `--- files\n${draft.files.join('\n')}\n`,
    ...draft.htaccess.map(
      ({ directory, blocks }) => `--- file ${directory}.htaccess\n${printBlocks(blocks, '')}`,
    ),
    `--- requests\n${draft.requests.join('\n')}\n`,
  ];
  return sections.join('');
}

/** The draft as a case that the harness can run. */
export function toCase(draft: Draft): DifferentialCase {
  const id = `generated/seed-${draft.seed}`;
  return parseCase(printDraft(draft), `${id}.case`, id);
}

/** Every draft with one thing fewer, the biggest things first. */
export function* smaller(draft: Draft): Generator<Draft> {
  const without = <T>(list: readonly T[], index: number): readonly T[] =>
    list.filter((_, other) => other !== index);
  for (let index = 0; index < draft.htaccess.length; index += 1) {
    yield { ...draft, htaccess: without(draft.htaccess, index) };
  }
  for (const conf of smallerBlocks(draft.conf)) yield { ...draft, conf };
  for (const [index, entry] of draft.htaccess.entries()) {
    for (const blocks of smallerBlocks(entry.blocks)) {
      yield {
        ...draft,
        htaccess: draft.htaccess.map((other, at) => (at === index ? { ...entry, blocks } : other)),
      };
    }
  }
  for (let index = 0; index < draft.files.length; index += 1) {
    yield { ...draft, files: without(draft.files, index) };
  }
}

function* smallerBlocks(blocks: readonly Block[]): Generator<readonly Block[]> {
  for (let index = 0; index < blocks.length; index += 1) yield blocks.filter((_, other) => other !== index);
  for (const [index, block] of blocks.entries()) {
    if (block.children === undefined) continue;
    for (const children of smallerBlocks(block.children)) {
      yield blocks.map((other, at) => (at === index ? { text: block.text, children } : other));
    }
  }
}
