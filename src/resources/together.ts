/**
 * Things that two modes of credentials both have, under one name and with other contents: what makes them serve both, while
 * an access is on its way from one to the other.
 */
import { canonicalJson, isRecord, recordsAt, textAt, type JsonRecord } from './json.ts';
import type { Resource } from './kind.ts';

/**
 * The desired state that serves both; of what can have one value only, the first one's. Undefined where the kind cannot:
 * one of the two needs another name.
 */
export function together(first: Resource, second: Resource): Resource | undefined {
  const [one, other] = [first.desired, second.desired];
  const merge = merges[first.kind];
  const both = merge === undefined || !isRecord(one) || !isRecord(other) ? undefined : merge(one, other);
  return both === undefined ? undefined : { ...first, desired: { ...Object(one), ...both } };
}

const merges: Readonly<Record<string, (one: JsonRecord, other: JsonRecord) => JsonRecord | undefined>> = {
  // A role may trust many, each in a statement of its own.
  'iam-role': (one, other) => ({ ...longest('sessionSeconds', one, other), trust: bothDocuments(one['trust'], other['trust']), trusts: bothLists(one['trusts'], other['trusts']), profileRegions: bothLists(one['profileRegions'], other['profileRegions']) }),
  'iam-user': (one, other) => ({ regions: bothLists(one['regions'], other['regions']), profileRegions: bothLists(one['profileRegions'], other['profileRegions']) }),
  'managed-policy': (one, other) => ({ document: bothDocuments(one['document'], other['document']), profiles: bothLists(one['profiles'], other['profiles']) }),
  // A sidecar and a file read one session.
  'session-secret': (one, other) => (canonicalJson(one['role']) === canonicalJson(other['role']) ? {} : undefined),
  // Where the declaration names it may differ, and nothing else.
  'secret-store': (one, other) => (canonicalJson(one['store']) === canonicalJson(other['store']) ? {} : undefined),
  // One run does the work of both modes; what it may do is what either needs.
  'credential-job': (one, other) => bothJobs(valuesOf(one['object']), valuesOf(other['object'])),
  // Pods of the first read their values from it whenever one of their containers starts again.
  'environment-config-map': (one, other) => ({ values: { ...valuesOf(other['values']), ...valuesOf(one['values']) }, profiles: bothLists(one['profiles'], other['profiles']), permitted: bothLists(one['permitted'], other['permitted']) }),
};

/** Two CronJobs of one name serve both only where they run the same. */
function bothJobs(one: JsonRecord, other: JsonRecord): JsonRecord | undefined {
  if (one['rules'] !== undefined) return { object: { ...one, rules: bothLists(one['rules'], other['rules']) } };
  const runs = (job: JsonRecord): string => canonicalJson(recordsAt(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers').map(({ args }) => args));
  return runs(one) === runs(other) ? { object: one } : undefined;
}

function longest(field: string, ...all: readonly JsonRecord[]): JsonRecord {
  const numbers = all.flatMap((each) => (typeof each[field] === 'number' ? [each[field]] : []));
  return numbers.length === 0 ? {} : { [field]: Math.max(...numbers) };
}

function valuesOf(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** Each element once, those of the first before the others. */
function bothLists(one: unknown, other: unknown): readonly unknown[] {
  const all = [...(Array.isArray(one) ? one : []), ...(Array.isArray(other) ? other : [])];
  return [...new Map(all.map((element): [string, unknown] => [JSON.stringify(element), element])).values()];
}

/** The statements of both; a Sid stands once in a document (IAM user guide, "IAM JSON policy elements: Sid"). */
function bothDocuments(one: unknown, other: unknown): JsonRecord {
  const [first, second] = [valuesOf(one), valuesOf(other)];
  const statements = bothLists(first['Statement'], second['Statement']);
  const sids = new Set<unknown>();
  const distinct = statements.map((statement) => {
    if (!isRecord(statement)) return statement;
    const named = textAt(statement, 'Sid');
    if (named === undefined) return statement;
    let sid = named;
    while (sids.has(sid)) sid = `${sid}Too`;
    sids.add(sid);
    return { ...statement, Sid: sid };
  });
  return { ...first, Statement: distinct };
}
