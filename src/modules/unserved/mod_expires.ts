import { modExpires as catalogue } from '../../../grammar/catalogue/mod_expires.ts';
import { defineModule } from '../module.ts';
import { all, matching } from './checks.ts';
import { isOn, unserved, type Check } from './unserved.ts';

/* Words count by their first letters. */
const BASE = /^[nam]/i;
const UNIT = /^(?:y|mo|w|d|h|mi|s)/i;

/** What is wrong with an expiry code; undefined: nothing. @source httpd modules/metadata/mod_expires.c `check_code` */
function expiresProblem(code: string): string | undefined {
  if (/^[AM]/.test(code)) return undefined;
  const words = code.split(/[ \t]+/).filter((word) => word !== '');
  const base = words.shift() ?? '';
  if (!BASE.test(base)) return `bad expires code, unrecognised <base> '${base}'`;
  if (words[0]?.toLowerCase() === 'plus') words.shift();
  while (words.length > 0) {
    const [count, unit] = words.splice(0, 2);
    if (!/^[0-9]/.test(count!)) return `bad expires code, numeric value expected <num> '${count}'`;
    if (unit === undefined) return 'bad expires code, missing <type>';
    if (!UNIT.test(unit)) return `bad expires code, unrecognised <type>'${unit}'`;
  }
  return undefined;
}

function expires(index: number): Check {
  return (ctx, node) => {
    const word = node.args[index];
    const problem = word && expiresProblem(word.text);
    if (problem !== undefined)
      ctx.error(word!, `'${node.name.text} ${node.args.map(({ text }) => text).join(' ')}': ${problem}`);
  };
}

export const modExpires = defineModule(catalogue, {
  directives: unserved(
    catalogue,
    { accepted: 'Takes effect through ExpiresActive.' },
    {
      ExpiresActive: { notServed: 'Responses get no Expires and no Cache-Control: max-age.', matters: isOn },
    },
    {
      ExpiresByType: all(matching(/\//, 'Invalid mimetype: should contain a slash'), expires(1)),
      ExpiresDefault: expires(0),
    },
  ),
});
