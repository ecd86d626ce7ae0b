import { isSafePattern } from 'redos-detector';
import { compilePcre } from './pcre.ts';
import type { PcrePattern } from './pcre.ts';

/** What trying a pattern showed. Plain data. */
export interface PatternTrial {
  /**
   * `safe`: no subject makes it slow. `slow`: its time grows faster than the subject. `dangerous`: a subject of a few
   * thousand bytes takes millions of steps, and may make it give up.
   */
  readonly verdict: 'safe' | 'slow' | 'dangerous';
  /** The subject that took longest, when it took long. */
  readonly attack?: Attack;
}

/** A subject made of a beginning, a part that is repeated, and an end that spoils the match. */
export interface Attack {
  readonly prefix: string;
  readonly pump: string;
  readonly repeats: number;
  readonly suffix: string;
  /** Steps that matching took, and whether it was given up for them. */
  readonly steps: number;
  readonly gaveUp: boolean;
}

/** The longest request line that httpd takes by default. */
const SUBJECT_BYTES = 8190;
const ANALYSIS_TIMEOUT_MS = 500;
/** More steps than these for a subject of that length are slow: some tens a byte. */
const SLOW_STEPS = 500_000;
const TRIAL_STEPS = 2_000_000;

/**
 * Tries a pattern on subjects built from its own loops, and lets an analysis of ambiguous paths clear what only looked
 * suspicious. Takes up to a few seconds: run it in a worker.
 */
export function tryPattern(source: string, caseless: boolean): PatternTrial {
  const compiled = compilePcre(source, { caseless });
  if (!compiled.ok || !compiled.pattern.isSuspicious) return { verdict: 'safe' };
  const { pattern } = compiled;
  const worst = worstAttack(pattern);
  if (worst?.gaveUp === true) return { verdict: 'dangerous', attack: worst };
  if (worst !== undefined && worst.steps > SLOW_STEPS) return { verdict: 'slow', attack: worst };
  return { verdict: pattern.regExp !== undefined && isCleared(pattern.regExp.source) ? 'safe' : 'slow' };
}

/** Whether the analysis finds no text that the pattern can match in many ways. */
function isCleared(source: string): boolean {
  return isSafePattern(source, { maxScore: 200, timeout: ANALYSIS_TIMEOUT_MS }).safe;
}

function worstAttack(pattern: PcrePattern): Attack | undefined {
  let worst: Attack | undefined;
  for (const { prefix, pump } of pattern.loopSamples()) {
    for (const suffix of ['', '!', '\n', '\x01']) {
      const room = SUBJECT_BYTES - prefix.length - suffix.length;
      const repeats = Math.max(1, Math.floor(room / pump.length));
      const steps = pattern.countSteps(prefix + pump.repeat(repeats) + suffix, TRIAL_STEPS);
      if (worst === undefined || steps > worst.steps) {
        worst = { prefix, pump, repeats, suffix, steps, gaveUp: steps >= TRIAL_STEPS };
      }
      if (worst.gaveUp) return worst;
    }
  }
  return worst;
}
