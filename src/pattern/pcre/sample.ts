import type { ByteSet } from './byte-set.ts';
import type { PcreNode } from './node.ts';

/** A text that reaches a loop of a pattern, and a text that keeps it going. */
export interface LoopSample {
  readonly prefix: string;
  readonly pump: string;
}

/** More loops than these are not tried one by one. */
const MAX_SAMPLES = 32;

/** Samples for the pattern's unbounded loops, the outer before the inner. */
export function loopSamples(node: PcreNode): readonly LoopSample[] {
  const samples: LoopSample[] = [];
  collect(node, '', samples);
  return samples;
}

function collect(node: PcreNode, prefix: string, samples: LoopSample[]): void {
  if (samples.length >= MAX_SAMPLES) return;
  switch (node.type) {
    case 'sequence': {
      let before = prefix;
      node.items.forEach((item, index) => {
        collect(item, before, samples);
        // What stands behind a loop can also be within it: there the loop may end anywhere.
        const next = node.items[index + 1];
        const pump = next === undefined ? '' : sample(next);
        if (pump.length === 1 && loopSet(item)?.[pump.charCodeAt(0)] === 1)
          samples.push({ prefix: before, pump });
        before += sample(item);
      });
      return;
    }
    case 'choice':
    case 'look':
      for (const option of node.options) collect(option, prefix, samples);
      return;
    case 'group':
    case 'capture':
    case 'atomic':
      collect(node.body, prefix, samples);
      return;
    case 'repeat': {
      const pump = sample(node.body) || sampleOfAny(node.body);
      if (node.max === Infinity && pump !== '') samples.push({ prefix, pump });
      collect(node.body, prefix, samples);
      return;
    }
    default:
      return;
  }
}

/** The bytes of a loop over single bytes. */
function loopSet(node: PcreNode): ByteSet | undefined {
  if (node.type === 'capture' || node.type === 'group') return loopSet(node.body);
  if (node.type !== 'repeat' || node.max !== Infinity) return undefined;
  return node.body.type === 'set' ? node.body.set : undefined;
}

/** A short text that the node matches, assertions and references aside. */
function sample(node: PcreNode): string {
  switch (node.type) {
    case 'byte':
      return String.fromCharCode(node.byte);
    case 'set':
      return sampleOfSet(node.set);
    case 'sequence':
      return node.items.map(sample).join('');
    case 'choice':
      return sample(node.options[0]!);
    case 'group':
    case 'capture':
    case 'atomic':
      return sample(node.body);
    case 'repeat':
      return sample(node.body).repeat(Math.min(node.min, 64));
    default:
      return '';
  }
}

/** A text for a body that may be empty, but need not be. */
function sampleOfAny(node: PcreNode): string {
  switch (node.type) {
    case 'repeat':
      return node.max > 0 ? sample(node.body) || sampleOfAny(node.body) : '';
    case 'sequence':
      return node.items.map(sampleOfAny).find((text) => text !== '') ?? '';
    case 'choice':
      return (
        node.options.map((option) => sample(option) || sampleOfAny(option)).find((text) => text !== '') ?? ''
      );
    case 'group':
    case 'capture':
    case 'atomic':
      return sampleOfAny(node.body);
    default:
      return sample(node);
  }
}

/** A byte of the set, letters first; several sets then agree on one where they can. */
function sampleOfSet(set: ByteSet): string {
  for (const preferred of 'a/0A.-_ ') if (set[preferred.charCodeAt(0)] === 1) return preferred;
  const byte = set.indexOf(1);
  return byte < 0 ? '' : String.fromCharCode(byte);
}
