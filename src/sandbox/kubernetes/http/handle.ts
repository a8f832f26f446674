import type { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { type Attributes, isAllowed, refusalWords } from '../access/authorization.ts';
import { anonymous, type User } from '../access/users.ts';
import { runIdOf } from '../../faults.ts';
import type { ServerContext } from '../server-context.ts';
import { forbidden, methodNotAllowed, notImplemented, PageNotFound, pathNotFound, StatusError, unauthorized, wrongMethod } from '../status-error.ts';
import { mediaType, parseBody, readBody } from './body.ts';
import { readPath, type RequestPath, type ResourceCall, type ResourcePath, verbOf } from './call.ts';
import { callOther } from './other-paths.ts';
import { getObject, listObjects } from './read.ts';
import { sendJson, sendStatus } from './respond.ts';
import { review, reviewKinds } from './reviews.ts';
import { callSubresource } from './subresources.ts';
import { watchObjects } from './watch.ts';
import { createObject, deleteCollection, deleteObject, patchObject, replaceObject } from './write.ts';

/** Answers one request: faults, authentication, authorisation, the call itself, the audit. */
export async function handle(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  const { world } = context;
  const path = readPath(request.url ?? '/');
  const verb = path.resource === undefined ? (request.method ?? 'GET').toLowerCase() : verbOf(request.method ?? 'GET', path.resource, path.query);
  const action = path.resource === undefined ? `${verb} ${path.path}` : actionOf(verb, path.resource);
  const applies = mediaType(request.headers['content-type']) === 'application/apply-patch+yaml';
  const names = applies && path.resource !== undefined ? [action, actionOf('apply', path.resource)] : [action];
  const userAgent = request.headers['user-agent'];
  const run = runIdOf(userAgent);
  const strike = world.faults.strike({ service: 'kubernetes', names, userAgent });
  let user: User = anonymous;
  let failure: StatusError | undefined;
  if (strike?.kind === 'drop' && strike.when === 'before') {
    record(context, { path, action, user, run, status: 0, code: 'ConnectionDropped' });
    request.socket.destroy();
    return;
  }
  if (strike?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, strike.milliseconds));
  // The connection is closed after the call was executed: nothing of the answer gets out.
  const dropped = strike?.kind === 'drop';
  if (dropped) request.socket.write = () => true;
  try {
    if (strike?.kind === 'throttle') throw new StatusError(429, 'TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 });
    if (strike?.kind === 'status') throw injected(strike.status, strike.code);
    user = authenticated(request, context);
    authorise(user, verb, path, context);
    await answer({ path, verb, user, request, response, body: await readBody(request) }, context);
  } catch (error) {
    failure = asStatus(error);
    if (!response.headersSent) sendStatus(response, failure);
  }
  record(context, { path, action, user, run, status: failure?.code ?? response.statusCode, ...(failure === undefined ? {} : { code: failure.reason }) });
  if (dropped) request.socket.destroy();
}

interface Question {
  readonly path: RequestPath;
  readonly verb: string;
  readonly user: User;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

async function answer({ path, verb, user, request, response, body }: Question, context: ServerContext): Promise<void> {
  const { resource: at, query } = path;
  if (at === undefined) {
    callOther(path, { request, response, user }, context);
    return;
  }
  const contentType = mediaType(request.headers['content-type']);
  const kind = reviewKinds[`${at.group}/${at.resource}`];
  if (kind !== undefined && at.version === 'v1') {
    if (verb !== 'create') throw methodNotAllowed(at, verb);
    sendJson(response, 201, review(kind.kind, { body: parseBody(body, contentType), user, at }, context));
    return;
  }
  const type = context.store.types.served(at.group, at.version, at.resource);
  if (type === undefined) throw isBuiltInGroup(at.group, context) ? pathNotFound() : new PageNotFound();
  if (type.namespaced && at.namespace === undefined && at.name !== undefined) throw pathNotFound();
  if (type.namespaced && at.namespace === undefined && verb === 'create') throw wrongMethod();
  if (!type.namespaced && at.namespace !== undefined) throw pathNotFound();
  const call: ResourceCall = { verb, type, apiVersion: at.group === '' ? at.version : `${at.group}/${at.version}`, at, query, user, request, response, body: parseBody(body, contentType), contentType };
  await dispatch(call, context);
}

/** Custom groups are served by another handler, which knows no page for what it does not have. */
function isBuiltInGroup(group: string, { store }: ServerContext): boolean {
  return store.types.all().some((type) => type.group === group && type.custom !== true);
}

async function dispatch(call: ResourceCall, context: ServerContext): Promise<void> {
  if (call.at.subresource !== undefined) {
    await callSubresource(call, context);
    return;
  }
  // A collection is not put or patched, an object is not posted.
  const single = call.at.name !== undefined;
  if ((call.verb === 'create') === single && ['create', 'update', 'patch'].includes(call.verb)) {
    throw call.type.custom === true ? methodNotAllowed(call.type, call.verb) : wrongMethod();
  }
  switch (call.verb) {
    case 'get':
      getObject(call, context);
      return;
    case 'list':
      listObjects(call, context);
      return;
    case 'watch':
      watchObjects(call, context);
      return;
    case 'create':
      createObject(call, context);
      return;
    case 'update':
      replaceObject(call, context);
      return;
    case 'patch':
      patchObject(call, context);
      return;
    case 'delete':
      deleteObject(call, context);
      return;
    case 'deletecollection':
      deleteCollection(call, context);
      return;
    default:
      throw notImplemented(`the verb ${call.verb}`);
  }
}

function authenticated(request: IncomingMessage, context: ServerContext): User {
  if (!(request.socket instanceof TLSSocket)) throw unauthorized();
  const user = context.authenticator.authenticate(request.socket, request.headers.authorization);
  if (user === undefined) throw unauthorized();
  return impersonated(user, request, context);
}

/** `kubectl --as`: whoever may impersonate speaks as the other (Kubernetes docs, "User impersonation"). */
function impersonated(user: User, { headers }: IncomingMessage, { store }: ServerContext): User {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string') return user;
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name);
  const wanted: Attributes = account === null ? { verb: 'impersonate', group: '', resource: 'users', name } : { verb: 'impersonate', group: '', resource: 'serviceaccounts', namespace: account[1]!, name: name.split(':')[3]! };
  if (!isAllowed(store, user, wanted)) throw forbidden({ group: '', resource: wanted.resource ?? '' }, wanted.name ?? '', refusalWords(user, wanted));
  const groups = [headers['impersonate-group'] ?? []].flat().flatMap((group) => group.split(', '));
  const own = account === null ? [] : ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`];
  return { username: name, groups: [...groups, ...(groups.length === 0 ? own : []), 'system:authenticated'] };
}

function authorise(user: User, verb: string, { path, resource }: RequestPath, { store }: ServerContext): void {
  const wanted = resource === undefined ? { verb, path } : { verb, ...resource, ...(resource.resource === 'namespaces' && resource.name !== undefined ? { namespace: resource.name } : {}) };
  if (isAllowed(store, user, wanted)) return;
  const words = refusalWords(user, resource === undefined ? { verb, path } : { verb, ...resource });
  if (resource === undefined) throw new StatusError(403, 'Forbidden', `forbidden: ${words}`, {});
  throw forbidden(resource, resource.name ?? '', words);
}

function asStatus(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

const reasons: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 409: 'Conflict', 410: 'Expired', 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable', 504: 'Timeout' };

function injected(status: number, code: string): StatusError {
  return new StatusError(status, code === '' ? (reasons[status] ?? 'InternalError') : code, `injected fault: ${status} ${code}`, status === 429 || status === 503 ? { retryAfterSeconds: 1 } : undefined);
}

function actionOf(verb: string, { resource, subresource }: ResourcePath): string {
  return `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
}

function record(context: ServerContext, { path, action, user, run, status, code }: { readonly path: RequestPath; readonly action: string; readonly user: User; readonly run: string; readonly status: number; readonly code?: string }): void {
  context.world.audit.record({
    service: 'kubernetes',
    action,
    operation: action,
    identity: user.username,
    resource: path.path,
    verdict: status === 401 || status === 403 ? 'deny' : status >= 400 || status === 0 ? 'error' : 'allow',
    status,
    ...(code === undefined ? {} : { code }),
    ...(run === '' ? {} : { run }),
  });
}
