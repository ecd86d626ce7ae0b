/** Methods of the `<Limit>` or `<LimitExcept>` around a line. */
export type MethodLimit = { readonly only: readonly string[] } | { readonly except: readonly string[] };

/** Whether a line inside that section speaks of a method; `GET` stands for `HEAD`, too. */
export function limitCovers(limit: MethodLimit | undefined, method: string): boolean {
  if (!limit) return true;
  const known = method === 'HEAD' ? 'GET' : method;
  if ('only' in limit) return limit.only.some((name) => (name === 'HEAD' ? 'GET' : name) === known);
  return !limit.except.some((name) => (name === 'HEAD' ? 'GET' : name) === known);
}
