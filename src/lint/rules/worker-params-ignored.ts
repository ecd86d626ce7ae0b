import type { Fix } from '../../diagnostics/diagnostic.ts';
import { moveLinesBefore, removeWord } from '../edits.ts';
import { mappingCovers } from '../model/covers.ts';
import type { LintModel, Parameter, PlacedDirective, PlacedSection, WorkerLine } from '../model/model.ts';
import type { LintRule } from '../rule.ts';

/**
 * A fix that moves a longer URL's line above its neighbour's, where neither takes the other's requests, or that takes
 * away what means nothing on a line with the same URL.
 */
function fixFor(
  model: LintModel,
  mappingAt: ReadonlyMap<PlacedDirective | PlacedSection, number>,
  owner: WorkerLine,
  line: WorkerLine,
  parameter: Parameter,
): Fix | undefined {
  const { sources } = model.loaded;
  if (line.url.workerName === owner.url.workerName)
    return { title: `Remove ${parameter.key}`, kind: 'review', edits: [removeWord(sources, parameter.span)] };
  const at = mappingAt.get(line.at);
  if (at === undefined || mappingAt.get(owner.at) !== at - 1) return undefined;
  const [above, own] = [model.mappings[at - 1]!, model.mappings[at]!];
  const isPlain = [above, own].every(({ isMatch, location }) => !isMatch && !location);
  if (!isPlain || mappingCovers(above, own) || mappingCovers(own, above)) return undefined;
  const edits = moveLinesBefore(sources, line.at.node.span, owner.at.node.span);
  return edits && { title: 'Move the line up', kind: 'review', edits };
}

/** Parameters are ignored because the line shares a worker defined earlier. */
export const workerParamsIgnored: LintRule = {
  name: 'worker-params-ignored',
  severity: 'warning',
  summary: 'Parameters are ignored because the line shares a worker defined earlier',
  wave: 1,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds key=value on ProxyPass and BalancerMember lines whose URL an earlier line already covers.',
    why: 'The first line owns the worker. Later lines share it and lose their parameters; a shorter URL defined first captures longer ones of the same host.',
    howToFix: 'Put the longest URL first, or set the parameters once with ProxySet.',
    evidence: ['mod_proxy manual, "Worker Sharing"', 'AH01146'],
    bad: [
      {
        text: 'ProxyPass "/a/" "fcgi://127.0.0.1:9000/"  timeout=60\nProxyPass "/b" "fcgi://127.0.0.1:9000/b" timeout=10\n',
      },
    ],
    good: [
      {
        text: 'ProxyPass "/b" "fcgi://127.0.0.1:9000/b" timeout=10\nProxyPass "/a/" "fcgi://127.0.0.1:9000/"  timeout=60\n',
      },
    ],
  },
  check(model, report) {
    const mappingAt = new Map(model.mappings.map((mapping, i) => [mapping.at, i] as const));
    for (const worker of model.workers) {
      const [owner, ...sharing] = worker.lines;
      for (const line of sharing) {
        if (line.by === 'Proxy' || line.by === 'ProxySet' || !line.url.isKnown) continue;
        for (const parameter of line.parameters) {
          const inForce = owner?.parameters.find((candidate) => candidate.key === parameter.key);
          if (inForce?.value === parameter.value) continue;
          const fix = fixFor(model, mappingAt, owner!, line, parameter);
          report({
            message: `${parameter.key}=${parameter.value} is ignored: ${line.url.text} shares the worker ${worker.name}`,
            span: parameter.span,
            related: [{ message: 'the worker is defined here', span: owner!.urlWord.span }],
            help: 'put the longer URL first, or set the parameter with ProxySet',
            ...(fix && { fix }),
          });
        }
      }
    }
  },
};
