/** Credentials that look after themselves. */
export { declarationFor } from './migration/declaration.ts';
export { migrateAccess } from './migration/migrate.ts';
export { migrationStatus, planMigration } from './migration/status.ts';
export type { MigrationStatus } from './migration/seen.ts';
export { rotateAccess } from './rotate.ts';
export { planRotation, rotationStatus } from './rotation-status.ts';
export type { RotationStatus } from './types.ts';
