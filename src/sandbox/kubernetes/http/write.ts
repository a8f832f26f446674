import { isObject, listAt, numberAt, type ObjectInput, objectAt, type StoredObject, textAt } from '../object.ts';
import { checkTyped } from '../managed-fields/ownership.ts';
import { jsonPatched } from '../patch/json-patch.ts';
import { mergePatched } from '../patch/merge-patch.ts';
import { strategicMerged } from '../patch/strategic-merge.ts';
import type { ServerContext } from '../server-context.ts';
import { badRequest, invalid, methodNotAllowed, notFound, StatusError, unsupportedMediaType, wrongMethod } from '../status-error.ts';
import type { RemoveOptions } from '../deletion.ts';
import type { WriteOptions } from '../store.ts';
import { goValue, immutable, invalidValue, required, unsupported } from '../validation/causes.ts';
import type { ResourceCall } from './call.ts';
import { decodeObject, metadataOf } from './decode-object.ts';
import { chooser, existing, presentationOf, sendObject } from './read.ts';
import { listOf, sendJson } from './respond.ts';

export function createObject(call: ResourceCall, context: ServerContext): void {
  const input = decodeObject(call, call.body);
  sendObject(call, context, 201, context.store.create(input, writeOptions(call)));
}

export function replaceObject(call: ResourceCall, context: ServerContext): void {
  if (isObject(call.body) && (textAt(call.body, 'metadata', 'name') ?? '') === '') {
    throw badRequest(`the name of the object (${call.at.name ?? ''} based on URL) was undeterminable: name must be provided`);
  }
  const input = decodeObject(call, call.body);
  const options = writeOptions(call);
  const { store } = context;
  if (store.get({ apiVersion: call.apiVersion, kind: call.type.kind, namespace: call.at.namespace, name: call.at.name ?? '' }) === undefined && call.type.createOnUpdate === true) {
    sendObject(call, context, 201, store.create(input, options));
    return;
  }
  sendObject(call, context, 200, isStatus(call) ? store.updateStatus(input, options) : store.update(input, options));
}

export function patchObject(call: ResourceCall, context: ServerContext): void {
  const { contentType, query, type } = call;
  const options = writeOptions(call);
  if (contentType === 'application/apply-patch+yaml') {
    applyObject(call, context);
    return;
  }
  // go-restful turns away what no patch handler of a built-in kind reads, before the object is looked for.
  if (type.custom !== true && !patchTypes.has(contentType)) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  if (query.get('force') !== null) throw invalidOptions('PatchOptions', { reason: 'FieldValueForbidden', message: 'Forbidden: may not be specified for non-apply patch', field: 'force' });
  const current = existing(call, context);
  const patched = patchedBy(contentType, current, call);
  if (!isObject(patched)) throw badRequest(`${type.kind} patched to something that is no object`);
  const [uid, own] = [textAt(patched, 'metadata', 'uid'), current.metadata.uid];
  if (uid !== undefined && uid !== own) throw invalid(type.group, type.kind, current.metadata.name, [immutable('metadata.uid', uid)]);
  const strategic = contentType === 'application/strategic-merge-patch+json';
  const input = decodeObject(call, patched, strategic ? (why) => invalidPatch(call.body, why) : undefined);
  sendObject(call, context, 200, isStatus(call) ? context.store.updateStatus(input, options) : context.store.update(input, options));
}

const patchTypes = new Set(['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json']);

function patchedBy(contentType: string, current: StoredObject, { body, type, apiVersion }: ResourceCall): unknown {
  switch (contentType) {
    case 'application/json-patch+json':
      if (!Array.isArray(body)) throw undecodable(body, '[]handlers.jsonPatchOp');
      return jsonPatched(current, body);
    case 'application/merge-patch+json':
      if (!isObject(body)) throw undecodable(body, 'map[string]interface {}');
      return mergePatched(current, body);
    case 'application/strategic-merge-patch+json':
      if (type.custom === true) break;
      if (!isObject(body)) throw undecodable(body, 'map[string]interface {}');
      return strategicMerged(current, body, type.schemaOf(apiVersion));
  }
  throw unsupportedMediaType('the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml');
}

/** The patch itself is shown, of no kind and no name (apiserver: handlers/patch.go, strategicPatchObject). */
function invalidPatch(body: unknown, why: string): StatusError {
  const { reason, message, field } = invalidValue('patch', goValue(body), why);
  return new StatusError(422, 'Invalid', ` "" is invalid: ${field}: ${message}`, { causes: [{ ...(reason === undefined ? {} : { reason }), message, ...(field === undefined ? {} : { field }) }] });
}

function undecodable(body: unknown, wanted: string): StatusError {
  return badRequest(`error decoding patch: json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type ${wanted}`);
}

function applyObject(call: ResourceCall, context: ServerContext): void {
  const { body, query, type, apiVersion, at } = call;
  const manager = query.get('fieldManager') ?? '';
  if (manager === '') throw invalidOptions('PatchOptions', required('fieldManager', 'is required for apply patch'));
  if (!isObject(body)) throw badRequest('error decoding YAML: the patch is no object');
  const [sentVersion = '', sentKind = ''] = [textAt(body, 'apiVersion'), textAt(body, 'kind')];
  if (sentVersion !== apiVersion || sentKind !== type.kind) throw badRequest(`invalid object type: ${sentVersion}, Kind=${sentKind}`);
  // Kept as sent: an empty value that is applied is owned, quantities are compared as written, and the schema is the judge of unknown fields.
  const config: ObjectInput = { ...body, apiVersion, kind: type.kind, metadata: metadataOf(call, body) };
  checkTyped(body, type, apiVersion);
  const before = context.store.get({ apiVersion, kind: type.kind, namespace: at.namespace, name: at.name ?? '' });
  const applied = context.store.apply(config, { ...writeOptions(call), manager, force: query.get('force') === 'true', subresource: isStatus(call) ? 'status' : '' });
  sendObject(call, context, before === undefined ? 201 : 200, applied);
}

export function deleteObject(call: ResourceCall, context: ServerContext): void {
  const { type, apiVersion, at } = call;
  const reference = { apiVersion, kind: type.kind, namespace: at.namespace, name: at.name ?? '' };
  const { object, gone } = context.store.remove(reference, removeOptions(call));
  if (!gone || returnsDeleted.has(type.resource)) {
    sendObject(call, context, 200, object);
    return;
  }
  sendJson(call.response, 200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: object.metadata.name, ...(type.group === '' ? {} : { group: type.group }), kind: type.resource, uid: object.metadata.uid },
  });
}

/** Kinds whose registry has ReturnDeletedObject set. */
const returnsDeleted = new Set(['pods', 'podtemplates', 'services', 'serviceaccounts', 'persistentvolumeclaims', 'persistentvolumes', 'resourcequotas', 'limitranges']);

export function deleteCollection(call: ResourceCall, context: ServerContext): void {
  const { type, apiVersion } = call;
  if (type.verbs?.includes('deletecollection') === false) throw type.custom === true ? methodNotAllowed(type, 'deletecollection') : wrongMethod();
  const { uid: _uid, resourceVersion: _version, ...options } = removeOptions(call);
  const chosen = context.store.list(apiVersion, type.kind, { namespace: call.at.namespace }).filter(chooser(call));
  const removed = chosen.flatMap((object) => {
    try {
      return [context.store.remove({ apiVersion, kind: type.kind, namespace: object.metadata.namespace, name: object.metadata.name }, options).object];
    } catch {
      return [];
    }
  });
  const presentation = presentationOf(call, context);
  sendJson(call.response, 200, listOf(removed, { resourceVersion: String(context.store.revision) }, presentation), presentation.representation);
}

/** DeleteOptions stand in the body, the query, or both. */
export function removeOptions(call: ResourceCall): RemoveOptions {
  const { query } = call;
  const body = objectAt(call.body);
  const given = textAt(body, 'propagationPolicy') ?? query.get('propagationPolicy') ?? undefined;
  const orphans = body['orphanDependents'] ?? query.get('orphanDependents');
  if (given !== undefined && orphans !== undefined && orphans !== null) {
    throw invalidOptions('DeleteOptions', invalidValue('propagationPolicy', given, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  const policy = given ?? (orphans === true || orphans === 'true' ? 'Orphan' : undefined);
  if (policy !== undefined && policy !== 'Foreground' && policy !== 'Background' && policy !== 'Orphan') {
    throw invalidOptions('DeleteOptions', unsupported('propagationPolicy', policy, ['Foreground', 'Background', 'Orphan', 'nil']));
  }
  const seconds = numberAt(body, 'gracePeriodSeconds') ?? (query.get('gracePeriodSeconds') === null ? undefined : Number(query.get('gracePeriodSeconds')));
  return {
    uid: textAt(body, 'preconditions', 'uid'),
    resourceVersion: textAt(body, 'preconditions', 'resourceVersion'),
    propagation: policy,
    gracePeriodSeconds: seconds,
    dryRun: isDryRun(call),
  };
}

export function writeOptions(call: ResourceCall): WriteOptions {
  const manager = call.query.get('fieldManager') ?? '';
  if (manager.length > 128) throw invalidOptions(optionsKind(call.verb), { reason: 'FieldValueTooLong', message: 'Too long: may not be more than 128 bytes', field: 'fieldManager' });
  const validation = call.query.get('fieldValidation');
  if (validation !== null && !['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    throw invalidOptions(optionsKind(call.verb), unsupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  return { manager: manager === '' ? managerOf(call.request.headers['user-agent']) : manager, dryRun: isDryRun(call) };
}

/** Without a field manager the name of the client program counts (apiserver: handlers/create.go, managerOrUserAgent). */
function managerOf(userAgent: string | undefined): string {
  const [prefix = ''] = (userAgent ?? '').split('/');
  return prefix.slice(0, 128);
}

function isDryRun(call: ResourceCall): boolean {
  const values = [...call.query.getAll('dryRun'), ...(call.verb.startsWith('delete') ? listAt(objectAt(call.body), 'dryRun') : [])];
  const stray = values.find((value) => value !== 'All');
  if (stray !== undefined && stray !== '') throw invalidOptions(optionsKind(call.verb), unsupported('dryRun', values, ['All']));
  return values.includes('All');
}

function optionsKind(verb: string): string {
  return { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions' }[verb] ?? 'DeleteOptions';
}

function invalidOptions(kind: string, cause: Parameters<typeof invalid>[3][number]): Error {
  return invalid('meta.k8s.io', kind, '', [cause]);
}

function isStatus(call: ResourceCall): boolean {
  if (call.at.subresource === 'status' && call.type.status !== true) throw notFound(call.type, call.at.name ?? '');
  return call.at.subresource === 'status';
}
