import { StatusError } from '../status-error.ts';
import type { ManagerEntry } from './entries.ts';
import { pathText } from './field-set.ts';

/** A field that another manager owns with another value. */
export interface Conflict {
  readonly entry: ManagerEntry;
  readonly path: readonly string[];
}

export class ApplyConflicts extends Error {
  readonly conflicts: readonly Conflict[];

  constructor(conflicts: readonly Conflict[]) {
    super('apply conflicts');
    this.conflicts = conflicts;
  }
}

/** The 409 of server-side apply, in its words (apimachinery: managedfields/internal/conflict.go). */
export function conflictError(conflicts: readonly Conflict[]): StatusError {
  const ordered = [...conflicts].sort((left, right) => left.entry.manager.localeCompare(right.entry.manager));
  const causes = ordered.map(({ entry, path }) => ({ reason: 'FieldManagerConflict', message: `conflict with ${managerWords(entry)}`, field: pathText(path) }));
  const [only] = ordered;
  if (ordered.length === 1 && only !== undefined) {
    return new StatusError(409, 'Conflict', `Apply failed with 1 conflict: conflict with ${managerWords(only.entry)}: ${pathText(only.path)}`, { causes });
  }
  const lines = [...new Set(ordered.map(({ entry }) => managerWords(entry)))].flatMap((words) => [
    `conflicts with ${words}:`,
    ...ordered.filter(({ entry }) => managerWords(entry) === words).map(({ path }) => `- ${pathText(path)}`),
  ]);
  return new StatusError(409, 'Conflict', `Apply failed with ${ordered.length} conflicts: ${lines.join('\n')}`, { causes });
}

function managerWords({ manager, operation, apiVersion, subresource }: ManagerEntry): string {
  const name = `"${manager}"${subresource === '' ? '' : ` with subresource "${subresource}"`}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
