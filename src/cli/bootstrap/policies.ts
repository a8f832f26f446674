import type { PrintedPolicy, ProgramPermissions } from '../../engine/permissions/index.ts';

/** Every policy to be made, each once: the boundary is shared by the accesses of an account, unless they declare their own. */
export function policiesToMake(all: readonly ProgramPermissions[]): readonly (PrintedPolicy & { readonly description: string })[] {
  const described = all.flatMap(({ access, policies, boundary }) => [
    ...(boundary.declared && !boundary.arn.includes(':policy/bedrock-access/') ? [] : [{ ...boundary, description: 'Bounds every user and role that bedrock-access makes' }]),
    ...policies.map((policy) => ({ ...policy, description: `What bedrock-access may do for ${access.namespace}/${access.name}` })),
  ]);
  return [...new Map(described.map((policy) => [policy.arn, policy])).values()];
}
