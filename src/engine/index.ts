/**
 * The engine: from an access to steps and back. `footprint` and `plan` are pure; `observe` only reads; `execute` is the
 * one executor. Every front end listens to the same stream of `RunEvent`s.
 *
 *     for await (const event of applyAccess(access, context)) show(event);
 */
export { applyAccess, applyPlanFile, planAccess } from './apply.ts';
export { askRegions } from './ask-regions.ts';
export { clusterIdOf } from './cluster-id.ts';
export { execute } from './execute.ts';
export { footprint } from './footprint.ts';
export { listAccesses } from './list.ts';
export { observe } from './observe.ts';
export { kindsNamed } from './only.ts';
export { plan } from './plan.ts';
export { planTogether } from './plan-together.ts';
export { readPlanFile, writePlanFile } from './plan-file.ts';
export { destroyAccess, planDestroy, rollbackAccess } from './rollback.ts';
export { accessStatus } from './status.ts';
