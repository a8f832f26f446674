import { applicationInferenceProfileArn, foundationModelArn, inferenceProfileArn } from '../bedrock/arn.ts';
import type { ResolvedModel } from '../bedrock/types.ts';

/** What one invocation of a model asks of IAM: the ARNs, and the condition keys that AWS sets for each. */
export interface InvocationArns {
  /** The inference profile that is called, system or application; undefined on demand. */
  readonly profileArn?: string;
  /** The models beneath, each with the region that AWS reports as `aws:RequestedRegion`. */
  readonly models: readonly ModelBeneath[];
}

export interface ModelBeneath {
  readonly arn: string;
  /** A region, or `unspecified` for the region-less ARN of a global profile. */
  readonly requestedRegion: string;
  /** A destination that a request is routed to; false for the source region where the profile does not route to itself. */
  readonly destination: boolean;
}

/**
 * The ARNs that a call of a model is authorised against (Bedrock user guide):
 * - on demand: the model in the region;
 * - a geographic profile: the profile, and the model in the source and every destination region ("Prerequisites for
 *   inference profiles": "you must also specify the foundation model in each Region associated with it");
 * - a global profile: the profile, the model in the source region, and the model's ARN without a region, for which
 *   `aws:RequestedRegion` is `unspecified` ("Global cross-Region inference");
 * - an application profile: itself, and the models of what it copies.
 */
export function invocationArns(model: ResolvedModel, account: string): InvocationArns {
  const { partition, sourceRegion, modelId } = model;
  const beneath = (region: string, destination: boolean): ModelBeneath => ({ arn: foundationModelArn(partition, region, modelId), requestedRegion: region, destination });
  if (model.kind === 'on-demand') return { models: [beneath(sourceRegion, true)] };
  const profileArn = profileArnOf(model, account);
  if (routesGlobally(model)) {
    return { profileArn, models: [beneath(sourceRegion, true), { arn: foundationModelArn(partition, '', modelId), requestedRegion: 'unspecified', destination: true }] };
  }
  const regions = [...new Set([sourceRegion, ...model.destinationRegions])].sort();
  return { profileArn, models: regions.map((region) => beneath(region, model.destinationRegions.includes(region))) };
}

/** Does it route to any commercial region? */
export function routesGlobally(model: ResolvedModel): boolean {
  return model.kind === 'global-profile' || (model.kind === 'application-profile' && model.routesGlobally === true);
}

function profileArnOf(model: ResolvedModel, account: string): string {
  if (model.kind === 'application-profile') return applicationInferenceProfileArn(model.partition, model.sourceRegion, account, model.applicationProfileId ?? '');
  return inferenceProfileArn(model.partition, model.sourceRegion, account, model.profileId ?? '');
}
