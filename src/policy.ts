/** IAM policies for Bedrock: compiled from declared models, and evaluated with an explanation. */
import { loadCatalog as load } from './bedrock/catalog.ts';
import type { Catalog } from './bedrock/types.ts';

export { resolveModel } from './bedrock/resolve.ts';
export { comparePolicies, type PolicyComparison, type PolicyDifference } from './policy/compare.ts';
export { compilePolicy } from './policy/compile.ts';
export { canonicalPolicy, policySize } from './policy/document.ts';
export { evaluate } from './policy/evaluate.ts';
export { invocationRequests } from './policy/invocation.ts';
export type * from './policy/types.ts';

/** The catalog that comes with the package. Declared here by itself: where it is made, the type of its file shows through. */
export const loadCatalog: () => Catalog = load;
