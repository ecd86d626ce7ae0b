/**
 * Compares two texts so that numbers in them go by their value: `a9` before `a10`. Negative, zero or positive.
 *
 * Blanks do not count. Runs of digits are compared as whole numbers, or digit by digit, as after a decimal point, when
 * one of them starts with a zero.
 *
 * @source httpd apr_strnatcmp.c
 */
export function compareNaturally(left: string, right: string, isCaseless: boolean): number {
  let l = 0;
  let r = 0;
  for (;;) {
    while (isBlank(left, l)) l++;
    while (isBlank(right, r)) r++;
    if (isDigit(left, l) && isDigit(right, r)) {
      const isFraction = left[l] === '0' || right[r] === '0';
      const order = isFraction ? compareFraction(left, l, right, r) : compareWhole(left, l, right, r);
      if (order !== 0) return order;
    }
    if (l >= left.length && r >= right.length) return 0;
    const order = codeAt(left, l, isCaseless) - codeAt(right, r, isCaseless);
    if (order !== 0) return order;
    l++;
    r++;
  }
}

/** Value of a byte, which C takes for negative from 128 on; 0 past the end. */
function codeAt(text: string, at: number, isCaseless: boolean): number {
  if (at >= text.length) return 0;
  const code = text.charCodeAt(at);
  if (isCaseless && code >= 0x61 && code <= 0x7a) return code - 0x20;
  return code < 0x80 ? code : code - 0x100;
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** The longer run is larger; of two that are equally long, the first digit that differs decides. */
function compareWhole(left: string, l: number, right: string, r: number): number {
  let bias = 0;
  for (; ; l++, r++) {
    const hasLeft = isDigit(left, l);
    const hasRight = isDigit(right, r);
    if (!hasLeft && !hasRight) return bias;
    if (!hasLeft) return -1;
    if (!hasRight) return 1;
    if (bias === 0) bias = Math.sign(left.charCodeAt(l) - right.charCodeAt(r));
  }
}

function compareFraction(left: string, l: number, right: string, r: number): number {
  for (; ; l++, r++) {
    const hasLeft = isDigit(left, l);
    const hasRight = isDigit(right, r);
    if (!hasLeft && !hasRight) return 0;
    if (!hasLeft) return -1;
    if (!hasRight) return 1;
    const order = left.charCodeAt(l) - right.charCodeAt(r);
    if (order !== 0) return order;
  }
}
