import { objectMetaSchema, resolved } from '../openapi/schema.ts';
import { type StoredObject, textAt } from '../object.ts';

/** One column of a kind: its definition and a cell. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** 0 is shown always, higher ones with `-o wide`. */
  readonly priority?: number;
  cell(object: StoredObject, now: Date): unknown;
}

export const nameColumn: Column = { name: 'Name', type: 'string', format: 'name', description: resolved(objectMetaSchema).properties?.['name']?.description ?? '', cell: (object) => object.metadata.name };

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: resolved(objectMetaSchema).properties?.['creationTimestamp']?.description ?? '',
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};

/** `<unknown>` when there is no time (printers: TranslateTimestampSince). */
export function age(timestamp: string | undefined, now: Date): string {
  return timestamp === undefined ? '<unknown>' : humanDuration(now.getTime() - Date.parse(timestamp));
}

/** apimachinery: util/duration.HumanDuration. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  if (hours < 24 * 8) return hours % 24 === 0 ? `${Math.trunc(hours / 24)}d` : `${Math.trunc(hours / 24)}d${hours % 24}h`;
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24)}d`;
  const years = Math.trunc(hours / 24 / 365);
  if (hours < 24 * 365 * 8) {
    const days = Math.trunc(hours / 24) % 365;
    return days === 0 ? `${years}y` : `${years}y${days}d`;
  }
  return `${years}y`;
}

export function text(...path: readonly string[]): (object: StoredObject) => unknown {
  return (object) => textAt(object, ...path) ?? '';
}
