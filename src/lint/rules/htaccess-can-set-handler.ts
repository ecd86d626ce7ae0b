import { ruleWithOptions } from '../rule.ts';
import { enclosing } from '../model/place.ts';

/** Whether a directory is a folder, or lies in it. */
function isBelow(directory: string, folder: string): boolean {
  return `${directory.replace(/\/*$/, '')}/`.startsWith(`${folder.replace(/\/*$/, '')}/`);
}

/** Whoever can write an .htaccess can send requests to any backend. */
export const htaccessCanSetHandler = ruleWithOptions({
  name: 'htaccess-can-set-handler',
  severity: 'warning',
  summary: 'Whoever can write an .htaccess can send requests to any backend',
  isSecurity: true,
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds `AllowOverride All` and `FileInfo` where FastCGI backends are used; a note for an AllowOverrideList with RewriteRule or a directive that sets handlers.',
    why: "SetHandler and ProxyFCGISetEnvIf are FileInfo directives: an uploaded file chooses which backend executes it, another tenant's pool included.",
    howToFix: 'Allow only the classes that are needed, without FileInfo.',
    evidence: ['core manual, AllowOverride', 'httpd security tips, "Protecting System Settings"'],
    bad: [
      {
        text: '<Directory "/srv/customers">\n  AllowOverride All\n</Directory>\nSetHandler "proxy:fcgi://127.0.0.1:9000"\n',
      },
    ],
    good: [
      {
        text: '<Directory "/srv/customers">\n  AllowOverride AuthConfig Indexes\n</Directory>\nSetHandler "proxy:fcgi://127.0.0.1:9000"\n',
      },
    ],
  },
  options: {
    trusted: {
      type: 'texts',
      default: [],
      pattern: '^/',
      description: 'Directories whose `.htaccess` files only the administrators write, with all below them',
    },
  },
  check(model, report, { trusted }) {
    const usesBackends = model.workerLines.length > 0 || model.handlers.some(({ url }) => url !== undefined);
    if (!usesBackends) return;
    for (const { node } of model.named('AllowOverrideList')) {
      const word = node.args.find(({ text }) => /^(rewriterule|sethandler|addhandler|action)$/i.test(text));
      if (!word) continue;
      report({
        message: `AllowOverrideList ${word.text} still lets an .htaccess choose a handler or a backend`,
        span: word.span,
        severity: 'info',
        help: 'only servers of their own keep tenants apart',
      });
    }
    for (const { node, sections } of model.named('AllowOverride')) {
      const directory = enclosing(sections, 'directory')?.args[0]?.text ?? '';
      if (trusted.some((folder) => isBelow(directory, folder))) continue;
      const word = node.args.find(({ text }) => /^(all|fileinfo)$/i.test(text));
      if (!word) continue;
      const isAll = word.text.toLowerCase() === 'all';
      report({
        message: `AllowOverride ${word.text} lets whoever can write an .htaccess send requests to any backend`,
        span: word.span,
        help: 'allow only the classes that are needed, without FileInfo',
        ...(isAll && {
          fix: {
            title: 'Allow AuthConfig Indexes Limit',
            kind: 'review' as const,
            edits: [{ span: word.span, text: 'AuthConfig Indexes Limit' }],
          },
        }),
      });
    }
  },
});
