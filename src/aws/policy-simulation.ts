import type { EvaluationResult, SimulatePrincipalPolicyRequest } from '@aws-sdk/client-iam';
import { present } from './answer.ts';
import type { CallPlace } from './classify.ts';
import type { SimulatedVerdict, SimulationQuestion } from './types.ts';

export function simulationInput({ principal, actions, resources, context }: SimulationQuestion): SimulatePrincipalPolicyRequest {
  return {
    PolicySourceArn: principal,
    ActionNames: [...actions],
    ResourceArns: [...resources],
    ContextEntries: Object.entries(context).map(([ContextKeyName, value]) =>
      typeof value === 'string' ? { ContextKeyName, ContextKeyType: 'string', ContextKeyValues: [value] } : { ContextKeyName, ContextKeyType: 'stringList', ContextKeyValues: [...value] },
    ),
  };
}

export function simulatedVerdict(result: EvaluationResult, where: CallPlace): SimulatedVerdict {
  const organizations = result.OrganizationsDecisionDetail?.AllowedByOrganizations;
  const boundary = result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary;
  return {
    action: present(result.EvalActionName, 'EvalActionName', where),
    resource: result.EvalResourceName ?? '*',
    decision: decisions[present(result.EvalDecision, 'EvalDecision', where)],
    missingContext: result.MissingContextValues ?? [],
    ...(organizations === undefined ? {} : { allowedByOrganizations: organizations }),
    ...(boundary === undefined ? {} : { allowedByBoundary: boundary }),
  };
}

const decisions = { allowed: 'allow', explicitDeny: 'explicit-deny', implicitDeny: 'implicit-deny' } as const;
