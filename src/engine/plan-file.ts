import type { Access } from '../access/types.ts';
import type { Plan, PlanFile } from './types.ts';

/** The text of a plan file. */
export function writePlanFile(_plan: Plan, _access: Access, _programVersion: string): string {
  throw new Error('not built yet');
}

/** Reads a plan file; throws `plan-file-unreadable` for what is none or of another format. */
export function readPlanFile(_text: string): PlanFile {
  throw new Error('not built yet');
}
