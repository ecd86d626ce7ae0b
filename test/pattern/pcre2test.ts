import { spawnSync } from 'node:child_process';

export interface OracleCase {
  readonly pattern: string;
  readonly caseless: boolean;
  readonly subjects: readonly string[];
}

/** `refused`, or for each subject its match: texts of the groups and what follows the match; `null` for none. */
export type OracleAnswer = 'refused' | readonly (OracleMatch | null | 'limit')[];

export interface OracleMatch {
  readonly groups: readonly (string | undefined)[];
  readonly rest: string;
}

export const hasPcre2test = spawnSync('pcre2test', ['-C']).status !== null;

function hex(text: string, separator: string): string {
  return Array.from(text, (char) => separator + char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

/** Asks PCRE2 itself, with httpd's options. Subjects must not hold a backslash. */
export function askPcre2(cases: readonly OracleCase[]): readonly OracleAnswer[] {
  const input = cases.map(({ pattern, caseless, subjects }) =>
    [
      `/${hex(pattern, ' ')}/hex,dotall,dollar_endonly,dupnames${caseless ? ',caseless' : ''}`,
      ...subjects.map((subject) => `    ${hex(subject, '\\x')}\\=allcaptures,aftertext`),
      '',
    ].join('\n'),
  );
  const run = spawnSync('pcre2test', ['-q'], {
    input: input.join('\n') + '\n',
    encoding: 'latin1',
    maxBuffer: 1 << 28,
  });
  const answers: OracleAnswer[] = [];
  let current: (OracleMatch | null | 'limit')[] = [];
  let match: { groups: (string | undefined)[]; rest: string } | undefined;
  let refused = false;
  const finish = (): void => {
    if (answers.length < cases.length && (refused || current.length > 0))
      answers.push(refused ? 'refused' : current);
    current = [];
    refused = false;
  };
  for (const line of run.stdout.split('\n')) {
    if (/^\/[^\n]*\/hex,/.test(line)) finish();
    else if (line.startsWith('Failed: error -47') || line.startsWith('Failed: error -53'))
      current.push('limit');
    else if (line.startsWith('Failed')) refused = true;
    else if (line === 'No match') current.push(null);
    else {
      const group = /^ ?(\d+)(\+| ?):? ?(.*)$/.exec(line);
      if (group === null) continue;
      const value = decode(group[3]!.replace(/^: /, ''));
      if (group[2] === '+') match!.rest = value;
      else if (group[1] === '0') {
        match = { groups: [value], rest: '' };
        current.push(match);
      } else match!.groups[Number(group[1])] = group[3] === '<unset>' ? undefined : value;
    }
  }
  finish();
  return answers;
}

function decode(text: string): string {
  return text.replaceAll(/\\x(?:\{([0-9a-f]+)\}|([0-9a-f]{2}))/g, (_, braced: string, plain: string) =>
    String.fromCharCode(Number.parseInt(braced ?? plain, 16)),
  );
}
