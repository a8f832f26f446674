import { runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import type { AuthorizationRequest, Decision, NamedPolicy, PolicySet } from '../../src/policy/types.ts';

/** What iam-simulate decides; it serves as a second opinion in tests only (AGPL). */
export function oracleDecision(request: AuthorizationRequest, policies: PolicySet): Decision {
  const answer = runUnsafeSimulation(simulationOf(request, policies), { simulationMode: 'Strict' });
  return answer === 'Allowed' ? 'allow' : answer === 'ExplicitlyDenied' ? 'explicit-deny' : 'implicit-deny';
}

/** The same question in iam-simulate's form. Resource policies are left out: runUnsafeSimulation cannot load one. */
export function simulationOf(request: AuthorizationRequest, policies: PolicySet): Simulation {
  const account = request.principal.split(':')[4] ?? '';
  const owner = request.resource.split(':')[4];
  const named = (list: readonly NamedPolicy[]): { name: string; policy: unknown }[] => list.map(({ name, document }) => ({ name, policy: document }));
  return {
    request: {
      principal: request.principal,
      action: request.action,
      resource: { resource: request.resource, accountId: request.resourceAccount ?? (owner === undefined || owner === '' ? account : owner) },
      contextVariables: Object.fromEntries(Object.entries(request.context).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]])),
    },
    identityPolicies: named(policies.identity),
    // runUnsafeSimulation leaves out a session policy; one more level that must allow asks the same.
    serviceControlPolicies: [...(policies.serviceControl ?? []), ...(policies.session === undefined ? [] : [policies.session])].map((level, index) => ({ orgIdentifier: `ou-${index}`, policies: named(level) })),
    resourceControlPolicies: [],
    ...(policies.boundary === undefined ? {} : { permissionBoundaryPolicies: named([policies.boundary]) }),
  };
}
