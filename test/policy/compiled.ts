import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { resolveModel } from '../../src/bedrock/resolve.ts';
import type { ResolvedModel } from '../../src/bedrock/types.ts';
import { compilePolicy, type PolicyInput } from '../../src/policy/compile.ts';
import type { CompiledPolicy, NamedPolicy, PolicySet } from '../../src/policy/types.ts';

export const catalog = loadCatalog();
export const account = '123456789012';
export const principal = `arn:aws:iam::${account}:user/service/bedrock-openhands-user`;

/** A reference resolved on a day on which it works; most work on 1 November 2025. */
export function model(reference: string, region = 'us-west-2', now = '2025-11-01'): ResolvedModel {
  const resolution = resolveModel(reference, { catalog, region, account, now: new Date(now) });
  if (!resolution.ok) throw new Error(resolution.findings[0]?.message);
  return resolution.model;
}

export function compiled(models: readonly ResolvedModel[], options: Partial<PolicyInput> = {}): CompiledPolicy {
  return compilePolicy({ models, account, discovery: false, ...options });
}

export function policySet({ documents }: CompiledPolicy): PolicySet {
  return { identity: documents.map((document, index): NamedPolicy => ({ name: `bedrock-openhands-policy${index === 0 ? '' : `-${index + 1}`}`, document })) };
}
