import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import { type JsonObject, objectAt, type StoredObject } from '../object.ts';
import { table } from '../tables/table.ts';
import type { ResourceType } from '../resource-type.ts';
import type { Representation } from './negotiation.ts';
import { PageNotFound, type StatusError } from '../status-error.ts';

export interface Presentation {
  readonly representation: Representation;
  readonly type: ResourceType;
  readonly apiVersion: string;
  /** `includeObject` of a table: None, Metadata (default), Object. */
  readonly includeObject: string;
  /** World time, for ages. */
  readonly now: Date;
}

export function sendJson(response: ServerResponse, status: number, body: unknown, representation: Representation = { format: 'json', as: 'object' }): void {
  const text = representation.format === 'yaml' ? stringify(body) : `${JSON.stringify(body)}\n`;
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'Content-Type': representation.format === 'yaml' ? 'application/yaml' : 'application/json',
    'Cache-Control': 'no-cache, private',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

export function sendStatus(response: ServerResponse, error: StatusError): void {
  if (error instanceof PageNotFound) {
    sendText(response, 404, '404 page not found\n');
    return;
  }
  const wait = error.details?.retryAfterSeconds;
  if (wait !== undefined && !response.headersSent) response.setHeader('Retry-After', String(wait));
  sendJson(response, error.code, error.body());
}

export function sendText(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text), 'X-Content-Type-Options': 'nosniff' });
  response.end(text);
}

/** An object as the client asked for it. */
export function presented(object: StoredObject, { representation, type, apiVersion, includeObject, now }: Presentation): JsonObject {
  if (representation.as === 'table') return table([object], { type, apiVersion, includeObject, now, resourceVersion: object.metadata.resourceVersion });
  if (representation.as === 'metadata') return onlyMetadata(object);
  return withoutEmptyRevision(object);
}

/** What was only tried has no version. */
function withoutEmptyRevision(object: StoredObject): JsonObject {
  if (object.metadata.resourceVersion !== '') return object;
  const { resourceVersion: _empty, ...metadata } = object.metadata;
  return { ...object, metadata };
}

export function onlyMetadata(object: StoredObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** Objects inside a built-in list do not repeat their kind; those of custom lists do. */
export function listItem(object: StoredObject, type: ResourceType): JsonObject {
  if (type.custom === true) return object;
  const { apiVersion: _version, kind: _kind, ...rest } = object;
  return rest;
}

export function listOf(objects: readonly StoredObject[], metadata: JsonObject, presentation: Presentation): JsonObject {
  const { representation, type, apiVersion, includeObject, now } = presentation;
  if (representation.as === 'table') {
    const { resourceVersion, ...rest } = metadata;
    const whole = table(objects, { type, apiVersion, includeObject, now, resourceVersion: String(resourceVersion) });
    return { ...whole, metadata: { ...objectAt(whole, 'metadata'), ...rest } };
  }
  if (representation.as === 'metadata') return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: objects.map(onlyMetadata) };
  return { kind: `${type.kind}List`, apiVersion, metadata, items: objects.map((object) => listItem(object, type)) };
}

