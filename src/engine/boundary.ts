/** Whether the declared permissions boundary lets through what the access is to be granted: told in the plan, and not by the first call that is denied. */
import { AwsCallError } from '../aws/error.ts';
import { ownProfileSource } from '../bedrock/own-profile.ts';
import { partitionOf } from '../bedrock/regions.ts';
import { deniedBy } from '../checks/live/denied-by.ts';
import { judge } from '../checks/live/judge.ts';
import { whatIsMissing } from '../checks/live/policy-denies.ts';
import type { Access } from '../access/types.ts';
import type { Finding } from '../finding.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { roleOf } from '../resources/pod-role.ts';
import type { Readings } from '../resources/readings.ts';
import type { Footprint } from './types.ts';

/**
 * A warning, since a boundary may have conditions that only a call meets. Nothing is said where the boundary cannot be read:
 * `verify` looks at it again, and calls.
 */
export async function boundaryProblems({ access, models, policy }: Pick<Footprint, 'access' | 'models' | 'policy'>, readings: Readings): Promise<readonly Finding[]> {
  const arn = access.spec.permissionsBoundary;
  const document = arn === undefined ? undefined : await documentOf(arn, readings);
  if (arn === undefined || document === undefined) return [];
  const principal = principalOf(access);
  const identity = policy.documents.map((granted, index) => ({ name: `policy ${index + 1}`, document: granted }));
  const facts = { access, models, principal, policies: { identity, boundary: { name: arn, document } }, groups: [] };
  // Of an application profile that is to be made nobody knows the ARN yet.
  const stopped = models.filter((model) => ownProfileSource(model) === undefined).map((model) => ({ model, denied: judge(facts, model).filter(({ verdict }) => verdict.stoppedBy === 'boundary') }));
  const [first, ...others] = stopped.filter(({ denied }) => denied.length > 0);
  const [shown] = first?.denied ?? [];
  const by = shown === undefined ? undefined : deniedBy({ by: 'boundary', explicit: shown.verdict.decision === 'explicit-deny', policyArn: arn }, { action: shown.request.action, principal });
  if (first === undefined || by === undefined) return [];
  return [
    {
      id: by.id,
      severity: 'warning',
      message: `the permissions boundary of ${principal} does not let ${[first, ...others].map(({ model }) => model.invokeId).join(', ')} be called: ${whatIsMissing(first.denied)}`,
      cause: by.cause,
      remedy: by.remedy,
      place: { field: 'spec.permissionsBoundary', resource: arn },
    },
  ];
}

async function documentOf(arn: string, readings: Readings): Promise<PolicyDocument | undefined> {
  try {
    const found = await readings.policy(arn);
    return found === undefined ? undefined : await readings.policyDocument(arn, found.defaultVersionId);
  } catch (error) {
    if (error instanceof AwsCallError && error.kind === 'denied') return undefined;
    throw error;
  }
}

function principalOf(access: Access): string {
  const partition = partitionOf(access.spec.region) ?? 'aws';
  const { path, user } = access.spec.names;
  return roleOf(access, partition)?.arn ?? `arn:${partition}:iam::${access.spec.account}:user${path}${user}`;
}
