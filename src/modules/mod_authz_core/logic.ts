import type { RequestRecord } from '../../pipeline/request.ts';
import type { Span } from '../../source/source.ts';
import { limitCovers, type MethodLimit } from '../method-limit.ts';

/** What a provider says; `deniedNoUser`: a user could change it; `error`: it could not be decided. */
export type AuthzStatus = 'granted' | 'denied' | 'deniedNoUser' | 'neutral' | 'error';

export type AuthzCheck = (req: RequestRecord) => AuthzStatus;

/** What must be asked from elsewhere before the check can decide. Never rejects. */
export type AuthzPreparation = (req: RequestRecord) => Promise<void>;

/** One `Require`, or a container of them. */
export type AuthzNode =
  | {
      readonly kind: 'require';
      readonly isNegated: boolean;
      readonly limit: MethodLimit | undefined;
      readonly check: AuthzCheck;
      /** The check says the same of every request. */
      readonly isConstant: boolean;
      readonly prepare?: AuthzPreparation;
      readonly span: Span;
    }
  | AuthzSection;

export interface AuthzSection {
  readonly kind: 'all' | 'any' | 'none';
  readonly children: AuthzNode[];
  /** undefined: the methods of its children together (the implicit outermost section). */
  readonly limit: MethodLimit | undefined | 'children';
  readonly span: Span | undefined;
  /** Known once a request asked, of an outermost one. */
  facts?: AuthzFacts;
}

/** What is known of a section before any request. */
interface AuthzFacts {
  /** All that the checks below it must ask first; usually nothing. */
  readonly preparations: readonly AuthzPreparation[];
  /** Its verdict on every request; undefined: that depends on the request. */
  readonly verdict: AuthzStatus | undefined;
}

/** Whether a node has a say for this method. */
function covers(node: AuthzNode, method: string): boolean {
  if (node.kind !== 'require' && node.limit === 'children')
    return node.children.some((child) => covers(child, method));
  return limitCovers(node.limit as MethodLimit | undefined, method);
}

/**
 * The verdict of a node.
 *
 * @param parent how the section around it joins its children: a node that has no say must not change the outcome
 * @source httpd mod_authz_core.c `apply_authz_sections`
 */
export function evaluateAuthz(req: RequestRecord, node: AuthzNode, parent: 'all' | 'any'): AuthzStatus {
  if (!covers(node, req.method)) return parent === 'all' ? 'granted' : 'neutral';
  const verdict = node.kind === 'require' ? node.check(req) : joinChildren(req, node);
  const isNegated = node.kind === 'require' ? node.isNegated : node.kind === 'none';
  if (!isNegated) return verdict;
  if (verdict === 'granted') return 'denied';
  return verdict === 'error' ? 'error' : 'neutral';
}

function joinChildren(req: RequestRecord, section: AuthzSection): AuthzStatus {
  const isAll = section.kind === 'all';
  let verdict: AuthzStatus = 'neutral';
  for (const child of section.children) {
    const one = evaluateAuthz(req, child, isAll ? 'all' : 'any');
    if (one === 'error') return 'error';
    if (one === 'neutral') continue;
    if (one === (isAll ? 'denied' : 'granted')) return one;
    if (verdict === 'neutral') verdict = one;
    else if (one === 'deniedNoUser' && (isAll ? verdict !== 'denied' : verdict === 'denied')) verdict = one;
  }
  return verdict;
}

/** The first section that can never grant anything, as it has only negative lines. @source `authz_core_check_section` */
export function onlyNegative(section: AuthzSection): AuthzSection | undefined {
  for (const child of section.children) {
    const found = child.kind === 'require' ? undefined : onlyNegative(child);
    if (found) return found;
  }
  const isNegative = (child: AuthzNode): boolean =>
    child.kind === 'require' ? child.isNegated : child.kind === 'none';
  return section.children.length > 0 && section.children.every(isNegative) ? section : undefined;
}

/**
 * What is known of an outermost section, once all its lines are in it.
 *
 * @param req who asks: where the verdict is always the same, it doesn't matter
 */
export function authzFacts(section: AuthzSection, req: RequestRecord): AuthzFacts {
  return (section.facts ??= {
    preparations: preparationsOf(section),
    verdict: isConstant(section) ? evaluateAuthz(req, section, 'all') : undefined,
  });
}

function preparationsOf(section: AuthzSection): readonly AuthzPreparation[] {
  return section.children.flatMap((child) =>
    child.kind === 'require' ? (child.prepare ?? []) : preparationsOf(child),
  );
}

/** Whether nothing below a node depends on the request, its method included. */
function isConstant(node: AuthzNode): boolean {
  if (node.kind === 'require') return node.isConstant && node.limit === undefined;
  return (node.limit === undefined || node.limit === 'children') && node.children.every(isConstant);
}
