import { Buffer } from 'node:buffer';
import { groupOf, isObject, type JsonObject } from '../object.ts';
import { badRequest, unsupportedMediaType } from '../status-error.ts';
import messagesFile from './messages.json' with { type: 'json' };
import { wireFields } from './wire.ts';

type Messages = Readonly<Record<string, Readonly<Record<string, string>>>>;

const messages: Messages = readMessages(messagesFile);

function readMessages(file: unknown): Messages {
  return isMessages(file) ? file : {};
}

function isMessages(file: unknown): file is Messages {
  return isObject(file);
}

const magic = Buffer.from('k8s\0');

/**
 * An object in Kubernetes' protobuf (apimachinery: runtime/serializer/protobuf: four magic bytes, then `runtime.Unknown`), as the JSON that
 * Go would write. kubectl and client-go's typed clients send built-in kinds this way.
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, magic.length).equals(magic)) throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  try {
    const envelope = new Map([...wireFields(body.subarray(magic.length))].map(({ number, value }) => [number, value]));
    const [typeMeta, raw] = [envelope.get(1), envelope.get(2)];
    const [apiVersion = '', kind = ''] = Buffer.isBuffer(typeMeta) ? texts(typeMeta) : [];
    const message = messageOf(apiVersion, kind);
    if (message === undefined) throw unsupportedMediaType(`the sandbox does not read ${apiVersion} ${kind} as protobuf; see docs/sandbox-kubernetes.md`);
    return { apiVersion, kind, ...(Buffer.isBuffer(raw) ? decodeMessage(raw, message) : {}) };
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(`error decoding protobuf: ${error.message}`);
    throw error;
  }
}

function texts(bytes: Buffer): readonly string[] {
  const found: string[] = [];
  for (const { number, value } of wireFields(bytes)) if (Buffer.isBuffer(value)) found[number - 1] = value.toString('utf8');
  return found;
}

function messageOf(apiVersion: string, kind: string): string | undefined {
  const group = groupOf(apiVersion);
  const name = kind === 'DeleteOptions' ? 'metav1.DeleteOptions' : `${group === '' ? 'v1' : group.split('.')[0]}.${kind}`;
  return messages[name] === undefined ? undefined : name;
}

function decodeMessage(bytes: Buffer, name: string): JsonObject {
  const fields = messages[name] ?? {};
  const result: Record<string, unknown> = {};
  for (const { number, value } of wireFields(bytes)) {
    const field = fields[number];
    if (field === undefined) continue;
    const space = field.indexOf(' ');
    const [json, type] = [field.slice(0, space), field.slice(space + 1)];
    if (json === '') Object.assign(result, decodeValue(value, type));
    else put(result, json, value, type);
  }
  return result;
}

function put(result: Record<string, unknown>, field: string, value: bigint | Buffer, type: string): void {
  const always = type.startsWith('!');
  const bare = always ? type.slice(1) : type;
  const pointed = bare.startsWith('*');
  const plain = pointed ? bare.slice(1) : bare;
  if (plain.startsWith('[]')) {
    const before = result[field];
    result[field] = [...(Array.isArray(before) ? before : []), decodeValue(value, plain.slice(2).replace('*', ''))];
    return;
  }
  if (plain.startsWith('{}')) {
    if (Buffer.isBuffer(value)) result[field] = { ...(isObject(result[field]) ? result[field] : {}), ...mapEntry(value, plain.slice(2)) };
    return;
  }
  const decoded = decodeValue(value, plain);
  // Protobuf writes every field that is no pointer; JSON leaves its zero out.
  const zero = decoded === undefined || decoded === '' || decoded === 0 || decoded === false;
  if (!zero || ((pointed || always) && decoded !== undefined)) result[field] = decoded;
}

function mapEntry(bytes: Buffer, type: string): JsonObject {
  let key = '';
  let decoded: unknown = type === 'string' || type === 'bytes' ? '' : {};
  for (const { number, value } of wireFields(bytes)) {
    if (number === 1 && Buffer.isBuffer(value)) key = value.toString('utf8');
    // A list as a map's value is a message of its own, with the items in field 1.
    else if (number === 2 && type.startsWith('[]') && Buffer.isBuffer(value)) decoded = texts(value).filter((text) => text !== undefined);
    else if (number === 2) decoded = decodeValue(value, type);
  }
  return { [key]: decoded };
}

function decodeValue(value: bigint | Buffer, type: string): unknown {
  switch (type) {
    case 'int':
      return typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0;
    case 'bool':
      return value === 1n;
    case 'double':
      return Buffer.isBuffer(value) && value.length === 8 ? value.readDoubleLE() : 0;
    case 'string':
      return Buffer.isBuffer(value) ? value.toString('utf8') : '';
    case 'bytes':
      return Buffer.isBuffer(value) ? value.toString('base64') : '';
    case 'metav1.Time':
    case 'metav1.MicroTime':
      return Buffer.isBuffer(value) ? time(value, type === 'metav1.MicroTime') : undefined;
    case 'resource.Quantity':
      return Buffer.isBuffer(value) ? (texts(value)[0] ?? '0') : undefined;
    case 'intstr.IntOrString':
      return Buffer.isBuffer(value) ? intOrString(value) : undefined;
    case 'metav1.FieldsV1':
    case 'runtime.RawExtension': {
      const text = Buffer.isBuffer(value) ? (texts(value)[0] ?? '') : '';
      return text === '' ? undefined : JSON.parse(text);
    }
    default:
      return Buffer.isBuffer(value) ? decodeMessage(value, type.replace(/^[*!]+/, '')) : undefined;
  }
}

function time(bytes: Buffer, micro: boolean): string | undefined {
  const found = new Map([...wireFields(bytes)].map(({ number, value }) => [number, value]));
  const [seconds, nanos] = [found.get(1), found.get(2)];
  if (typeof seconds !== 'bigint') return undefined;
  const date = new Date(Number(BigInt.asIntN(64, seconds)) * 1000).toISOString().slice(0, 19);
  return micro ? `${date}.${String(Number(typeof nanos === 'bigint' ? nanos : 0n) / 1000).padStart(6, '0')}Z` : `${date}Z`;
}

function intOrString(bytes: Buffer): number | string {
  const found = new Map([...wireFields(bytes)].map(({ number, value }) => [number, value]));
  const [kind, number, text] = [found.get(1), found.get(2), found.get(3)];
  if (kind === 1n) return Buffer.isBuffer(text) ? text.toString('utf8') : '';
  return typeof number === 'bigint' ? Number(BigInt.asIntN(64, number)) : 0;
}
