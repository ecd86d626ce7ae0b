import type { ExprOptions } from '../../grammar/expr/index.ts';
import { compilePcre } from './pcre.ts';
import { parseSubnet } from './subnet.ts';

/** What the expression grammar asks about patterns and addresses, for its options. */
export const exprChecks: Required<Pick<ExprOptions, 'checkRegex' | 'isSubnet'>> = {
  checkRegex: (source, caseless) => {
    const result = compilePcre(source, { caseless });
    return result.ok ? undefined : result;
  },
  isSubnet: (text) => parseSubnet(text).ok,
};
