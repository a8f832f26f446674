import { accountToken } from '../access/tokens.ts';
import { isObject, listAt, numberAt, type ObjectInput, objectAt, textAt, valueAt, withValueAt } from '../object.ts';
import { jsonPatched } from '../patch/json-patch.ts';
import { mergePatched } from '../patch/merge-patch.ts';
import type { ScalePaths } from '../resource-type.ts';
import { selectorText } from '../tables/columns.ts';
import type { ServerContext } from '../server-context.ts';
import { badRequest, conflict, forbidden, invalid, methodNotAllowed, notFound, notImplemented, objectModified, PageNotFound, pathNotFound, StatusError } from '../status-error.ts';
import { invalidValue } from '../validation/causes.ts';
import type { ResourceCall } from './call.ts';
import { sendLog } from './pod-log.ts';
import { existing, getObject, sendObject } from './read.ts';
import { sendJson } from './respond.ts';
import { patchObject, removeOptions, replaceObject, writeOptions } from './write.ts';

/** Calls of `…/{name}/{subresource}`. */
export async function callSubresource(call: ResourceCall, context: ServerContext): Promise<void> {
  const { type, at, verb } = call;
  const target = `${type.resource}/${at.subresource ?? ''}`;
  if (at.subresource === 'status') {
    if (type.status !== true) throw pathNotFound();
    if (verb === 'get') getObject(call, context);
    else if (verb === 'update') replaceObject(call, context);
    else if (verb === 'patch') patchObject(call, context);
    else throw methodNotAllowed(type, verb);
    return;
  }
  if (at.subresource === 'scale' && type.scale !== undefined) {
    scale(call, context, type.scale);
    return;
  }
  switch (target) {
    case 'pods/log':
      await sendLog(call, context);
      return;
    case 'pods/eviction':
      evict(call, context);
      return;
    case 'pods/binding':
      bind(call, context);
      return;
    case 'serviceaccounts/token':
      issueToken(call, context);
      return;
    case 'namespaces/finalize':
      finalize(call, context);
      return;
    case 'pods/exec':
    case 'pods/attach':
    case 'pods/portforward':
    case 'pods/ephemeralcontainers':
    case 'pods/resize':
    case 'pods/proxy':
    case 'services/proxy':
    case 'nodes/proxy':
      throw notImplemented(target);
    default:
      throw type.custom === true ? new PageNotFound() : pathNotFound();
  }
}

/** `autoscaling/v1` Scale of a workload. */
function scale(call: ResourceCall, context: ServerContext, paths: ScalePaths): void {
  const object = existing(call, context);
  const view = (of: ObjectInput): ObjectInput => {
    const selector = paths.selector === undefined ? undefined : valueAt(of, ...paths.selector);
    return {
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: object.metadata.name, namespace: object.metadata.namespace ?? '', uid: object.metadata.uid, resourceVersion: of.metadata?.resourceVersion ?? '', creationTimestamp: object.metadata.creationTimestamp },
      // `replicas,omitempty`
      spec: (numberAt(of, ...paths.specReplicas) ?? 0) === 0 ? {} : { replicas: numberAt(of, ...paths.specReplicas) },
      status: { replicas: numberAt(of, ...paths.statusReplicas) ?? 0, ...(selector === undefined ? {} : { selector: isObject(selector) ? selectorText(selector) : selector }) },
    };
  };
  if (call.verb === 'get') {
    sendJson(call.response, 200, view(object));
    return;
  }
  const wanted = call.verb === 'update' ? call.body : call.contentType === 'application/json-patch+json' ? jsonPatched(view(object), call.body) : mergePatched(view(object), call.body);
  const replicas = numberAt(wanted, 'spec', 'replicas') ?? 0;
  const version = textAt(wanted, 'metadata', 'resourceVersion');
  if (version !== undefined && version !== object.metadata.resourceVersion) throw conflict(call.type, object.metadata.name, objectModified);
  if (replicas < 0) throw invalid('autoscaling', 'Scale', object.metadata.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  const changed = { ...object, ...withValueAt(object, paths.specReplicas, replicas) };
  sendJson(call.response, 200, view(context.store.update(changed, { ...writeOptions(call), subresource: 'scale' })));
}

/** Deletes the pod as `kubectl drain` does; budgets are not counted. */
function evict(call: ResourceCall, context: ServerContext): void {
  const pod = existing(call, context);
  const options = removeOptions({ ...call, body: objectAt(call.body, 'deleteOptions') });
  context.store.remove({ apiVersion: 'v1', kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name }, options);
  sendJson(call.response, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

function bind(call: ResourceCall, context: ServerContext): void {
  const pod = existing(call, context);
  const node = textAt(call.body, 'target', 'name') ?? '';
  if (textAt(pod, 'spec', 'nodeName') !== undefined) throw conflict({ group: '', resource: 'pods/binding' }, pod.metadata.name, `pod ${pod.metadata.name} is already assigned to node ${JSON.stringify(textAt(pod, 'spec', 'nodeName'))}`);
  context.store.update({ ...pod, spec: { ...objectAt(pod, 'spec'), nodeName: node } }, writeOptions(call));
  sendJson(call.response, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** TokenRequest: a really signed token, for an hour unless asked otherwise (at least 10 minutes, at most a day here). */
function issueToken(call: ResourceCall, context: ServerContext): void {
  const account = existing(call, context);
  const { signer, world } = context;
  const asked = numberAt(call.body, 'spec', 'expirationSeconds') ?? 3600;
  if (asked < 600) {
    throw new StatusError(422, 'Invalid', `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${asked}: may not specify a duration less than 10 minutes`, {
      group: 'authentication.k8s.io',
      kind: 'TokenRequest',
      causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: ${asked}: may not specify a duration less than 10 minutes`, field: 'spec.expirationSeconds' }],
    });
  }
  const audiences = listAt(call.body, 'spec', 'audiences').map(String);
  const audience = audiences.length === 0 ? [signer.issuer] : audiences;
  const bound = boundClaims(call, context);
  const { token, expiresAt } = accountToken(signer, account, { audience, seconds: asked, bound });
  const reference = objectAt(call.body, 'spec')['boundObjectRef'];
  sendJson(call.response, 201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: account.metadata.name, namespace: account.metadata.namespace, creationTimestamp: `${world.clock.now().toISOString().slice(0, 19)}Z` },
    spec: { audiences: audience, expirationSeconds: asked, boundObjectRef: reference ?? null },
    status: { token, expirationTimestamp: `${new Date(expiresAt * 1000).toISOString().slice(0, 19)}Z` },
  });
}

function boundClaims(call: ResourceCall, { store }: ServerContext): object {
  const reference = objectAt(call.body, 'spec', 'boundObjectRef');
  const [kind, name, uid] = [textAt(reference, 'kind'), textAt(reference, 'name') ?? '', textAt(reference, 'uid')];
  if (kind === undefined) return {};
  if (kind !== 'Pod' && kind !== 'Secret') throw badRequest(`cannot bind token to object of type ${kind}`);
  const bound = store.get({ apiVersion: 'v1', kind, namespace: call.at.namespace, name });
  if (bound === undefined) throw notFound({ group: '', resource: `${kind.toLowerCase()}s` }, name);
  if (uid !== undefined && uid !== bound.metadata.uid) {
    throw conflict({ group: '', resource: `${kind.toLowerCase()}s` }, name, `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`);
  }
  if (kind === 'Pod' && (textAt(bound, 'spec', 'serviceAccountName') ?? 'default') !== call.at.name) {
    throw forbidden({ group: '', resource: 'serviceaccounts' }, call.at.name ?? '', `pod ${name} does not use the service account`);
  }
  return { [kind.toLowerCase()]: { name: bound.metadata.name, uid: bound.metadata.uid } };
}

function finalize(call: ResourceCall, context: ServerContext): void {
  const namespace = existing(call, context);
  if (listAt(call.body, 'spec', 'finalizers').length === 0 && namespace.metadata.deletionTimestamp !== undefined) context.store.finalizeNamespace(namespace.metadata.name);
  sendObject(call, context, 200, namespace);
}
