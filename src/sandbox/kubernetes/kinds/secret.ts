import { Buffer } from 'node:buffer';
import { isObject, type JsonObject, objectAt, sameJson, type StoredObject, textAt } from '../object.ts';
import type { StatusCause } from '../status-error.ts';
import { configKeyWords } from '../validation/names.ts';
import { forbiddenChange, immutable, invalidValue, required } from '../validation/causes.ts';

/** `stringData` is written into `data` and never kept (apis/core/v1/conversion.go). */
export function withSecretDefaults(secret: JsonObject): JsonObject {
  const { stringData, ...rest } = secret;
  const typed = { ...rest, type: rest['type'] ?? 'Opaque' };
  if (!isObject(stringData)) return typed;
  const encoded = Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]));
  return { ...typed, data: { ...objectAt(secret, 'data'), ...encoded } };
}

const configKey = /^[-._a-zA-Z0-9]+$/;

export function keyProblems(entries: JsonObject, field: string): readonly StatusCause[] {
  return Object.keys(entries)
    .filter((key) => !configKey.test(key))
    .map((key) =>
      invalidValue(`${field}[${key}]`, key, configKeyWords),
    );
}

/** apis/core/validation: ValidateSecret and …Update. */
export function secretProblems(secret: JsonObject, old: StoredObject | undefined): readonly StatusCause[] {
  return [
    ...keyProblems(objectAt(secret, 'data'), 'data'),
    ...sizeProblems(secret),
    ...typedContentProblems(textAt(secret, 'type') ?? '', secret),
    ...immutableContent(secret, old),
    ...(old !== undefined && old['type'] !== secret['type'] ? [immutable('type', secret['type'])] : []),
  ];
}

/** What a type promises must be there. */
function typedContentProblems(type: string, secret: JsonObject): readonly StatusCause[] {
  const data = objectAt(secret, 'data');
  const missing = (...keys: readonly string[]): readonly StatusCause[] => keys.filter((key) => data[key] === undefined).map((key) => required(`data[${key}]`));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return textAt(secret, 'metadata', 'annotations', 'kubernetes.io/service-account.name') === undefined ? [required('metadata.annotations[kubernetes.io/service-account.name]')] : [];
    case 'kubernetes.io/dockercfg':
      return missing('.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return missing('.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      return data['username'] === undefined && data['password'] === undefined ? missing('username', 'password') : [];
    case 'kubernetes.io/ssh-auth':
      return missing('ssh-privatekey');
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key');
    default:
      return [];
  }
}

/** 1 MiB is the most that a Secret holds (core.MaxSecretSize). */
function sizeProblems(secret: JsonObject): readonly StatusCause[] {
  const size = Object.values(objectAt(secret, 'data')).reduce<number>((sum, value) => sum + (typeof value === 'string' ? Buffer.byteLength(value, 'base64') : 0), 0);
  return size > 1_048_576 ? [{ reason: 'FieldValueTooLong', message: 'Too long: may not be more than 1048576 bytes', field: 'data' }] : [];
}

export function immutableContent(object: JsonObject, old: StoredObject | undefined): readonly StatusCause[] {
  if (old?.['immutable'] !== true) return [];
  const problems: StatusCause[] = [];
  if (object['immutable'] !== true) problems.push(forbiddenChange('immutable', 'field is immutable when `immutable` is set'));
  for (const field of ['data', 'binaryData']) {
    if (!sameJson(object[field] ?? {}, old[field] ?? {})) problems.push(forbiddenChange(field, 'field is immutable when `immutable` is set'));
  }
  return problems;
}

