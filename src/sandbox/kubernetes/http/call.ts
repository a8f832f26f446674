import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResourceType } from '../resource-type.ts';
import type { User } from '../access/users.ts';

/** A request as the API server reads its path (apiserver: request/requestinfo.go). */
export interface RequestPath {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Set on calls of resources. */
  readonly resource?: ResourcePath;
}

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** One call of a resource, authenticated and authorised. */
export interface ResourceCall {
  readonly verb: string;
  readonly type: ResourceType;
  /** `apps/v1` */
  readonly apiVersion: string;
  readonly at: ResourcePath;
  readonly query: URLSearchParams;
  readonly user: User;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: unknown;
  readonly contentType: string;
}

export function readPath(address: string): RequestPath {
  const { pathname, searchParams: query } = new URL(address, 'https://sandbox');
  const parts = pathname.split('/').filter((part) => part !== '').map(decodeURIComponent);
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  const [root] = parts;
  const [group, version, rest] = root === 'api' ? ['', parts[1], parts.slice(2)] : root === 'apis' ? [parts[1], parts[2], parts.slice(3)] : [];
  if (group === undefined || version === undefined || rest === undefined || rest.length === 0) return { path, query };
  return { path, query, resource: { group, version, ...within(rest) } };
}

function within(parts: readonly string[]): Omit<ResourcePath, 'group' | 'version'> {
  const [first = '', second, third] = parts;
  // `namespaces/x/status` is of the namespace itself; everything else beneath it is of a resource in it.
  const inNamespace = first === 'namespaces' && third !== undefined && third !== 'status' && third !== 'finalize';
  if (!inNamespace) return { resource: first, ...named(second, parts.slice(2)) };
  return { namespace: second ?? '', resource: third, ...named(parts[3], parts.slice(4)) };
}

function named(name: string | undefined, rest: readonly string[]): { readonly name?: string; readonly subresource?: string } {
  return { ...(name === undefined ? {} : { name }), ...(rest.length === 0 ? {} : { subresource: rest.join('/') }) };
}

/** The verb as RBAC and the audit name it. */
export function verbOf(method: string, at: ResourcePath, query: URLSearchParams): string {
  const collection = at.name === undefined;
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (!collection) return 'get';
      return isTrue(query.get('watch')) ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return collection ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
