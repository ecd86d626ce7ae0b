/**
 * A pure function of a latin1 text that remembers what it gave, for texts that come again and again though clients
 * and applications may choose others. It starts anew when it is full, and works on a copy of what it keeps: a slice
 * would keep the whole text alive that it was cut from.
 *
 * @param bounds `most` texts are kept, none longer than `longest`
 */
export function remembering<T>(
  bounds: { readonly most: number; readonly longest: number },
  make: (text: string) => T,
): (text: string) => T {
  const { most, longest } = bounds;
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as T;
    if (text.length > longest) return make(text);
    const own = ownText(text);
    const made = make(own);
    if (known.size >= most) known.clear();
    known.set(own, made);
    return made;
  };
}

/** A copy of a latin1 text that keeps nothing else alive: a slice would keep the whole that it was cut from. */
export function ownText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
