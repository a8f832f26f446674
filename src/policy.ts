/** IAM policies for Bedrock: compiled from declared models, and evaluated with an explanation. */
export { resolveModel } from './bedrock/resolve.ts';
export { loadCatalog } from './bedrock/catalog.ts';
export { compilePolicy } from './policy/compile.ts';
export { canonicalPolicy, policySize } from './policy/document.ts';
export { evaluate } from './policy/evaluate.ts';
export { invocationRequests } from './policy/invocation.ts';
export type * from './policy/types.ts';
