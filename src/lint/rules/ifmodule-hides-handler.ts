import type { Fix } from '../../diagnostics/diagnostic.ts';
import { insertBehind, sectionSpan } from '../edits.ts';
import type { LintModel } from '../model/model.ts';
import type { LintRule } from '../rule.ts';
import { parseSyntaxTree, type SyntaxNode, type SyntaxSection } from '../../syntax/syntax-tree.ts';

const PROXY_MODULE = /^(?:mod_)?proxy(?:_fcgi)?(?:\.c|_module)$/;

function isGuard(node: SyntaxNode): node is SyntaxSection {
  return (
    node.kind === 'section' &&
    node.name.text.toLowerCase() === 'ifmodule' &&
    PROXY_MODULE.test(node.args[0]?.text ?? '')
  );
}

function some(nodes: readonly SyntaxNode[], test: (node: SyntaxNode) => boolean): boolean {
  return nodes.some((node) => test(node) || (node.kind === 'section' && some(node.children, test)));
}

function isPhpHandler(node: SyntaxNode): node is SyntaxSection {
  return (
    node.kind === 'section' &&
    /^files(match)?$/i.test(node.name.text) &&
    /ph/.test(node.argsText) &&
    some(
      node.children,
      (child) =>
        child.kind === 'directive' &&
        /^sethandler$/i.test(child.name.text) &&
        /^proxy:/i.test(child.args[0]?.text ?? ''),
    )
  );
}

/** `<IfModule !mod_proxy_fcgi.c>` with a rule that denies. */
function isFallback(node: SyntaxNode): boolean {
  return (
    node.kind === 'section' &&
    node.name.text.toLowerCase() === 'ifmodule' &&
    PROXY_MODULE.test(node.args[0]?.text.replace(/^!/, '') ?? '') &&
    node.args[0]?.text.startsWith('!') === true &&
    some(node.children, (child) => child.kind === 'directive' && /^(require|deny)$/i.test(child.name.text))
  );
}

/** A fix that denies the files of the first PHP handler in a guard when its module is missing. */
function denyingFix(model: LintModel, guard: SyntaxSection): Fix | undefined {
  const whole = sectionSpan(guard);
  const handlers: SyntaxSection[] = [];
  some(guard.children, (node) => isPhpHandler(node) && handlers.push(node) > 0);
  const [files] = handlers;
  const edit =
    whole &&
    files &&
    insertBehind(model.loaded.sources, whole, [
      `<IfModule !${guard.args[0]?.text ?? ''}>`,
      `  <${files.name.text} ${files.argsText}>`,
      '    Require all denied',
      `  </${files.name.text}>`,
      '</IfModule>',
    ]);
  return edit && { title: 'Deny the files without the module', kind: 'review', edits: [edit] };
}

/** If the module is missing, this block vanishes and PHP files are sent as text. */
export const ifmoduleHidesHandler: LintRule = {
  name: 'ifmodule-hides-handler',
  severity: 'warning',
  summary: 'If the module is missing, this block vanishes and PHP files are sent as text',
  isSecurity: true,
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds PHP handlers inside `<IfModule>` for the proxy modules, without a fallback that denies the files. A note only where the configuration itself loads the module.',
    why: 'The guard turns a failed start into silent disclosure of source code.',
    howToFix: 'Drop the guard, or deny the files in `<IfModule !…>`.',
    evidence: ['core manual, IfModule', 'lfops issue 340'],
    bad: [
      {
        text: '<IfModule mod_proxy_fcgi.c>\n  <FilesMatch "\\.php$">\n    SetHandler "proxy:fcgi://127.0.0.1:9000"\n  </FilesMatch>\n</IfModule>\n',
      },
    ],
    good: [
      { text: '<FilesMatch "\\.php$">\n  SetHandler "proxy:fcgi://127.0.0.1:9000"\n</FilesMatch>\n' },
      {
        title: 'With a fallback',
        text: '<IfModule mod_proxy_fcgi.c>\n  <FilesMatch "\\.php$">\n    SetHandler "proxy:fcgi://127.0.0.1:9000"\n  </FilesMatch>\n</IfModule>\n<IfModule !mod_proxy_fcgi.c>\n  <FilesMatch "\\.php$">\n    Require all denied\n  </FilesMatch>\n</IfModule>\n',
      },
    ],
  },
  check(model, report) {
    for (const file of model.loaded.sources.files) {
      if (file.macro !== undefined || !/<IfModule/i.test(file.text)) continue;
      const { nodes } = parseSyntaxTree(file.id, file.text);
      if (some(nodes, isFallback)) continue;
      some(nodes, (node) => {
        if (!isGuard(node) || !some(node.children, isPhpHandler)) return false;
        const fix = denyingFix(model, node);
        report({
          message: `If ${node.args[0]?.text ?? ''} is missing, this block vanishes and PHP files are sent as text`,
          span: node.name.span,
          ...(model.hasModule(node.args[0]?.text ?? '') === true && { severity: 'info' as const }),
          help: 'drop the guard, or deny the files in <IfModule !…>',
          ...(fix && { fix }),
        });
        return false;
      });
    }
  },
};
