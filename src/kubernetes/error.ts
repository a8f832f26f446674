/* What callers need of this room's errors. */
export { KubernetesCallError } from './call-error.ts';
export { toAccessError } from './to-access-error.ts';
