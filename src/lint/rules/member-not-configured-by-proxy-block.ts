import type { Fix } from '../../diagnostics/diagnostic.ts';
import { removeLines, sectionSpan } from '../edits.ts';
import type { LintModel, ModelWorker } from '../model/model.ts';
import type { LintRule } from '../rule.ts';
import { authorityOf } from '../model/backend-url.ts';
import { groupBy } from '../model/group-by.ts';
import { isServing, ownBlock } from '../model/workers.ts';

/** A fix that writes the parameters of an empty block on the member's line; those that it has stay as they are. */
function movedParameters(model: LintModel, worker: ModelWorker, member: ModelWorker): Fix | undefined {
  const [block] = worker.lines;
  const [line] = member.lines;
  if (!block || !line || worker.lines.length > 1 || block.at.kind !== 'section') return undefined;
  const whole = sectionSpan(block.at.node);
  const last = line.at.node.args.at(-1);
  if (!whole || !last || block.at.node.children.length > 0) return undefined;
  const { sources } = model.loaded;
  const texts = block.parameters
    .filter(({ key }) => !line.parameters.some((own) => own.key === key))
    .map(({ span }) => ` ${sources.files[span.file]!.text.slice(span.start, span.end)}`);
  return {
    title: 'Move the parameters to the member',
    kind: 'review',
    edits: [
      removeLines(sources, whole),
      { span: { ...last.span, start: last.span.end }, text: texts.join('') },
    ],
  };
}

/** A <Proxy> block does not configure the balancer member of the same URL. */
export const memberNotConfiguredByProxyBlock: LintRule = {
  name: 'member-not-configured-by-proxy-block',
  severity: 'warning',
  summary: 'A <Proxy> block does not configure the balancer member of the same URL',
  wave: 2,
  needs: [],
  fixable: 'review',
  page: {
    what: 'Finds workers whose URL equals that of a balancer member.',
    why: 'Members live in their balancer: a stand-alone worker of the same URL is another one, and its parameters do not reach the member.',
    howToFix: 'Put the parameters on the BalancerMember line.',
    evidence: ['mod_proxy manual, "Workers"'],
    bad: [
      {
        text: '<Proxy "fcgi://10.0.0.5:9000" timeout=120>\n</Proxy>\n<Proxy "balancer://php">\n  BalancerMember "fcgi://10.0.0.5:9000"\n</Proxy>\n',
      },
    ],
    good: [
      { text: '<Proxy "balancer://php">\n  BalancerMember "fcgi://10.0.0.5:9000" timeout=120\n</Proxy>\n' },
    ],
  },
  check(model, report) {
    const members = groupBy(
      model.workers.filter((worker) => worker.balancer !== undefined),
      ({ url }) => authorityOf(url),
    );
    for (const worker of model.workers) {
      const line = ownBlock(worker);
      if (!line) continue;
      const member = members
        .get(authorityOf(worker.url))
        ?.find((candidate) => candidate.name === worker.name || worker.url.path.length <= 1);
      if (!member) continue;
      if (isServing(model, worker)) continue;
      const fix = movedParameters(model, worker, member);
      report({
        message: `The worker ${worker.name} does not configure the member of ${member.balancer} with the same URL`,
        span: line.urlWord.span,
        related: [{ message: 'the member', span: member.lines[0]!.urlWord.span }],
        help: 'put the parameters on the BalancerMember line',
        ...(fix && { fix }),
      });
    }
  },
};
