/** Credentials that look after themselves. */
export { rotateAccess } from './rotate.ts';
export { planRotation, rotationStatus } from './rotation-status.ts';
export { milliseconds } from './durations.ts';
export type { RotationStatus } from './types.ts';
