/** Whether a version as numbers comes before one as text. */
export function isOlder(target: readonly number[], version: string): boolean {
  const wanted = version.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const [have = 0, want = 0] = [target[i], wanted[i]];
    if (have !== want) return have < want;
  }
  return false;
}
