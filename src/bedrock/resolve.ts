import type { Finding } from '../finding.ts';
import { applicationInferenceProfileArn, inferenceProfileArn, parseArn, type ArnParts } from './arn.ts';
import { lifecycleFindings } from './lifecycle-findings.ts';
import { lifecycleIn } from './lifecycle.ts';
import { nearest } from './nearest.ts';
import { nearestRegion, partitionOf } from './regions.ts';
import type { Catalog, InferenceProfile, Model, Partition, Resolution, ResolvedModel } from './types.ts';
import { describeWay, modelsReadyIn, profilesFrom, waysTo } from './ways.ts';

/** Where a reference is resolved, and when. */
export interface ResolveContext {
  readonly catalog: Catalog;
  /** The source region. */
  readonly region: string;
  /** 12 digits. */
  readonly account: string;
  readonly now: Date;
  /**
   * What each application inference profile, by its ARN, was copied from: a system profile's id or a bare model id
   * (GetInferenceProfile tells). An ARN shows an opaque id only, so that a profile not in here is refused.
   */
  readonly applicationProfiles?: ReadonlyMap<string, string>;
}

/**
 * Works out one model reference: a bare model id, an inference profile's id, an ARN of either or of an application
 * profile, or an alias of the catalog. What cannot work is refused with the working form in the remedy.
 *
 *   resolveModel('claude-sonnet-4.6', { catalog, region: 'us-west-2', account: '123456789012', now })
 *   // ok: us.anthropic.claude-sonnet-4-6, geographic, to us-east-1, us-east-2, us-west-2
 */
export function resolveModel(reference: string, context: ResolveContext): Resolution {
  const partition = partitionOf(context.region);
  if (partition === undefined) return refused(unknownRegion(context.region));
  const given = reference.trim();
  const arn = parseArn(given);
  if (arn !== undefined) return resolveArn(given, arn, partition, context);
  if (given.startsWith('arn:')) return refused(invalidArn(given, `an ARN has six parts divided by colons`, partition, context));

  const { catalog } = context;
  const profile = catalog.profiles.get(given);
  if (profile !== undefined) return resolveProfile(given, profile, partition, context);
  const model = catalog.models.get(given);
  if (model !== undefined) return resolveBareId(given, model, partition, context);
  const alias = given.toLowerCase();
  const aliased = [...catalog.models.values()].find((candidate) => candidate.aliases.includes(alias));
  if (aliased !== undefined) return resolveAlias(given, aliased, partition, context);
  return refused(unknownModel(given, context));
}

function resolveArn(reference: string, arn: ArnParts, partition: Partition, context: ResolveContext): Resolution {
  const slash = arn.resource.indexOf('/');
  const [type, id] = [arn.resource.slice(0, slash), arn.resource.slice(slash + 1)];
  if (arn.service !== 'bedrock') return refused(invalidArn(reference, `it is an ARN of ${arn.service || 'no service'}, not of bedrock`, partition, context));
  switch (type) {
    case 'foundation-model': {
      if (context.catalog.profiles.has(id)) return refused(invalidArn(reference, `${id} is an inference profile, no foundation model`, partition, context));
      const mismatch = arnMismatch(reference, arn, partition, context, '');
      if (mismatch !== undefined) return refused(mismatch);
      const model = context.catalog.models.get(id);
      return model === undefined ? refused(unknownModel(id, context)) : resolveBareId(reference, model, partition, context);
    }
    case 'inference-profile': {
      const mismatch = arnMismatch(reference, arn, partition, context, context.account);
      if (mismatch !== undefined) return refused(mismatch);
      const profile = context.catalog.profiles.get(id);
      return profile === undefined ? refused(unknownModel(id, context)) : resolveProfile(reference, profile, partition, context);
    }
    case 'application-inference-profile': {
      const mismatch = arnMismatch(reference, arn, partition, context, context.account);
      return mismatch === undefined ? resolveApplicationProfile(reference, id, partition, context) : refused(mismatch);
    }
    default:
      return refused(invalidArn(reference, `${type || arn.resource} is neither foundation-model, inference-profile nor application-inference-profile`, partition, context));
  }
}

function resolveBareId(reference: string, model: Model, partition: Partition, context: ResolveContext): Resolution {
  const { region } = context;
  const ended = lifecycleFindings(reference, model, context);
  if (ended.some((finding) => finding.severity === 'error')) return { ok: false, findings: ended };
  if (model.onDemandRegions.includes(region)) {
    const resolved: ResolvedModel = {
      reference,
      kind: 'on-demand',
      modelId: model.modelId,
      invokeId: model.modelId,
      partition,
      sourceRegion: region,
      destinationRegions: [region],
      lifecycle: lifecycleIn(model.lifecycle, region),
      certainty: model.onDemandCertainty,
    };
    return { ok: true, model: resolved, findings: ended };
  }
  const profiles = profilesFrom(context.catalog, model, region);
  if (profiles.length === 0) return refused(notInRegion(model, context));
  return refused({
    id: 'profile-required',
    severity: 'error',
    message: `${model.modelId} cannot be called by its bare id in ${region}: an inference profile is needed.`,
    cause: 'Bedrock offers this model in that region through inference profiles only; on-demand calls with the bare id answer ValidationException.',
    remedy: `Use ${profiles.map((profile) => `\`${profile.profileId}\` (${describeWay(profile, region)})`).join(' or ')}.`,
  });
}

function resolveProfile(reference: string, profile: InferenceProfile, partition: Partition, context: ResolveContext): Resolution {
  const { catalog, region } = context;
  const model = catalog.models.get(profile.modelId);
  if (model === undefined) return refused(unknownModel(profile.modelId, context));
  const lifecycle = lifecycleFindings(reference, model, context);
  if (lifecycle.some((finding) => finding.severity === 'error')) return { ok: false, findings: lifecycle };
  if (!profile.routing.has(region)) return refused(regionMismatch(profile, model, context));
  return { ok: true, model: throughProfile(reference, profile, model, partition, region), findings: [...lifecycle, ...routingFindings(profile, context)] };
}

function resolveAlias(reference: string, model: Model, partition: Partition, context: ResolveContext): Resolution {
  const { region } = context;
  const [way] = waysTo(context.catalog, model, region);
  const resolution =
    way === undefined
      ? { ok: false as const, findings: lifecycleErrors(reference, model, context) ?? [notInRegion(model, context)] }
      : way === 'on-demand'
        ? resolveBareId(reference, model, partition, context)
        : resolveProfile(reference, way, partition, context);
  if (!resolution.ok) return resolution;
  const chosen: Finding = {
    id: 'alias-resolved',
    severity: 'info',
    message: `${reference} is ${resolution.model.invokeId} in ${region} (${way === undefined || way === 'on-demand' ? 'on demand, in that region only' : describeWay(way, region)}).`,
    cause: 'An alias stands for the geographic inference profile that can be called from the region; else for the model on demand in the region; else for the global profile.',
    remedy: `Write \`${resolution.model.invokeId}\` to hold to it.`,
  };
  return { ...resolution, findings: [chosen, ...resolution.findings] };
}

function resolveApplicationProfile(reference: string, applicationProfileId: string, partition: Partition, context: ResolveContext): Resolution {
  const copied = context.applicationProfiles?.get(reference);
  if (copied === undefined) {
    return refused({
      id: 'application-profile-unknown',
      severity: 'error',
      message: `What the application inference profile ${applicationProfileId} was copied from is not known.`,
      cause: 'Its ARN holds an opaque id only; the models beneath, which the policy must name, are known to AWS alone.',
      remedy: `Look at \`aws bedrock get-inference-profile --region ${context.region} --inference-profile-identifier ${reference}\`, and declare the system profile that it copies.`,
    });
  }
  const source = parseArn(copied)?.resource.replace(/^[^/]*\//, '') ?? copied;
  const beneath = resolveModel(source, { ...context, applicationProfiles: new Map() });
  if (!beneath.ok) return beneath;
  return { ok: true, model: { ...asApplicationProfile(beneath.model, applicationProfileId, context.account), reference }, findings: beneath.findings };
}

/** The same model called through an application inference profile that copies it: for a profile known by reference, or one just made. */
export function asApplicationProfile(model: ResolvedModel, applicationProfileId: string, account: string): ResolvedModel {
  return {
    ...model,
    kind: 'application-profile',
    applicationProfileId,
    ...(model.kind === 'global-profile' ? { routesGlobally: true } : {}),
    invokeId: applicationInferenceProfileArn(model.partition, model.sourceRegion, account, applicationProfileId),
  };
}

function throughProfile(reference: string, profile: InferenceProfile, model: Model, partition: Partition, region: string): ResolvedModel {
  return {
    reference,
    kind: profile.scope === 'global' ? 'global-profile' : 'geographic-profile',
    modelId: model.modelId,
    profileId: profile.profileId,
    invokeId: profile.profileId,
    partition,
    sourceRegion: region,
    destinationRegions: [...(profile.routing.get(region) ?? [])].sort(),
    lifecycle: lifecycleIn(model.lifecycle, region),
    certainty: profile.certainty,
  };
}

function refused(finding: Finding): Resolution {
  return { ok: false, findings: [finding] };
}

function lifecycleErrors(reference: string, model: Model, context: ResolveContext): readonly Finding[] | undefined {
  const findings = lifecycleFindings(reference, model, context);
  return findings.some((finding) => finding.severity === 'error') ? findings : undefined;
}

function routingFindings(profile: InferenceProfile, { region }: ResolveContext): readonly Finding[] {
  if (profile.certainty.verified) return [];
  return [
    {
      id: 'routing-unverified',
      severity: 'warning',
      message: `The regions that ${profile.profileId} routes to from ${region} are not verified (${profile.certainty.asOf}).`,
      cause: profile.certainty.note ?? `The catalog takes them from ${profile.certainty.source}. A destination that is missing shows as an AccessDenied now and then.`,
      remedy: `Ask AWS with \`bedrock-access models --refresh --region ${region}\`, or choose a profile whose regions are verified; --strict refuses the others.`,
    },
  ];
}

function unknownRegion(region: string): Finding {
  const meant = nearestRegion(region);
  return {
    id: 'unknown-region',
    severity: 'error',
    message: `${region === '' ? 'An empty region' : region} is no AWS region.`,
    cause: 'No partition of AWS has a region of that name.',
    remedy: meant === undefined ? 'Use a region id such as `us-west-2`.' : `Did you mean \`${meant}\`?`,
  };
}

function unknownModel(id: string, context: ResolveContext): Finding {
  const { catalog, region } = context;
  const bare = catalog.models.get(id.slice(id.indexOf('.') + 1));
  if (bare !== undefined) {
    const ways = waysTo(catalog, bare, region);
    return {
      id: 'unknown-model',
      severity: 'error',
      message: `There is no inference profile ${id} in the catalog of ${catalog.date}.`,
      cause: `The profiles over ${bare.modelId} are ${bare.profiles.join(', ')}.`,
      remedy: ways.length === 0 ? `None of them can be called from ${region}; choose one of its source regions.` : `From ${region} use ${ways.map((way) => `\`${way === 'on-demand' ? bare.modelId : way.profileId}\``).join(' or ')}.`,
    };
  }
  const candidates = [...catalog.profiles.values()].filter((profile) => profile.routing.has(region)).map((profile) => profile.profileId);
  const close = nearest(id, [...candidates, ...catalog.models.keys(), ...[...catalog.models.values()].flatMap((model) => model.aliases)], 3);
  return {
    id: 'unknown-model',
    severity: 'error',
    message: `${id === '' ? 'An empty id' : id} is no model, inference profile or alias of the catalog of ${catalog.date}.`,
    cause: 'It is misspelt, or newer than the catalog.',
    remedy: `${close.length === 0 ? '' : `Nearest: ${close.map((candidate) => `\`${candidate}\``).join(', ')}. `}\`bedrock-access models --region ${region}\` lists what can be called; \`models --refresh\` asks AWS for newer ones.`,
  };
}

function regionMismatch(profile: InferenceProfile, model: Model, context: ResolveContext): Finding {
  const { catalog, region } = context;
  const ways = waysTo(catalog, model, region);
  const remedies = ways.map((way) => (way === 'on-demand' ? `\`${model.modelId}\` (on demand)` : `\`${way.profileId}\` (${describeWay(way, region)})`));
  return {
    id: 'profile-region-mismatch',
    severity: 'error',
    message: `${profile.profileId} cannot be called from ${region}.`,
    cause: `A profile with the prefix ${profile.prefix} is offered in its own source regions: ${[...profile.routing.keys()].join(', ')}.`,
    remedy: remedies.length > 0 ? `From ${region} use ${remedies.join(' or ')}.` : `Set the region to one of those, or choose a model that ${region} offers: ${modelsReadyIn(catalog, region, context.now).slice(0, 3).join(', ') || 'none in this catalog'}.`,
  };
}

function notInRegion(model: Model, { catalog, region, now }: ResolveContext): Finding {
  const sources = new Set([...model.onDemandRegions, ...model.profiles.flatMap((id) => [...(catalog.profiles.get(id)?.routing.keys() ?? [])])]);
  return {
    id: 'model-not-in-region',
    severity: 'error',
    message: `${model.modelId} cannot be called from ${region}, neither on demand nor through a profile.`,
    cause: `The catalog of ${catalog.date} knows it from: ${[...sources].sort().join(', ') || 'no region'}.`,
    remedy: `Set the region to one of those, or choose a model that ${region} offers: ${modelsReadyIn(catalog, region, now).slice(0, 3).join(', ') || 'none in this catalog'}.`,
  };
}

/** An ARN that names another partition, region or account than the access. `account` is what its fifth part must be. */
function arnMismatch(reference: string, arn: ArnParts, partition: Partition, context: ResolveContext, account: string): Finding | undefined {
  const differences = [
    ...(arn.partition === partition ? [] : [`partition ${arn.partition} where ${context.region} lies in ${partition}`]),
    ...(arn.region === context.region ? [] : [`region ${arn.region || '(none)'} where the access calls Bedrock in ${context.region}`]),
    ...(arn.account === account ? [] : [account === '' ? `account ${arn.account} where a foundation model has none` : `account ${arn.account || '(none)'} where the access is of ${account}`]),
  ];
  if (differences.length === 0) return undefined;
  return {
    id: 'model-arn-mismatch',
    severity: 'error',
    message: `${reference} names ${differences.join(', and ')}.`,
    cause: 'An ARN holds partition, region and account; all three must be those of the access, or every call is denied.',
    remedy: `Use \`arn:${partition}:bedrock:${context.region}:${account}:${arn.resource}\`, or the plain id \`${arn.resource.replace(/^[^/]*\//, '')}\`.`,
  };
}

function invalidArn(reference: string, why: string, partition: Partition, context: ResolveContext): Finding {
  const id = reference.slice(reference.lastIndexOf('/') + 1);
  const profile = context.catalog.profiles.get(id);
  return {
    id: 'model-arn-invalid',
    severity: 'error',
    message: `${reference} is no ARN of a model: ${why}.`,
    cause: 'Foundation models are `arn:<partition>:bedrock:<region>::foundation-model/<id>`, profiles `arn:<partition>:bedrock:<region>:<account>:inference-profile/<id>`.',
    remedy: profile === undefined ? 'Write the plain id: the ARNs are derived from it.' : `Write \`${id}\`, or \`${inferenceProfileArn(partition, context.region, context.account, id)}\`.`,
  };
}
