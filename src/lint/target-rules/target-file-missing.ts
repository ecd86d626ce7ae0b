import { statSync } from 'node:fs';
import { posix } from 'node:path';
import { fsPath } from '../../source/fs-path.ts';
import { ruleWithOptions, type Finding } from '../rule.ts';
import { backendUses } from './pools.ts';

function kindAt(path: string): 'directory' | 'other' | undefined {
  try {
    return statSync(fsPath(path)).isDirectory() ? 'directory' : 'other';
  } catch {
    return undefined;
  }
}

/** A document root or a socket is not among the target's files. */
export const targetFileMissing = ruleWithOptions({
  name: 'target-file-missing',
  severity: 'warning',
  summary: "A document root or a socket is not among the target's files",
  wave: 2,
  needs: ['files'],
  fixable: 'none',
  page: {
    what: 'With `--root`, finds a DocumentRoot that is no folder there, and sockets that are not in their folder. A folder of sockets that is not there at all says nothing.',
    why: 'httpd starts all the same, and answers 404 or 503.',
    howToFix: 'Correct the path, or create what it names.',
    evidence: ['httpd AH00112', 'httpd AH02454'],
    bad: [{ title: 'The target has no `/srv/ww`', text: 'DocumentRoot "/srv/ww"\n' }],
    good: [{ text: 'DocumentRoot "/srv/www"\n' }],
  },
  options: {
    ignore: {
      type: 'texts',
      default: [],
      pattern: '^/',
      description: 'Paths that only the running server has, such as mounted volumes, with all below them',
    },
  },
  check(model, report, { ignore }) {
    const { root } = model;
    if (root === undefined) return;
    const isIgnored = (path: string): boolean =>
      ignore.some((folder) => `${path}/`.startsWith(`${folder.replace(/\/*$/, '')}/`));
    const tell = (message: string, span: Finding['span']): void =>
      report({ message, span, help: `looked for below ${root}` });
    for (const { node } of model.named('DocumentRoot')) {
      const word = node.args[0];
      if (!word || !word.text.startsWith('/') || word.text.includes('$')) continue;
      if (isIgnored(word.text)) continue;
      if (kindAt(posix.join(root, word.text)) !== 'directory')
        tell(`${word.text} is no folder of the target`, word.span);
    }
    for (const { url, span } of backendUses(model)) {
      if (url.socket === undefined || !url.socket.startsWith('/')) continue;
      if (isIgnored(url.socket)) continue;
      const path = posix.join(root, url.socket);
      if (kindAt(posix.dirname(path)) === 'directory' && kindAt(path) === undefined)
        tell(`The target has no socket ${url.socket}`, span);
    }
  },
});
