/**
 * Bedrock Access as a library: the declaration, what follows from it, and the engine.
 *
 *     const access = defineAccess({ metadata: …, spec: … });
 *     const wanted = footprint(access, { catalog: loadCatalog(), clusterId, now: new Date() });
 */
import { loadCatalog as load } from './bedrock/catalog.ts';
import type { Catalog } from './bedrock/types.ts';

export { defineAccess } from './access/define-access.ts';
export type { AccessDocument } from './access/document.ts';
export { parseAccess, type ParsedAccess, type ParseResult } from './access/parse.ts';
export type * from './access/types.ts';
export { openAws } from './aws/open.ts';
export type { Aws, AwsCredentials } from './aws/types.ts';
export type { Catalog, Lifecycle, Model, InferenceProfile, ResolvedModel } from './bedrock/types.ts';
export { systemClock, type Clock, type Random } from './clock.ts';
export { applyAccess, clusterIdOf, execute, footprint, observe, plan } from './engine/index.ts';
export type { Footprint, Observation, Plan, PlanSummary, RunContext, RunEvent, Step, StepAction } from './engine/types.ts';
export { AccessError } from './errors/error.ts';
export type { Finding, Place, Severity } from './finding.ts';
export { openKubernetes } from './kubernetes/open.ts';
export type { Kubernetes, KubernetesObject } from './kubernetes/types.ts';
export { Secret } from './secret.ts';

/** The catalog that comes with the package. Declared here by itself: where it is made, the type of its file shows through. */
export const loadCatalog: () => Catalog = load;
