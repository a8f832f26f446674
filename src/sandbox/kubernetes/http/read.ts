import { parseLabelSelector } from '../label-selector.ts';
import { fieldsMatch, labelsMatch, parseFieldSelector } from '../selectors.ts';
import { badRequest, invalid, notFound, StatusError } from '../status-error.ts';
import type { StoredObject } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import { invalidValue, unsupported } from '../validation/causes.ts';
import type { ServerContext } from '../server-context.ts';
import type { ResourceCall } from './call.ts';
import { representation } from './negotiation.ts';
import { listOf, presented, type Presentation, sendJson } from './respond.ts';

export function presentationOf(call: ResourceCall, context: ServerContext): Presentation {
  return {
    representation: representation(call.request.headers.accept),
    type: call.type,
    apiVersion: call.apiVersion,
    includeObject: includeObjectOf(call),
    now: context.world.clock.now(),
  };
}

function includeObjectOf({ query }: ResourceCall): string {
  const given = query.get('includeObject') ?? '';
  if (!['', 'Metadata', 'Object', 'None'].includes(given)) throw badRequest(`Unable to convert to Table as requested: includeObject: ${invalidValue('', given, "must be 'Metadata', 'Object', 'None', or empty").message}`);
  return given === '' ? 'Metadata' : given;
}

export function getObject(call: ResourceCall, context: ServerContext): void {
  checkVersion(call.query.get('resourceVersion'), context);
  sendObject(call, context, 200, existing(call, context));
}

/** The object that the path names. */
export function existing({ type, apiVersion, at }: ResourceCall, { store }: ServerContext): StoredObject {
  const name = at.name ?? '';
  const found = store.get({ apiVersion, kind: type.kind, namespace: at.namespace, name });
  if (found === undefined) throw notFound(type, name);
  return found;
}

export function sendObject(call: ResourceCall, context: ServerContext, status: number, object: StoredObject): void {
  const presentation = presentationOf(call, context);
  sendJson(call.response, status, presented(object, presentation), presentation.representation);
}

/** Which objects the call's path and selectors choose. */
export function chooser({ type, at, query }: Pick<ResourceCall, 'type' | 'at' | 'query'>): (object: StoredObject) => boolean {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
  for (const { field } of fields) {
    if (!isSelectable(type, field)) throw badRequest(unselectable(type, field));
  }
  return (object) =>
    (at.namespace === undefined || object.metadata.namespace === at.namespace) &&
    (at.name === undefined || object.metadata.name === at.name) &&
    labelsMatch(labels, object.metadata.labels) &&
    fieldsMatch(fields, object);
}

/** Beside name and namespace, the fields that the real server indexes (conversion functions of each kind). */
const selectable: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.podIPs', 'status.nominatedNodeName'],
  Event: ['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion', 'involvedObject.resourceVersion', 'involvedObject.fieldPath', 'reason', 'reportingComponent', 'source', 'type'],
  Secret: ['type'],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  Service: ['spec.clusterIP', 'spec.type'],
  ReplicaSet: ['status.replicas'],
  Job: ['status.successful'],
};

function isSelectable({ kind, custom }: ResourceType, field: string): boolean {
  if (field === 'metadata.name' || field === 'metadata.namespace') return true;
  return custom !== true && selectable[kind]?.includes(field) === true;
}

/** Kinds without fields of their own say which two there are (apimachinery: DefaultMetaV1FieldSelectorConversion). */
function unselectable({ kind, custom }: ResourceType, field: string): string {
  if (custom === true || selectable[kind] !== undefined) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

export function listObjects(call: ResourceCall, context: ServerContext): void {
  const { store, snapshots } = context;
  const limit = limitOf(call);
  const token = call.query.get('continue') ?? '';
  const version = call.query.get('resourceVersion');
  const page = token === '' ? undefined : snapshots.next(token, limit);
  if (page !== undefined && version !== null && version !== '' && version !== '0') throw badRequest('specifying resource version is not allowed when using continue');
  if (version !== null && version !== '' && !/^\d+$/.test(version)) throw invalidVersion(version, true);
  checkVersion(version, context);
  checkMatch(call, context);
  const chooses = chooser(call);
  const filtered = (call.query.get('labelSelector') ?? '') !== '' || (call.query.get('fieldSelector') ?? '') !== '';
  const shown = page ?? snapshots.first(store.list(call.apiVersion, call.type.kind, { namespace: call.at.namespace }).filter(chooses), String(store.revision), limit, filtered);
  const presentation = presentationOf(call, context);
  const metadata = {
    resourceVersion: shown.resourceVersion,
    // Lists of custom kinds always write it.
    ...(shown.continueToken === undefined && (call.type.custom !== true || presentation.representation.as === 'table') ? {} : { continue: shown.continueToken ?? '' }),
    ...(shown.remaining === undefined ? {} : { remainingItemCount: shown.remaining }),
  };
  sendJson(call.response, 200, listOf(shown.objects, metadata, presentation), presentation.representation);
}

function limitOf({ query }: ResourceCall): number {
  const limit = query.get('limit') ?? '0';
  if (!/^-?\d+$/.test(limit)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limit)}: invalid syntax`);
  return Number(limit);
}

/** A version from the future cannot be waited for (apiserver: storage.NewTooLargeResourceVersionError). */
export function checkVersion(version: string | null, { store }: ServerContext): void {
  if (version === null || version === '' || version === '0') return;
  if (!/^\d+$/.test(version)) throw invalidVersion(version);
  if (Number(version) > store.revision) {
    throw new StatusError(504, 'Timeout', `Too large resource version: ${version}, current: ${store.revision}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
}

/** A version that is no number (apiserver: storage.Versioner.ParseResourceVersion); lists say so as a bad request, others fail. */
export function invalidVersion(version: string, list = false): StatusError {
  const message = `resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`;
  return list ? badRequest(`invalid resource version: ${message}`) : new StatusError(500, '', message);
}

/** An exact past version would need old objects, which are not kept. */
function checkMatch(call: ResourceCall, { store, history }: ServerContext): void {
  const match = call.query.get('resourceVersionMatch');
  const version = call.query.get('resourceVersion') ?? '';
  if (match === null || match === '') return;
  if (match !== 'Exact' && match !== 'NotOlderThan') throw invalid('meta.k8s.io', 'ListOptions', '', [unsupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', ''])]);
  if (version === '' && (call.query.get('sendInitialEvents') ?? '') === '') {
    throw new StatusError(422, 'Invalid', 'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided', {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [{ reason: 'FieldValueForbidden', message: 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided', field: 'resourceVersionMatch' }],
    });
  }
  if (match === 'Exact' && Number(version) < store.revision) {
    if (history.after(Number(version)) === undefined) throw new StatusError(410, 'Expired', `The resourceVersion for the provided list is too old.`);
    throw new StatusError(501, 'NotImplemented', 'the sandbox does not implement lists at an exact past resourceVersion; see docs/sandbox-kubernetes.md');
  }
}
