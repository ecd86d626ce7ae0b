import { describe, expect, test } from 'vitest';
import { parseArguments, type ServerArguments } from '../../src/cli/arguments.ts';

function server(...args: string[]): ServerArguments {
  const parsed = parseArguments(args);
  if (parsed.kind !== 'server') throw new Error(`not a server's command line: ${JSON.stringify(parsed)}`);
  return parsed.arguments;
}

describe('the command line', () => {
  test('takes values in the same word or in the next one', () => {
    expect(server('-f/etc/x.conf').file).toBe('/etc/x.conf');
    expect(server('-f', '/etc/x.conf').file).toBe('/etc/x.conf');
    expect(server('-tf', 'x').isCheck).toBe(true);
  });

  test('keeps -D, -C and -c in order', () => {
    const args = server('-D', 'A', '-DB', '-C', 'Listen 80', '-c', 'Timeout 5', '-C', 'Define X');
    expect(args.flags).toEqual(['A', 'B']);
    expect(args.before).toEqual(['Listen 80', 'Define X']);
    expect(args.after).toEqual(['Timeout 5']);
  });

  test('-S and -M are checks with names of their own', () => {
    expect(server('-S')).toMatchObject({ isCheck: true, flags: ['DUMP_VHOSTS', 'DUMP_RUN_CFG'] });
    expect(server('-M')).toMatchObject({ isCheck: true, flags: ['DUMP_MODULES'] });
    expect(server('-D', 'DUMP_VHOSTS')).toMatchObject({ isCheck: true, flags: ['DUMP_VHOSTS'] });
    expect(server('-D', 'dump_vhosts', '-D', 'DUMP_CONFIG')).toMatchObject({ isCheck: false });
  });

  test.each([
    ['-q', 'illegal option -- q'],
    ['-f', 'option requires an argument -- f'],
    ['-kfoo', 'illegal option -- k'],
    ['--nonsense', 'unknown option --nonsense'],
    ['--processes=0', '--processes takes a number from 1 to 999'],
    ['--port-map=80', '--port-map takes pairs of ports, such as 80:8080,443:8443'],
  ])('refuses %s', (word, complaint) => {
    expect(parseArguments([word])).toEqual({ kind: 'usage', complaint, wasAsked: false });
  });

  test('a word that is no option is refused as httpd refuses it', () => {
    expect(parseArguments(['-t', 'extra']).kind).toBe('usage');
  });

  test('a bad level of -e shows the usage', () => {
    expect(parseArguments(['-e', 'loud']).kind).toBe('usage');
    expect(server('-e', 'DEBUG').startLevel).toBe('debug');
  });

  test('reads port maps and unserved names', () => {
    const args = server('--port-map', '80:8080,443:8443', '--allow-unserved=AuthType,SSLEngine');
    expect([...args.portMap]).toEqual([
      [80, 8080],
      [443, 8443],
    ]);
    expect([...args.allowUnserved]).toEqual(['authtype', 'sslengine']);
  });
});
