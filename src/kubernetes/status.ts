import { retryAfter } from '../backoff.ts';
import { connectionFailure } from '../connection-failure.ts';
import { KubernetesCallError } from './call-error.ts';
import type { RefusedResource } from './call-error.ts';
import { fieldsOf, listOf, numberOf, parseJson, textOf } from './json.ts';
import type { Answer } from './transport.ts';
import type { KubernetesErrorKind } from './types.ts';

/** One call, as RBAC names it. */
export interface CallPlace extends RefusedResource {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  /** The object holds secrets: what the server says of its fields is not repeated. */
  readonly secret: boolean;
}

/** `deployments.apps openhands/openhands` */
export function targetOf(place: RefusedResource): string {
  const name = [place.namespace, place.name].filter((part) => part !== undefined).join('/');
  return name === '' ? place.resource : `${place.resource} ${name}`;
}

/** Makes the error of an answer that is no success. The body is a `Status` (Kubernetes API reference, meta/v1) or a proxy's text. */
export function refusal(answer: Answer, place: CallPlace): KubernetesCallError {
  const status = fieldsOf(parseJson(answer.text));
  const details = fieldsOf(status['details']);
  const causes = listOf(details['causes']).map(fieldsOf);
  const reason = textOf(status['reason']) ?? '';
  // The same status and reason as for a missing permission; only the cause tells (k8s.io/api, core/v1, `NamespaceTerminatingCause`; set by
  // the admission plugin NamespaceLifecycle for whatever is to be created there).
  const terminating = causes.some((cause) => cause['reason'] === 'NamespaceTerminating');
  const kind = terminating ? 'namespace-terminating' : kindOf(answer.status, reason, textOf(details['name']) !== undefined);
  const conflicts = causes.filter((cause) => cause['reason'] === 'FieldManagerConflict').map((cause) => ({ field: textOf(cause['field']) ?? '', manager: managerIn(textOf(cause['message']) ?? '') }));
  const asked = numberOf(details['retryAfterSeconds']);
  const said = place.secret ? '' : (textOf(status['message']) ?? answer.text.slice(0, 200).trim());
  return new KubernetesCallError(`${place.verb} ${targetOf(place)}: ${answer.status}${reason === '' ? '' : ` ${reason}`}${said === '' ? '' : `: ${said}`}`, {
    kind,
    status: answer.status,
    reason,
    verb: place.verb,
    target: targetOf(place),
    uncertain: answer.status >= 500,
    refused: { resource: place.resource, ...(place.namespace === undefined ? {} : { namespace: place.namespace }), ...(place.name === undefined ? {} : { name: place.name }) },
    causes: causes.map((cause) => ({ field: textOf(cause['field']) ?? '', message: place.secret ? (textOf(cause['reason']) ?? '') : (textOf(cause['message']) ?? '') })),
    retryAfter: asked === undefined || asked === 0 ? retryAfter(textOf(answer.headers['retry-after'])) : asked * 1000,
    ...(conflicts.length === 0 ? {} : { conflicts }),
  });
}

/** Makes the error of a connection that failed; other errors (an abort, a defect) pass as they are. */
export function broken(error: unknown, place: CallPlace, server: string): unknown {
  if (error instanceof KubernetesCallError) return error;
  const code = textOf(fieldsOf(error)['code']) ?? (error instanceof Error && 'code' in error ? textOf(error.code) : undefined);
  const failure = code === undefined ? undefined : connectionFailure(code);
  if (code === undefined || failure === undefined || (error instanceof Error && error.name === 'AbortError')) return error;
  return new KubernetesCallError(`${place.verb} ${targetOf(place)} at ${server}: ${code}`, {
    kind: 'unreachable',
    status: 0,
    reason: code,
    verb: place.verb,
    target: targetOf(place),
    uncertain: failure === 'cut-off',
  });
}

/** By reason where there is one, else by status (apimachinery, `StatusReason`). */
function kindOf(status: number, reason: string, namesObject: boolean): KubernetesErrorKind {
  switch (reason) {
    case 'AlreadyExists':
      return 'already-exists';
    case 'Conflict':
      return 'conflict';
    case 'Invalid':
    case 'BadRequest':
      return 'invalid';
    case 'Expired':
    case 'Gone':
      return 'gone';
    case 'TooManyRequests':
      return 'throttled';
    default:
  }
  // A path that is not served answers 404 without naming an object (`404 page not found`); an object or namespace that
  // is missing is named in `details`.
  if (status === 404) return namesObject ? 'not-found' : 'kind-not-served';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 409) return 'conflict';
  if (status === 410) return 'gone';
  if (status === 400 || status === 422) return 'invalid';
  if (status === 429) return 'throttled';
  return status >= 500 ? 'unavailable' : 'other';
}

/** The manager stands only in the cause's text: `conflict with "kubectl" using apps/v1` (apimachinery, structured-merge-diff). */
function managerIn(message: string): string {
  return /conflict with "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message;
}
