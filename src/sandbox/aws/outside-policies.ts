import { evaluate } from '../../policy/evaluate.ts';
import { parsePolicy } from '../../policy/parse.ts';
import type { AuthorizationRequest, NamedPolicy, PolicySet, Verdict } from '../../policy/types.ts';
import type { OutsidePolicies } from '../types.ts';

/** Which of them stopped a call, beside those that the evaluator knows. */
export type OutsideLayer = 'resource-control' | 'vpc-endpoint';

/** @throws Error where one is no policy */
export function checkOutside({ serviceControl = [], resourceControl = [], vpcEndpoint }: OutsidePolicies): void {
  for (const policy of [...serviceControl.flat(), ...resourceControl, ...(vpcEndpoint === undefined ? [] : [vpcEndpoint])]) parsePolicy(policy);
}

/** The caller's policies with the organisation's service control policies around them. */
export function withServiceControl(policies: PolicySet, { serviceControl }: OutsidePolicies = {}): PolicySet {
  if (serviceControl === undefined) return policies;
  return { ...policies, serviceControl: serviceControl.map((level) => level.map((policy, index) => named('service control policy', policy, index))) };
}

/** What still stops a call that IAM and the service control policies allow. */
export function stoppedOutside(request: AuthorizationRequest, { resourceControl = [], vpcEndpoint }: OutsidePolicies = {}): { readonly layer: OutsideLayer; readonly verdict: Verdict } | undefined {
  const limits = evaluate(request, { identity: resourceControl.map((policy, index) => named('resource control policy', policy, index)) });
  // RCPFullAWSAccess is attached always and cannot be taken off (AWS Organizations user guide, "Resource control policies").
  if (limits.decision === 'explicit-deny') return { layer: 'resource-control', verdict: limits };
  if (vpcEndpoint === undefined) return undefined;
  const passing = evaluate(request, { identity: [named('VPC endpoint policy', vpcEndpoint, 0)] });
  return passing.decision === 'allow' ? undefined : { layer: 'vpc-endpoint', verdict: passing };
}

function named(sort: string, policy: object, index: number): NamedPolicy {
  return { name: `${sort} ${index + 1}`, document: parsePolicy(policy) };
}
