import { lowerAscii } from '../../source/lower-ascii.ts';
import { INDEX_OPTION } from './config.ts';
import type { Entry } from './entries.ts';
import { compareNaturally } from './natural-order.ts';
import type { View } from './view.ts';

/** The order of a view's entries: the parent first, then perhaps folders, then by the chosen column. */
export function entryOrder(view: View): (left: Entry, right: Entry) => number {
  const compare =
    view.direction === 'A' ? byColumn : (a: Entry, b: Entry, seen: View) => byColumn(b, a, seen);
  return (left, right) => {
    if (isParent(left) || isParent(right)) return Number(isParent(right)) - Number(isParent(left));
    if (left.isFolderFirst !== right.isFolderFirst) return left.isFolderFirst ? -1 : 1;
    return compare(left, right, view);
  };
}

export function isParent({ name }: Entry): boolean {
  return name.startsWith('/');
}

/** Names that only differ in case or in leading zeros still have an order. @source httpd mod_autoindex.c `dsortf` */
function byColumn(left: Entry, right: Entry, { key, options }: View): number {
  const isByVersion = (options & INDEX_OPTION.versionSort) !== 0;
  const isCaseless = (options & INDEX_OPTION.ignoreCase) !== 0;
  const first = byKey(left, right, key, isByVersion);
  if (first !== 0) return first;
  const orders = [
    () => (isByVersion && isCaseless ? compareNaturally(left.name, right.name, true) : 0),
    () => (isByVersion ? compareNaturally(left.name, right.name, false) : 0),
    () => (isCaseless ? compareBytes(lowerAscii(left.name), lowerAscii(right.name)) : 0),
    () => compareBytes(left.name, right.name),
  ];
  for (const order of orders) {
    const result = order();
    if (result !== 0) return result;
  }
  return 0;
}

function byKey(left: Entry, right: Entry, key: View['key'], isByVersion: boolean): number {
  switch (key) {
    case 'M':
      return (left.modifiedMs ?? 0) - (right.modifiedMs ?? 0);
    case 'S':
      return left.size - right.size;
    case 'D': {
      const [a, b] = [left.description ?? '', right.description ?? ''];
      return isByVersion ? compareNaturally(a, b, false) : compareBytes(a, b);
    }
    case 'N':
      return 0;
  }
}

function compareBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
