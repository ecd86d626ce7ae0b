const MAX_SUGGESTIONS = 3;

/**
 * The candidates nearest to a misspelt name, best first, at most three; case does not count. What is further away
 * than a third of the name's length is no suggestion.
 *
 * @param mostSteps what is further away than these is none either
 */
export function suggestNames(name: string, candidates: Iterable<string>, mostSteps = Infinity): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.min(mostSteps, Math.max(1, Math.floor(wanted.length / 3)));
  const near: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit) near.push({ candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  const furthest = (near[0]?.distance ?? 0) + 1; // what is much worse than the best is no help
  return near
    .filter(({ distance }) => distance <= furthest)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ candidate }) => candidate);
}

/** `did you mean A, B or C?`, or undefined without suggestions. */
export function suggestionHelp(names: readonly string[]): string | undefined {
  const last = names.at(-1);
  if (last === undefined) return undefined;
  return `did you mean ${names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`}?`;
}

/** Insertions, removals, replacements and swaps of neighbours between two texts; anything above `limit` counts as too far. */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
