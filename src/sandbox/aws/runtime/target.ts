import { parseArn } from '../../../bedrock/arn.ts';
import type { InferenceProfile, Model, ResolvedModel } from '../../../bedrock/types.ts';
import { invocationRequests } from '../../../policy/invocation.ts';
import { isHere, isLaunched, lifecycleHere, partitionIn, stateOf } from '../bedrock/offer.ts';
import { findApplicationProfile } from '../bedrock/profiles.ts';
import type { Call, Check } from '../call.ts';
import { AwsError } from '../error.ts';

/** What a model id of the runtime's path means in the call's region. */
export type Target =
  | { readonly kind: 'model'; readonly model: Model; readonly resolved: ResolvedModel; readonly calledAs: string }
  /** Nothing of that name here; authorised as if it were a foundation model. */
  | { readonly kind: 'unknown'; readonly resource: string };

/** Reads `modelId`: a foundation model's or a profile's id, or an ARN of either or of an application profile. */
export function targetOf(call: Call): Target {
  const calledAs = call.input.text('modelId', { min: 1, max: 2048 });
  const arn = parseArn(calledAs);
  const id = arn === undefined ? calledAs : arn.resource.slice(arn.resource.indexOf('/') + 1);
  const { models, profiles } = call.state.catalog;
  const application = findApplicationProfile(call, calledAs);
  if (application !== undefined) {
    const copied = profiles.get(application.copyOf);
    const model = models.get(copied?.modelId ?? application.copyOf);
    if (model !== undefined) return { kind: 'model', model, calledAs, resolved: resolved(call, model, copied, calledAs, application.id) };
  }
  const elsewhere = arn !== undefined && arn.region !== call.region;
  const profile = elsewhere || arn?.resource.startsWith('foundation-model/') === true ? undefined : profiles.get(id);
  if (profile !== undefined && profile.routing.has(call.region)) {
    const model = models.get(profile.modelId);
    if (model !== undefined && isLaunched(model, call)) return { kind: 'model', model, calledAs, resolved: resolved(call, model, profile, calledAs) };
  }
  const model = elsewhere || arn?.resource.startsWith('inference-profile/') === true ? undefined : models.get(id);
  if (model !== undefined && isHere(model, call) && isLaunched(model, call)) return { kind: 'model', model, calledAs, resolved: resolved(call, model, undefined, calledAs) };
  return { kind: 'unknown', resource: arn === undefined ? `arn:${partitionIn(call)}:bedrock:${call.region}::foundation-model/${id}` : calledAs };
}

/**
 * The profile and the model beneath it in the region that this request is routed to: round the destinations, from a seeded
 * start, so that a policy that lacks one of them fails now and then, as it does at AWS.
 */
export function invocationChecks(call: Call, action: string): readonly Check[] {
  const target = targetOf(call);
  if (target.kind === 'unknown') return [{ action, resource: target.resource }];
  const { resolved: model } = target;
  const destination = nextDestination(call, model);
  return invocationRequests({ principal: call.identity.arn, action, model, account: call.world.account, ...(destination === undefined ? {} : { destination }) }).map(
    ({ resource, context }) => ({ action, resource, context: regionAndProfile(context) }),
  );
}

/** What stands in the way of an invocation that is permitted, in AWS's words. */
export function admit(call: Call): Extract<Target, { kind: 'model' }> {
  const target = targetOf(call);
  if (target.kind === 'unknown') throw new AwsError('ValidationException', 400, 'The provided model identifier is invalid.');
  const { model, resolved: called, calledAs } = target;
  if (stateOf(model, call) === 'ENDED') {
    throw new AwsError('ResourceNotFoundException', 404, 'This model version has reached the end of its life. Please refer to the AWS documentation for more details.');
  }
  if (called.kind === 'on-demand' && !model.onDemandRegions.includes(call.region)) {
    throw new AwsError(
      'ValidationException',
      400,
      `Invocation of model ID ${calledAs} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`,
    );
  }
  return target;
}

/** The evaluator's other keys are the request's own. */
function regionAndProfile(context: Check['context'] = {}): NonNullable<Check['context']> {
  return Object.fromEntries(Object.entries(context).filter(([key]) => key === 'aws:RequestedRegion' || key === 'bedrock:InferenceProfileArn'));
}

function nextDestination(call: Call, model: ResolvedModel): string | undefined {
  if (model.destinationRegions.length === 0) return undefined;
  const key = `${model.sourceRegion} ${model.invokeId}`;
  const count = call.state.routed.get(key) ?? Math.floor(call.world.random() * model.destinationRegions.length);
  call.state.routed.set(key, count + 1);
  return model.destinationRegions[count % model.destinationRegions.length];
}

function resolved(call: Call, model: Model, profile: InferenceProfile | undefined, calledAs: string, applicationProfileId?: string): ResolvedModel {
  const isGlobal = profile?.scope === 'global';
  return {
    reference: calledAs,
    kind: applicationProfileId !== undefined ? 'application-profile' : profile === undefined ? 'on-demand' : isGlobal ? 'global-profile' : 'geographic-profile',
    modelId: model.modelId,
    ...(profile === undefined ? {} : { profileId: profile.profileId }),
    ...(applicationProfileId === undefined ? {} : { applicationProfileId, routesGlobally: isGlobal }),
    invokeId: calledAs,
    partition: partitionIn(call),
    sourceRegion: call.region,
    destinationRegions: profile === undefined ? [call.region] : isGlobal ? [] : (profile.routing.get(call.region) ?? []),
    lifecycle: lifecycleHere(model, call),
    certainty: model.certainty,
  };
}
