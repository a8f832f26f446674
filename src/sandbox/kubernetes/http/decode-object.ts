import type { ResourceCall } from './call.ts';
import { Buffer } from 'node:buffer';
import { pruned } from '../custom/structural.ts';
import { isObject, type JsonObject, type ObjectInput, objectAt, textAt } from '../object.ts';
import { decodeBuiltIn, DecodeError } from '../openapi/decode.ts';
import { schemaOfKind } from '../openapi/schema.ts';
import { badRequest, invalid, type StatusError } from '../status-error.ts';
import { invalidValue } from '../validation/causes.ts';

/**
 * A client's object, read for the kind that the path names: group, version and kind must fit, unknown fields are refused, told or
 * dropped as `fieldValidation` says. Where unknown fields are refused, `refusal` makes the answer of what was strictly wrong.
 */
export function decodeObject(call: ResourceCall, body: unknown, refusal?: (why: string) => StatusError): ObjectInput {
  const { type, apiVersion, at } = call;
  if (!isObject(body)) throw badRequest(unrecognized(type.kind, body));
  const sentVersion = textAt(body, 'apiVersion') ?? (type.custom === true ? '' : apiVersion);
  const sentKind = textAt(body, 'kind') ?? (type.custom === true ? '' : type.kind);
  if (type.custom === true && (sentKind === '' || sentVersion === '')) {
    const text = JSON.stringify(body);
    throw badRequest(`the object provided is unrecognized (must be of type ${type.kind}): Object '${sentKind === '' ? 'Kind' : 'apiVersion'}' is missing in '${text}' (${text.slice(0, 30)} ...)`);
  }
  if (sentVersion !== apiVersion) throw badRequest(`the API version in the data (${sentVersion}) does not match the expected API version (${apiVersion})`);
  if (sentKind !== type.kind && type.custom === true) throw invalid(type.group, sentKind, textAt(body, 'metadata', 'name') ?? '', [invalidValue('kind', sentKind, `must be ${type.kind}`)]);
  if (sentKind !== type.kind) throw badRequest(`${sentKind} in version ${JSON.stringify(at.version)} cannot be handled as a ${type.kind}: ${mismatch(call, sentKind)}`);
  const { object, unknownFields } = decoded(call, { ...body, apiVersion, kind: type.kind });
  reportUnknown(call, unknownFields, refusal);
  return { ...object, apiVersion, kind: type.kind, metadata: metadataOf(call, object) };
}

function decoded(call: ResourceCall, body: JsonObject): { readonly object: JsonObject; readonly unknownFields: readonly string[] } {
  const { type, apiVersion, at } = call;
  try {
    if (type.custom === true) {
      const { value, unknown } = pruned(body, type.schemaOf(apiVersion));
      return { object: value, unknownFields: [...unknown].sort() };
    }
    return decodeBuiltIn(body, type.schemaOf(apiVersion));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${type.kind} in version ${JSON.stringify(at.version)} cannot be handled as a ${type.kind}: ${error.message}`);
  }
}

function reportUnknown({ query, type, at, response }: ResourceCall, unknownFields: readonly string[], refusal?: (why: string) => StatusError): void {
  if (unknownFields.length === 0) return;
  const words = unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`);
  const validation = query.get('fieldValidation') ?? 'Warn';
  if (validation === 'Strict') {
    const why = `strict decoding error: ${words.join(', ')}`;
    throw refusal?.(why) ?? badRequest(`${type.kind} in version ${JSON.stringify(at.version)} cannot be handled as a ${type.kind}: ${why}`);
  }
  // RFC 7234 warn-code 299, as client-go shows it.
  if (validation !== 'Ignore') response.setHeader('Warning', words.map((each) => `299 - ${JSON.stringify(each)}`));
}

/** A body that is no object at all, in the words of Go's decoder; its bytes are shown in hexadecimal. */
function unrecognized(kind: string, body: unknown): string {
  const [why, shown] =
    body === undefined
      ? ['unexpected end of JSON input', '<empty>']
      : [`json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`, Buffer.from(JSON.stringify(body)).toString('hex').slice(0, 60)];
  return `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why} (${shown})`;
}

function mismatch({ type, at }: ResourceCall, sentKind: string): string {
  const known = schemaOfKind(at.group, at.version, sentKind) !== undefined;
  if (known) return `converting (${at.version}.${sentKind}) to (${internalPackage(type.group)}.${type.kind}): unknown conversion`;
  return `no kind ${JSON.stringify(sentKind)} is registered for version ${JSON.stringify(type.group === '' ? at.version : `${type.group}/${at.version}`)} in scheme "pkg/runtime/scheme.go:111"`;
}

/** The Go package of a group's internal types, which the words of a failed conversion show. */
function internalPackage(group: string): string {
  return group === '' ? 'core' : group.split('.')[0]!;
}

/** The metadata with the name and namespace of the path, which those in the body must not contradict. */
export function metadataOf({ at, type }: Pick<ResourceCall, 'at' | 'type'>, object: JsonObject): JsonObject {
  const metadata = objectAt(object, 'metadata');
  const [name, namespace] = [textAt(metadata, 'name'), textAt(metadata, 'namespace')];
  if (at.name !== undefined && name !== undefined && name !== at.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${at.name})`);
  }
  if (type.namespaced && namespace !== undefined && namespace !== '' && at.namespace !== undefined && namespace !== at.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const { namespace: _namespace, ...rest } = metadata;
  return {
    ...rest,
    ...(type.namespaced && at.namespace !== undefined ? { namespace: at.namespace } : {}),
    ...(at.name !== undefined ? { name: at.name } : {}),
  };
}
