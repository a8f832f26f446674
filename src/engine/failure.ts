import type { Access } from '../access/types.ts';
import { AwsCallError, toAccessError as fromAws } from '../aws/error.ts';
import { AccessError } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { KubernetesCallError, toAccessError as fromCluster } from '../kubernetes/error.ts';
import { outsiderRemedy } from '../policy/denial.ts';
import type { ResourceKind } from '../resources/kind.ts';
import { judgedOn } from './permissions/judged-on.ts';

/** What to do after a failed call. */
export type Reaction =
  /** The call was certainly not carried out, or may be sent again without harm. */
  | 'send-again'
  /** It may have been carried out, or the world has changed: observe before anything else. */
  | 'look-again'
  | 'give-up';

export function reactionTo(error: unknown, kind: ResourceKind): Reaction {
  if (error instanceof AwsCallError) {
    if (error.uncertain) return kind.repeatable.includes(error.action) ? 'send-again' : 'look-again';
    switch (error.kind) {
      // Throttling refuses a call before it is carried out.
      case 'throttled':
      case 'unavailable':
      case 'not-ready':
      // A thing that was made a moment ago may not be seen everywhere yet; DeleteConflict likewise
      // (IAM user guide, "Changes that I make are not always immediately visible").
      case 'not-found':
      case 'conflict':
        return 'send-again';
      case 'already-exists':
        return 'look-again';
      default:
        return 'give-up';
    }
  }
  if (error instanceof KubernetesCallError) {
    if (error.conflicts !== undefined) return 'give-up';
    if (error.kind === 'throttled') return 'send-again';
    return error.uncertain || error.kind === 'conflict' || error.kind === 'already-exists' || error.kind === 'unavailable' ? 'look-again' : 'give-up';
  }
  return 'give-up';
}

export function asAccessError(error: unknown): AccessError {
  if (error instanceof AccessError) return error;
  return error instanceof KubernetesCallError ? fromCluster(error) : fromAws(error);
}

/** @param access tells the ARN that a denied call was judged on */
export function findingOf(error: unknown, resource: string, access?: Access): Finding {
  if (access !== undefined && isDenial(error)) return { ...denialFinding(error, access), place: { resource } };
  const { id, message, details } = asAccessError(error);
  return { id, severity: 'error', message, cause: details.cause, remedy: details.remedy, place: { resource, ...details.place } };
}

export type Denial = AwsCallError | KubernetesCallError;

/** Refused for want of a permission. */
export function isDenial(error: unknown): error is Denial {
  return (error instanceof AwsCallError && error.kind === 'denied') || (error instanceof KubernetesCallError && error.kind === 'forbidden');
}

/**
 * A missing permission as a finding, with ARNs in place of what the requests named: as the declaration gives them, or AWS's
 * own answer where there is none. `alike`: further calls of the same action.
 */
export function denialFinding(denial: Denial, access: Access | undefined, alike: readonly Denial[] = []): Finding {
  const { id, message, details } = asAccessError(denial);
  const { cause, remedy, place } = details;
  if (denial instanceof KubernetesCallError) {
    return { id, severity: 'error', message, cause, remedy: `${remedy} \`bedrock-access permissions\` prints all that it needs.`, ...(place === undefined ? {} : { place }) };
  }
  const judged = [denial, ...alike].filter((each) => each instanceof AwsCallError).map((each) => (access === undefined ? [/on resource: (arn:\S+)/.exec(each.message)?.[1] ?? each.resource ?? '*'] : judgedOn(each, access)));
  const arns = [...new Set(judged.map(([arn = '*']) => arn))].join(', ');
  const pathless = [...new Set(judged.flatMap(([, arn]) => (arn === undefined ? [] : [arn])))].join(', ');
  const region = denial.action.startsWith('iam:') ? '' : ` in ${[...new Set([denial, ...alike].flatMap((each) => (each instanceof AwsCallError ? [each.region] : [])))].join(', ')}`;
  return {
    id,
    severity: 'error',
    message: `the caller may not do ${denial.action} on ${arns}${region}`,
    cause,
    remedy: outsiderRemedy(denial.message, denial.action) ?? `Let an administrator allow ${denial.action} on ${arns}${pathless === '' ? '' : ` and ${pathless} (on which it is judged while there is none of that name)`}, or use another identity (AWS_PROFILE). \`bedrock-access permissions\` prints all that it needs.`,
  };
}

/** Refuses to go on with errors in hand: the first is the message, all are in `findings`. */
export function refuse(findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  throw new AccessError(first.id, errors.length === 1 ? first.message : `${first.message} (and ${errors.length - 1} more)`, {
    cause: first.cause,
    remedy: first.remedy,
    findings: errors,
    ...(first.place === undefined ? {} : { place: first.place }),
  });
}
