import { type JsonObject, type ManagedFields, isObject, objectAt, sameJson } from '../object.ts';
import type { Schema } from '../openapi/schema.ts';
import type { ResourceType } from '../resource-type.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { type Comparison, compare } from './compare.ts';
import { ApplyConflicts, conflictError } from './conflicts.ts';
import { capped, decodeEntries, encodeEntries, identityOf, type ManagerEntry } from './entries.ts';
import { FieldSet, fieldElement } from './field-set.ts';
import { ownedByLastApplied, withLastApplied } from './last-applied.ts';
import { merge, withoutFields } from './merge.ts';
import { fieldsHeldBy, withNamedFields } from './ownership-of-value.ts';
import { typedProblems } from './typed-problems.ts';
import { zeroObject } from './zero-objects.ts';

/** Who writes, where and when. */
export interface Writer {
  readonly type: ResourceType;
  readonly apiVersion: string;
  readonly manager: string;
  readonly subresource: string;
  /** Time of the write as Kubernetes writes it. */
  readonly time: string;
}

export interface Applied {
  readonly object: JsonObject;
  readonly managedFields: readonly ManagedFields[];
}

/** The managedFields after a create, replace or patch: the writer owns what it changed, the others lose that (apimachinery: managedfields/internal). */
export function ownershipAfterUpdate(before: JsonObject | undefined, after: JsonObject, writer: Writer): readonly ManagedFields[] {
  const entries = entriesOf(before, after, writer);
  if (before !== undefined && entries.length === 0) return [];
  try {
    return encodeEntries(capped(updated(before ?? zeroOf(writer), after, entries, writer)));
  } catch (error) {
    // List items without their key cannot be told apart: then nobody owns anything (fieldmanager.go: UpdateNoErrors).
    if (error instanceof TypeError) return [];
    throw error;
  }
}

/** Server-side apply: merges the configuration into the live object, takes away what the manager applied before and no longer applies. Throws the conflicts unless forced. */
export function applyConfiguration(live: JsonObject | undefined, config: JsonObject, writer: Writer, force: boolean): Applied {
  if (objectAt(config, 'metadata')['managedFields'] !== undefined && objectAt(config, 'metadata')['managedFields'] !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  checkTyped(config, writer.type, writer.apiVersion);
  const start = live === undefined ? zeroOf(writer) : withoutManagedFields(live);
  let entries: readonly ManagerEntry[] = decodeEntries(managedFieldsOf(live)).filter((entry) => isServed(entry, writer));
  if (live !== undefined && entries.length === 0) {
    entries = updated(zeroOf(writer), live, [], { ...writer, manager: 'before-first-apply' });
  }
  const attempt = (forced: boolean): Applied => mergeAndOwn(start, config, entries, writer, forced);
  const upToDate = (applied: Applied): Applied => (writer.manager === 'kubectl' ? { ...applied, object: withLastApplied(applied.object, config) } : applied);
  try {
    return upToDate(attempt(force));
  } catch (error) {
    if (!(error instanceof ApplyConflicts)) throw error;
    const allowed = writer.manager === 'kubectl' && live !== undefined ? ownedByLastApplied(withoutManagedFields(live), writer.apiVersion, writer.type.schemaOf(writer.apiVersion)) : new FieldSet();
    const left = error.conflicts.filter(({ path }) => !allowed.has(path));
    if (left.length > 0) throw conflictError(left);
    return upToDate(attempt(true));
  }
}

/** Refuses a configuration that the schema does not fit, naming it as it was sent. */
export function checkTyped(config: JsonObject, type: ResourceType, apiVersion: string): void {
  const problems = typedProblems(config, type.schemaOf(apiVersion));
  if (problems.length === 0) return;
  const { namespace = '', name = '' } = objectAt(config, 'metadata');
  throw new StatusError(500, '', `failed to create typed patch object (${String(namespace)}/${String(name)}; ${apiVersion}, Kind=${type.kind}): ${problemWords(problems)}`);
}

/** structured-merge-diff: merge.Updater.Apply. */
function mergeAndOwn(live: JsonObject, config: JsonObject, entries: readonly ManagerEntry[], writer: Writer, force: boolean): Applied {
  const schema = writer.type.schemaOf(writer.apiVersion);
  const self: ManagerEntry = {
    manager: writer.manager === '' ? 'unknown' : writer.manager,
    operation: 'Apply',
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
    time: writer.time,
    fields: fieldsHeldBy(config, schema).recursiveDifference(resetFields(writer)),
  };
  const last = entries.find((entry) => identityOf(entry) === identityOf(self));
  const others = entries.filter((entry) => entry !== last);
  const merged = merge(live, config, schema);
  const pruned = last === undefined ? merged : prune(merged, last.fields, [...others, self], schema);
  const object = isObject(pruned) ? pruned : {};
  const changes = filtered(compare(live, object, schema), writer);
  const touched = changes.added.union(changes.modified);
  const conflicts = others.flatMap((entry) => entry.fields.intersection(touched).paths().map((path) => ({ entry, path })));
  if (!force && conflicts.length > 0) throw new ApplyConflicts(conflicts);
  const kept = others
    .map((entry) => ({ ...entry, fields: entry.fields.difference(touched).difference(changes.removed) }))
    .filter((entry) => !entry.fields.isEmpty());
  const own = { ...self, fields: self.fields.difference(neverOwned) };
  // Where nothing changed, the time is not touched: a new manager then has none (managedfieldsupdater.go).
  const time = sameJson(live, object) ? last?.time : writer.time;
  return { object, managedFields: encodeEntries(own.fields.isEmpty() ? kept : [...kept, { ...own, time }]) };
}

/** Takes away what this manager applied last time, not this time, and nobody else owns (merge.Updater.prune). */
function prune(merged: unknown, last: FieldSet, managers: readonly ManagerEntry[], schema: Schema): unknown {
  const named = (set: FieldSet): FieldSet => withNamedFields(set, schema);
  const mergedFields = named(fieldsHeldBy(merged, schema));
  const without = withoutFields(merged, named(last), schema);
  const managed = named(managers.reduce((all, { fields }) => all.union(fields), new FieldSet()));
  const remaining = named(fieldsHeldBy(without ?? {}, schema)).union(managed);
  const withOwned = withoutFields(merged, mergedFields.difference(remaining), schema);
  const kept = named(fieldsHeldBy(withOwned ?? {}, schema));
  return withoutFields(merged, mergedFields.difference(kept).intersection(named(last)), schema);
}

/** merge.Updater.Update with ManagedFieldsUpdater: what changed now belongs to the writer. */
function updated(before: JsonObject, after: JsonObject, entries: readonly ManagerEntry[], writer: Writer): readonly ManagerEntry[] {
  const changes = filtered(compare(withoutManagedFields(before), withoutManagedFields(after), writer.type.schemaOf(writer.apiVersion)), writer);
  const touched = changes.added.union(changes.modified);
  const kept = entries
    .map((entry) => ({ ...entry, fields: entry.fields.difference(touched).difference(changes.removed) }))
    .filter((entry) => !entry.fields.isEmpty());
  const fields = touched.difference(neverOwned);
  if (fields.isEmpty()) return kept;
  const self: ManagerEntry = {
    manager: writer.manager === '' ? 'unknown' : writer.manager,
    operation: 'Update',
    apiVersion: writer.apiVersion,
    subresource: writer.subresource,
    time: writer.time,
    fields,
  };
  const previous = kept.find((entry) => identityOf(entry) === identityOf(self));
  return [...kept.filter((entry) => entry !== previous), { ...self, fields: previous === undefined ? fields : fields.union(previous.fields) }];
}

function filtered(changes: Comparison, writer: Writer): Comparison {
  const reset = resetFields(writer);
  return {
    added: changes.added.recursiveDifference(reset),
    modified: changes.modified.recursiveDifference(reset),
    removed: changes.removed.recursiveDifference(reset),
  };
}

/** What the write may not change, so nobody comes to own it by it (the strategies' GetResetFields). */
function resetFields({ type, subresource }: Writer): FieldSet {
  if (type.status !== true) return new FieldSet();
  if (subresource === 'status') return FieldSet.of([fieldElement('spec')], ...(type.custom === true ? [] : [[fieldElement('metadata'), fieldElement('labels')]]));
  return FieldSet.of([fieldElement('status')]);
}

const neverOwned = FieldSet.of(
  ...['apiVersion', 'kind', 'metadata'].map((name) => [fieldElement(name)]),
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((name) => [
    fieldElement('metadata'),
    fieldElement(name),
  ]),
);

/** Whose entries the write starts from: a subresource cannot set them, an empty list resets them, else what was sent, else what was there. */
function entriesOf(before: JsonObject | undefined, after: JsonObject, writer: Writer): readonly ManagerEntry[] {
  const live = managedFieldsOf(before);
  const sent = managedFieldsOf(after);
  if (writer.subresource === '' && isReset(objectAt(after, 'metadata')['managedFields'])) return [];
  const chosen = writer.subresource !== '' || sent.length === 0 || !sent.every(isEntry) ? live : sent;
  return decodeEntries(chosen).filter((entry) => isServed(entry, writer));
}

function isReset(managedFields: unknown): boolean {
  return Array.isArray(managedFields) && (managedFields.length === 0 || (managedFields.length === 1 && sameJson(managedFields[0], {})));
}

function isEntry(entry: ManagedFields): boolean {
  return (entry.operation === 'Apply' || entry.operation === 'Update') && entry.fieldsType === 'FieldsV1' && entry.apiVersion !== undefined;
}

function isServed(entry: ManagerEntry, { type }: Writer): boolean {
  return type.versions.includes(entry.apiVersion.slice(entry.apiVersion.indexOf('/') + 1));
}

function managedFieldsOf(object: JsonObject | undefined): readonly ManagedFields[] {
  const found: unknown = objectAt(object, 'metadata')['managedFields'];
  return isManagedFields(found) ? found : [];
}

function isManagedFields(value: unknown): value is readonly ManagedFields[] {
  return Array.isArray(value) && value.every(isObject);
}

function withoutManagedFields(object: JsonObject): JsonObject {
  const { managedFields: _entries, ...metadata } = objectAt(object, 'metadata');
  return { ...object, metadata };
}

function zeroOf({ type, apiVersion }: Writer): JsonObject {
  return type.custom === true ? { apiVersion, kind: type.kind, metadata: {} } : zeroObject(type.group, type.kind, apiVersion);
}

function problemWords(problems: readonly string[]): string {
  return problems.length === 1 ? problems[0]! : ['errors:', ...problems.map((problem) => `  ${problem}`)].join('\n');
}
