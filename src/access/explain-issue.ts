/** What zod says about a declaration, as findings: which field, where, what would be right. */
import type { z } from 'zod';
import { nearest } from '../bedrock/nearest.ts';
import { accessPages } from '../errors/access-pages.ts';
import type { Finding } from '../finding.ts';
import { accessFinding, shown, type AccessFindingId } from './access-finding.ts';
import { accessSchema } from './schema/index.ts';
import { storeShorthand, workloadShorthand } from './shorthand.ts';
import type { SourceDocument } from './source/documents.ts';
import { fieldName, type FieldPath } from './source/field.ts';

type Issue = z.core.$ZodIssue;

export interface ExplainedIssue {
  readonly finding: Finding;
  /** For a misspelt field, the one that was meant. */
  readonly meant?: string;
}

/** The findings of one issue; an issue about several unknown fields gives one for each. */
export function explainIssue(issue: Issue, document: unknown, source: SourceDocument): ExplainedIssue[] {
  const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(path, key, source));
  return [{ finding: explainValue(issue, path, valueAt(document, path), source) }];
}

function explainValue(issue: Issue, path: FieldPath, value: unknown, source: SourceDocument): Finding {
  const field = fieldName(path);
  const place = source.place(field);
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? missing(field, issue.expected, source) : wrongType(field, issue.expected, value, source);
    case 'invalid_value':
      return value === undefined ? missing(field, 'string', source) : wrongWord(field, issue.values.map(String), value, source);
    case 'invalid_format':
      return malformed(issue.message, field, value, source);
    case 'too_small':
      return accessFinding('value-too-short', `${field} is empty; it needs at least ${String(issue.minimum)}.`, place);
    case 'too_big': {
      const most = String(issue.maximum);
      return accessFinding('value-too-long', `${field} has ${sizeOf(value)}; at most ${most} are allowed.`, place, { remedy: `Shorten it to ${most}.` });
    }
    case 'invalid_key': {
      // A key of `environment`: its own place, not that of its value.
      const [inner] = issue.issues;
      return malformed(inner?.code === 'invalid_format' ? inner.message : 'variable-name-malformed', field, path.at(-1), { ...source, place: source.key });
    }
    default:
      return accessFinding('value-malformed', `${field}: ${issue.message}.`, place);
  }
}

function unknownField(path: FieldPath, key: string, source: SourceDocument): ExplainedIssue {
  const field = fieldName([...path, key]);
  const known = fieldsAt(path);
  const near = key === '<<' ? undefined : nearest(key.slice(0, 64), known, 1)[0];
  const holder = path.length === 0 ? 'the document' : fieldName(path);
  const finding = accessFinding('field-unknown', `${field} is no field of the declaration.${near === undefined ? '' : ` Did you mean ${near}?`}`, source.key(field), {
    remedy:
      key === '<<'
        ? 'Write the fields out: YAML merge keys are not read. Aliases (*name) are.'
        : near === undefined
          ? `Remove it. ${holder} has: ${known.join(', ')}.`
          : `Write ${near} instead of ${shown(key)}, or remove it.`,
  });
  return near === undefined ? { finding } : { finding, meant: fieldName([...path, near]) };
}

/** The names that the schema has at a path, read from the schema itself. */
function fieldsAt(path: FieldPath): string[] {
  let at: unknown = accessSchema;
  for (const segment of path) {
    at = unwrapped(at);
    if (typeof segment === 'number') at = property(at, 'element');
    else at = property(property(at, 'shape'), segment);
  }
  const shape = property(unwrapped(at), 'shape');
  return typeof shape === 'object' && shape !== null ? Object.keys(shape).filter((name) => !clusterFields.has(name)) : [];
}

/** Taken from objects that were read back from a cluster; nobody means to write them. */
const clusterFields: ReadonlySet<string> = new Set(['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'finalizers', 'ownerReferences', 'managedFields', 'generateName', 'selfLink', 'status']);

function unwrapped(schema: unknown): unknown {
  let at = schema;
  for (let inner = property(property(at, 'def'), 'innerType'); inner !== undefined; inner = property(property(at, 'def'), 'innerType')) at = inner;
  return at;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}

function missing(field: string, expected: string, source: SourceDocument): Finding {
  const remedy = missingRemedies[field.replaceAll(/\[\d+\]/g, '[]')];
  return accessFinding('field-missing', `${field} is missing.`, source.place(field), { remedy: remedy ?? `Add ${field} (${article(expected)}).` });
}

const missingRemedies: Readonly<Record<string, string>> = {
  'spec.account': 'Add the AWS account in quotes: account: "123456789012". `aws sts get-caller-identity` shows it.',
  'spec.region': 'Add the region where Bedrock is called: region: us-west-2.',
  'spec.models': 'Add the models: models: [{ id: us.anthropic.claude-sonnet-4-6 }]. `bedrock-access models` lists them.',
  'spec.workloads': 'Add the workloads: workloads: [{ kind: Deployment, name: openhands, client: openhands }].',
  'spec.workloads[].client': 'Say what the workload calls Bedrock with, since that decides which variables it reads: client: boto3. In the short form it follows a colon: Deployment/my-app:boto3.',
  'spec.credentials': 'Add the credentials: credentials: { accessKey: { secretStore: { name: parameterstore, region: ap-northeast-1 } } }.',
  'spec.credentials.accessKey.secretStore.region': "Add the store's region, where the parameters lie. It need not be the region where Bedrock is called.",
  'spec.credentials.apiKey.secretStore.region': "Add the store's region, where the parameter lies. It need not be the region where Bedrock is called.",
  'metadata.namespace': 'Add the namespace of the workloads: metadata: { name: openhands, namespace: openhands }.',
};

function wrongType(field: string, expected: string, value: unknown, source: SourceDocument): Finding {
  const written = source.written(field);
  const place = source.place(field);
  if (typeof value === 'string' && /^spec\.workloads\[\d+\]$/.test(field)) {
    return accessFinding('field-type', `${field} is ${shown(value)}, which is no workload.`, place, { remedy: `Write ${workloadShorthand}; or the long form { kind, name, client }.` });
  }
  if (typeof value === 'string' && field.endsWith('.secretStore')) {
    return accessFinding('field-type', `${field} is ${shown(value)}, which does not say in which region the store is.`, place, {
      cause: "The parameters' region is often not the region where Bedrock is called, so it is never guessed.",
      remedy: `Write ${storeShorthand}; or the long form { kind, name, service, region }.`,
    });
  }
  const message = `${field} is ${article(typeOf(value))}; it must be ${article(expected)}.`;
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return accessFinding('field-type', message, place, { remedy: `Put it in quotes: ${fieldEnd(field)}: "${written ?? String(value)}".` });
  }
  if (expected === 'boolean' && typeof value === 'string' && /^(yes|no|on|off|true|false)$/i.test(value)) {
    return accessFinding('field-type', message, place, { remedy: `Write ${/^(yes|on|true)$/i.test(value) ? 'true' : 'false'}, without quotes.` });
  }
  if (value === null) return accessFinding('field-type', `${field} is empty; it must be ${article(expected)}.`, place, { remedy: `Give ${field} a value, or remove the line.` });
  if (expected === 'array') return accessFinding('field-type', message, place, { remedy: `Write a list: ${fieldEnd(field)}: [ … ], or one "- " line for each.` });
  return accessFinding('field-type', message, place);
}

function wrongWord(field: string, words: readonly string[], value: unknown, source: SourceDocument): Finding {
  const near = typeof value === 'string' ? nearest(value.slice(0, 64), words, 1)[0] : undefined;
  const place = source.place(field);
  return accessFinding('value-unknown', `${field} is ${shown(value)}; it must be ${words.length === 1 ? words[0]! : `one of ${words.join(', ')}`}.`, place, {
    remedy: near === undefined && words.length > 1 ? `Write one of ${words.join(', ')}.` : `Write ${near ?? words[0]!}.`,
  });
}

function malformed(id: string, field: string, value: unknown, source: SourceDocument): Finding {
  const known: AccessFindingId = isFindingId(id) ? id : 'value-malformed';
  return accessFinding(known, `${field} is ${shown(value)}. ${accessPages[known].summary}`, source.place(field));
}

function isFindingId(id: string): id is AccessFindingId {
  return Object.hasOwn(accessPages, id);
}

function valueAt(document: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((at, segment) => (typeof at === 'object' && at !== null && Object.hasOwn(at, segment) ? Reflect.get(at, segment) : undefined), document);
}

function sizeOf(value: unknown): string {
  if (typeof value === 'string') return `${value.length} characters`;
  return Array.isArray(value) ? `${value.length} items` : 'too much';
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function article(type: string): string {
  const words: Readonly<Record<string, string>> = { array: 'a list', object: 'an object', record: 'an object', string: 'a string', number: 'a number', boolean: 'true or false', null: 'empty' };
  return words[type] ?? type;
}

function fieldEnd(field: string): string {
  return /[^.[\]]*$/.exec(field.replace(/(\[\d+\])+$/, ''))?.[0] ?? field;
}
