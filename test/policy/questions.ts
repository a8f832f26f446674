import { foundationModelArn, inferenceProfileArn } from '../../src/bedrock/arn.ts';
import { partitionOf, regionIds } from '../../src/bedrock/regions.ts';
import type { ResolvedModel } from '../../src/bedrock/types.ts';
import { invocationRequests } from '../../src/policy/invocation.ts';
import type { AuthorizationRequest, PolicySet } from '../../src/policy/types.ts';
import { account, catalog, compiled, model, policySet, principal } from './compiled.ts';

/** A question whose answer is known from what was declared. */
export interface Question {
  readonly request: AuthorizationRequest;
  readonly set: PolicySet;
  readonly wanted: 'allow' | 'implicit-deny';
}

/** Every way to call every model, from every region: while none of them had ended. */
export const everyWay: readonly ResolvedModel[] = [
  ...[...catalog.profiles.values()].flatMap((profile) => [...profile.routing.keys()].map((region) => model(profile.profileId, region, '2025-06-01'))),
  ...[...catalog.models.values()].flatMap((one) => one.onDemandRegions.map((region) => model(one.modelId, region, '2025-06-01'))),
];

const invoke = 'bedrock:InvokeModel';
const otherActions = [
  'bedrock:InvokeModelWithBidirectionalStream',
  'bedrock:CountTokens',
  'bedrock:GetFoundationModel',
  'bedrock:GetInferenceProfile',
  'bedrock:ListFoundationModels',
  'bedrock:DeleteInferenceProfile',
  'bedrock:CreateInferenceProfile',
  'iam:CreateAccessKey',
  'ssm:GetParameter',
  'sts:AssumeRole',
];

export function* declaredCalls(): Generator<Question> {
  for (const one of everyWay) {
    const set = policySet(compiled([one]));
    for (const action of [invoke, 'bedrock:InvokeModelWithResponseStream']) {
      for (const request of invocationRequests({ principal, action, model: one, account })) yield { request, set, wanted: 'allow' };
    }
  }
}

export function* callsOfOtherActions(): Generator<Question> {
  for (const one of everyWay) {
    const set = policySet(compiled([one]));
    for (const action of otherActions) {
      for (const request of invocationRequests({ principal, action, model: one, account })) yield { request, set, wanted: 'implicit-deny' };
      yield { request: { principal, action, resource: '*', context: {} }, set, wanted: 'implicit-deny' };
    }
  }
}

export function* callsOfOtherModels(): Generator<Question> {
  for (const one of everyWay) {
    const set = policySet(compiled([one]));
    for (const other of everyWay) {
      if (other.modelId === one.modelId || other.sourceRegion !== one.sourceRegion) continue;
      for (const request of invocationRequests({ principal, action: invoke, model: other, account })) yield { request, set, wanted: 'implicit-deny' };
    }
  }
}

/** The same model from or in another region, of another account, past its profile, or through another profile. */
export function* callsByOtherWays(): Generator<Question> {
  for (const one of everyWay) {
    const set = policySet(compiled([one]));
    const deny = (resource: string, context: AuthorizationRequest['context']): Question => ({ request: { principal, action: invoke, resource, context }, set, wanted: 'implicit-deny' });
    const served = new Set([one.sourceRegion, ...one.destinationRegions]);
    const profileArn = one.profileId === undefined ? undefined : inferenceProfileArn(one.partition, one.sourceRegion, account, one.profileId);
    const through = profileArn === undefined ? {} : { 'bedrock:InferenceProfileArn': profileArn };
    for (const region of regionIds()) {
      const partition = partitionOf(region) ?? 'aws';
      if (!served.has(region)) yield deny(foundationModelArn(partition, region, one.modelId), { 'aws:RequestedRegion': region, ...through });
      if (one.profileId !== undefined && region !== one.sourceRegion) yield deny(inferenceProfileArn(partition, region, account, one.profileId), { 'aws:RequestedRegion': region });
    }
    if (profileArn === undefined || one.profileId === undefined) continue;
    for (const { resource, context } of invocationRequests({ principal, action: invoke, model: one, account })) {
      if (resource === profileArn) continue;
      const { 'bedrock:InferenceProfileArn': _, ...bare } = context;
      yield deny(resource, bare);
      yield deny(resource, { ...bare, 'bedrock:InferenceProfileArn': `${profileArn}x` });
    }
    yield deny(inferenceProfileArn(one.partition, one.sourceRegion, '999999999999', one.profileId), { 'aws:RequestedRegion': one.sourceRegion });
    if (one.kind === 'geographic-profile') yield deny(foundationModelArn(one.partition, '', one.modelId), { 'aws:RequestedRegion': 'unspecified', ...through });
  }
}
