import { applicationInferenceProfileArn, foundationModelArn, inferenceProfileArn, parseArn } from '../../../bedrock/arn.ts';
import type { InferenceProfile } from '../../../bedrock/types.ts';
import type { Call, Check, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { opaqueId } from '../ids.ts';
import { requestTagContext, resourceTagContext } from '../tag-context.ts';
import type { ApplicationProfile } from './application-profiles.ts';
import { isHere, isLaunched, modelArnsOf, partitionIn, profilesOffered } from './offer.ts';
import { readTags } from './tags.ts';

export const listInferenceProfiles: Operation = {
  action: 'bedrock:ListInferenceProfiles',
  checks: () => [{ action: 'bedrock:ListInferenceProfiles', resource: '*' }],
  run(call) {
    const type = call.input.optionalText('type', { oneOf: ['SYSTEM_DEFINED', 'APPLICATION'] });
    const limit = call.input.optionalNumber('maxResults', { min: 1, max: 1000 }) ?? 1000;
    const token = call.input.optionalText('nextToken', { min: 1, max: 2048 });
    const all = [
      ...(type === 'APPLICATION' ? [] : profilesOffered(call).map((profile) => describeSystemProfile(profile, call))),
      ...(type === 'SYSTEM_DEFINED' ? [] : applicationProfilesIn(call).map((profile) => describeApplicationProfile(profile, call))),
    ];
    const start = token === undefined ? 0 : all.findIndex((profile) => profile.inferenceProfileArn === Buffer.from(token, 'base64').toString('utf8')) + 1;
    if (token !== undefined && start === 0) throw new AwsError('ValidationException', 400, 'The nextToken is not valid.');
    const shown = all.slice(start, start + limit);
    const last = shown.at(-1);
    return {
      inferenceProfileSummaries: shown,
      ...(start + limit < all.length && last !== undefined ? { nextToken: Buffer.from(last.inferenceProfileArn).toString('base64') } : {}),
    };
  },
};

export const getInferenceProfile: Operation = {
  action: 'bedrock:GetInferenceProfile',
  checks: (call) => [onProfile(call, 'bedrock:GetInferenceProfile')],
  run(call) {
    const identifier = readIdentifier(call);
    const application = findApplicationProfile(call, identifier);
    if (application !== undefined) return describeApplicationProfile(application, call);
    const id = lastPart(identifier);
    const system = profilesOffered(call).find((profile) => profile.profileId === id);
    if (system === undefined) throw notFound(identifier);
    return describeSystemProfile(system, call);
  },
};

/** The same clientRequestToken makes nothing twice (Bedrock API reference, CreateInferenceProfile). */
export const createInferenceProfile: Operation = {
  action: 'bedrock:CreateInferenceProfile',
  checks(call) {
    const made = applicationInferenceProfileArn(partitionIn(call), call.region, call.world.account, '*');
    const source = call.input.optionalStructure('modelSource')?.optionalText('copyFrom');
    const context = requestTagContext(call.input);
    return [
      { action: 'bedrock:CreateInferenceProfile', resource: made, context },
      ...(source === undefined ? [] : [{ action: 'bedrock:CreateInferenceProfile', resource: source, context }]),
      ...(call.input.has('tags') ? [{ action: 'bedrock:TagResource', resource: made, context }] : []),
    ];
  },
  run(call) {
    const name = call.input.text('inferenceProfileName', { min: 1, max: 64, pattern: /([0-9a-zA-Z][ _-]?)+/ });
    const description = call.input.optionalText('description', { min: 1, max: 200, pattern: /([0-9a-zA-Z:.][ _-]?)+/ });
    const clientRequestToken = call.input.optionalText('clientRequestToken', { min: 1, max: 256, pattern: /[a-zA-Z0-9](-*[a-zA-Z0-9])*/ });
    const copyOf = readSource(call);
    const tags = readTags(call.input);
    const again = clientRequestToken === undefined ? undefined : applicationProfilesIn(call).find((profile) => profile.clientRequestToken === clientRequestToken);
    if (again !== undefined) return { inferenceProfileArn: again.arn, status: 'ACTIVE' };
    const id = opaqueId(call.state.iam.random);
    const arn = applicationInferenceProfileArn(partitionIn(call), call.region, call.world.account, id);
    call.state.applicationProfiles.set(arn, { id, arn, name, region: call.region, description, copyOf, clientRequestToken, createdAt: call.world.clock.now(), tags: new Map(tags) });
    return { inferenceProfileArn: arn, status: 'ACTIVE' };
  },
};

export const deleteInferenceProfile: Operation = {
  action: 'bedrock:DeleteInferenceProfile',
  checks: (call) => [onProfile(call, 'bedrock:DeleteInferenceProfile')],
  run(call) {
    const identifier = readIdentifier(call);
    const profile = findApplicationProfile(call, identifier);
    if (profile === undefined) {
      const isSystem = call.state.catalog.profiles.has(lastPart(identifier));
      throw isSystem ? new AwsError('ValidationException', 400, 'System defined inference profiles cannot be deleted.') : notFound(identifier);
    }
    call.state.applicationProfiles.delete(profile.arn);
    return {};
  },
};

/** By ARN or id, in the call's region. */
export function findApplicationProfile(call: Call, identifier: string): ApplicationProfile | undefined {
  return applicationProfilesIn(call).find((profile) => profile.arn === identifier || profile.id === identifier);
}

function applicationProfilesIn(call: Call): readonly ApplicationProfile[] {
  return [...call.state.applicationProfiles.values()].filter((profile) => profile.region === call.region);
}

function readIdentifier(call: Call): string {
  return call.input.text('inferenceProfileIdentifier', { min: 1, max: 2048, pattern: /(arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:(inference-profile|application-inference-profile)\/)?[a-zA-Z0-9-:.]+/ });
}

function onProfile(call: Call, action: string): Check {
  const identifier = readIdentifier(call);
  const application = findApplicationProfile(call, identifier);
  if (application !== undefined) return { action, resource: application.arn, context: resourceTagContext(application.tags) };
  return { action, resource: identifier.startsWith('arn:') ? identifier : inferenceProfileArn(partitionIn(call), call.region, call.world.account, identifier) };
}

/** `modelSource.copyFrom`: the ARN of a foundation model of the region, or of a system profile. */
function readSource(call: Call): string {
  const source = call.input.optionalStructure('modelSource');
  if (source === undefined) throw new AwsError('ValidationException', 400, "1 validation error detected: Value at 'modelSource' failed to satisfy constraint: Member must not be null");
  const copyFrom = source.text('copyFrom', { min: 1, max: 2048 });
  const arn = parseArn(copyFrom);
  const id = lastPart(copyFrom);
  const { models, profiles } = call.state.catalog;
  const model = arn?.resource.startsWith('foundation-model/') === true ? models.get(id) : models.get(profiles.get(id)?.modelId ?? '');
  const profile = arn?.resource.startsWith('inference-profile/') === true ? profiles.get(id) : undefined;
  if (arn === undefined || arn.region !== call.region || model === undefined || !isLaunched(model, call) || (profile === undefined ? !isHere(model, call) : !profile.routing.has(call.region))) {
    throw new AwsError('ValidationException', 400, 'The provided model identifier is invalid.');
  }
  return id;
}

interface ProfileDescription extends Readonly<Record<string, unknown>> {
  readonly inferenceProfileArn: string;
}

function describeSystemProfile(profile: InferenceProfile, call: Call): ProfileDescription {
  const model = call.state.catalog.models.get(profile.modelId);
  const launched = new Date(model?.lifecycle.launchDate ?? '2024-08-26');
  const name = `${profile.prefix.toUpperCase()} ${model?.name ?? profile.modelId}`;
  const where = profile.scope === 'global' ? 'commercial regions globally' : (profile.routing.get(call.region) ?? []).join(', ');
  return {
    inferenceProfileName: name,
    description: `Routes requests to ${model?.name ?? profile.modelId} in ${where}.`,
    createdAt: launched,
    updatedAt: launched,
    inferenceProfileArn: inferenceProfileArn(partitionIn(call), call.region, call.world.account, profile.profileId),
    models: modelArnsOf(profile, call).map((modelArn) => ({ modelArn })),
    inferenceProfileId: profile.profileId,
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
  };
}

function describeApplicationProfile(profile: ApplicationProfile, call: Call): ProfileDescription {
  const copied = call.state.catalog.profiles.get(profile.copyOf);
  const models = copied === undefined ? [foundationModelArn(partitionIn(call), call.region, profile.copyOf)] : modelArnsOf(copied, call);
  return {
    inferenceProfileName: profile.name,
    description: profile.description,
    createdAt: profile.createdAt,
    updatedAt: profile.createdAt,
    inferenceProfileArn: profile.arn,
    models: models.map((modelArn) => ({ modelArn })),
    inferenceProfileId: profile.id,
    status: 'ACTIVE',
    type: 'APPLICATION',
  };
}

function lastPart(identifier: string): string {
  return identifier.slice(identifier.lastIndexOf('/') + 1);
}

function notFound(identifier: string): AwsError {
  return new AwsError('ResourceNotFoundException', 404, `The inference profile ${identifier} was not found.`);
}
