import { foundationModelArn } from '../../../bedrock/arn.ts';
import { lifecycleAt, lifecycleIn } from '../../../bedrock/lifecycle.ts';
import { partitionOf } from '../../../bedrock/regions.ts';
import type { InferenceProfile, Lifecycle, LifecycleState, Model, Partition } from '../../../bedrock/types.ts';
import type { Call } from '../call.ts';

/** What Bedrock offers in the call's region, at the world's time. */
export function partitionIn(call: Call): Partition {
  return partitionOf(call.region) ?? 'aws';
}

export function modelsOffered(call: Call): readonly Model[] {
  return [...call.state.catalog.models.values()].filter((model) => isLaunched(model, call) && stateOf(model, call) !== 'ENDED' && isHere(model, call));
}

/** System profiles whose source the region may be. */
export function profilesOffered(call: Call): readonly InferenceProfile[] {
  return [...call.state.catalog.profiles.values()].filter((profile) => {
    const model = call.state.catalog.models.get(profile.modelId);
    return profile.routing.has(call.region) && model !== undefined && isLaunched(model, call) && stateOf(model, call) !== 'ENDED';
  });
}

/** On demand or beneath a profile of this region. */
export function isHere(model: Model, call: Call): boolean {
  return model.onDemandRegions.includes(call.region) || model.profiles.some((id) => call.state.catalog.profiles.get(id)?.routing.has(call.region) === true);
}

/** Where the catalog knows no launch date, a model is not older than the date in its id (`claude-3-7-sonnet-20250219`). */
export function isLaunched(model: Model, call: Call): boolean {
  const inId = /-(20\d\d)(\d\d)(\d\d)-/.exec(model.modelId);
  const launchDate = model.lifecycle.launchDate ?? (inId === null ? undefined : `${inId[1]}-${inId[2]}-${inId[3]}`);
  return launchDate === undefined || Date.parse(launchDate) <= call.world.clock.time();
}

export function stateOf(model: Model, call: Call): LifecycleState {
  return lifecycleAt(lifecycleHere(model, call), call.world.clock.now());
}

export function lifecycleHere(model: Model, call: Call): Lifecycle {
  return lifecycleIn(model.lifecycle, call.region);
}

/** The models beneath a profile, one ARN per destination; a global one names the source region and no region (Bedrock user guide, "Global cross-Region inference"). */
export function modelArnsOf(profile: InferenceProfile, call: Call): readonly string[] {
  const partition = partitionIn(call);
  const regions = profile.scope === 'global' ? ['', call.region] : (profile.routing.get(call.region) ?? []);
  return regions.map((region) => foundationModelArn(partition, region, profile.modelId));
}
