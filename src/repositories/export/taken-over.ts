import type { Finding } from '../../finding.ts';

/** Something of that name is there, and nothing says that it is this access's. */
export function takenOver(what: string, file: string, line?: number): Finding {
  return {
    id: 'export-takes-over',
    severity: 'warning',
    message: `${what} is there already and carries no mark of this access: it is taken over`,
    cause: 'It has the name that the access gives, and somebody else wrote it.',
    remedy: 'Look at the diff (--dry-run). If it serves something else, give the access another name in spec.names.',
    place: { file, ...(line === undefined ? {} : { line }) },
  };
}
