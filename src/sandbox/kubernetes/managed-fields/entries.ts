import type { ManagedFields } from '../object.ts';
import { FieldSet } from './field-set.ts';

/** One manager's fields, with what tells it apart from other managers. */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** An applier is the same whatever version it applies; an updater is another one in another version (apimachinery: BuildManagerIdentifier). */
export function identityOf({ manager, operation, apiVersion, subresource }: Omit<ManagerEntry, 'fields' | 'time'>): string {
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

export function decodeEntries(managedFields: readonly ManagedFields[] | undefined): readonly ManagerEntry[] {
  return (managedFields ?? []).map(({ manager, operation, apiVersion, subresource, time, fieldsV1 }) => ({
    manager,
    operation,
    apiVersion,
    subresource: subresource ?? '',
    time,
    fields: FieldSet.fromFieldsV1(fieldsV1 ?? {}),
  }));
}

/** In the order of the real server: appliers first, then by time, then by name. */
export function encodeEntries(entries: readonly ManagerEntry[]): readonly ManagedFields[] {
  const ordered = [...entries].sort(
    (left, right) =>
      left.operation.localeCompare(right.operation) ||
      (left.time ?? '').localeCompare(right.time ?? '') ||
      left.manager.localeCompare(right.manager) ||
      left.apiVersion.localeCompare(right.apiVersion) ||
      left.subresource.localeCompare(right.subresource),
  );
  return ordered.map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields.toFieldsV1(),
    ...(subresource === '' ? {} : { subresource }),
  }));
}

/** At most ten updaters are told apart; the oldest are put together (apimachinery: capmanagers.go). */
export function capped(entries: readonly ManagerEntry[]): readonly ManagerEntry[] {
  const updaters = entries
    .filter(({ operation }) => operation === 'Update')
    .sort((left, right) => (left.time ?? '').localeCompare(right.time ?? '') || left.manager.localeCompare(right.manager));
  const surplus = updaters.length - mostUpdaters;
  if (surplus <= 0) return entries;
  const merged = updaters.slice(0, surplus + 1);
  const [first] = merged;
  if (first === undefined || merged.some(({ apiVersion }) => apiVersion !== first.apiVersion)) return entries;
  return [
    ...entries.filter((entry) => !merged.includes(entry)),
    {
      manager: 'ancient-changes',
      operation: 'Update',
      apiVersion: first.apiVersion,
      subresource: '',
      time: merged.at(-1)?.time,
      fields: merged.reduce((all, entry) => all.union(entry.fields), new FieldSet()),
    },
  ];
}

const mostUpdaters = 10;
