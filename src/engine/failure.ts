import { AwsCallError, toAccessError as fromAws } from '../aws/error.ts';
import { AccessError } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { KubernetesCallError, toAccessError as fromCluster } from '../kubernetes/error.ts';
import type { ResourceKind } from '../resources/kind.ts';

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

export function findingOf(error: unknown, resource: string): Finding {
  const { id, message, details } = asAccessError(error);
  return { id, severity: 'error', message, cause: details.cause, remedy: details.remedy, place: { resource, ...details.place } };
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
