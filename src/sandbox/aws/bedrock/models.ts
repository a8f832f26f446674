import { foundationModelArn } from '../../../bedrock/arn.ts';
import type { Model } from '../../../bedrock/types.ts';
import type { Call, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { isHere, isLaunched, lifecycleHere, modelsOffered, partitionIn, stateOf } from './offer.ts';

export const listFoundationModels: Operation = {
  action: 'bedrock:ListFoundationModels',
  checks: () => [{ action: 'bedrock:ListFoundationModels', resource: '*' }],
  run(call) {
    const provider = call.input.optionalText('byProvider')?.toLowerCase();
    const inferenceType = call.input.optionalText('byInferenceType', { oneOf: ['ON_DEMAND', 'PROVISIONED'] });
    const modality = call.input.optionalText('byOutputModality', { oneOf: ['TEXT', 'IMAGE', 'EMBEDDING'] });
    const customization = call.input.optionalText('byCustomizationType');
    const summaries = modelsOffered(call)
      .filter((model) => provider === undefined || model.provider.toLowerCase() === provider)
      .map((model) => describeModel(model, call))
      .filter((summary) => inferenceType === undefined || summary.inferenceTypesSupported.includes(inferenceType))
      .filter(() => (modality === undefined || modality === 'TEXT') && customization === undefined);
    return { modelSummaries: summaries };
  },
};

export const getFoundationModel: Operation = {
  action: 'bedrock:GetFoundationModel',
  checks: (call) => [{ action: 'bedrock:GetFoundationModel', resource: foundationModelArn(partitionIn(call), call.region, idOf(call)) }],
  run(call) {
    const model = call.state.catalog.models.get(idOf(call));
    if (model === undefined || !isLaunched(model, call) || !isHere(model, call) || stateOf(model, call) === 'ENDED') {
      throw new AwsError('ResourceNotFoundException', 404, 'Could not resolve the foundation model from the model identifier.');
    }
    return { modelDetails: describeModel(model, call) };
  },
};

/** The id alone, or the last part of an ARN. */
function idOf(call: Call): string {
  const identifier = call.input.text('modelIdentifier', { min: 1, max: 2048 });
  return identifier.slice(identifier.lastIndexOf('/') + 1);
}

interface ModelDetails extends Readonly<Record<string, unknown>> {
  readonly inferenceTypesSupported: readonly string[];
}

function describeModel(model: Model, call: Call): ModelDetails {
  const lifecycle = lifecycleHere(model, call);
  const state = stateOf(model, call);
  const time = (date: string | undefined): Date | undefined => (date === undefined ? undefined : new Date(date));
  return {
    modelArn: foundationModelArn(partitionIn(call), call.region, model.modelId),
    modelId: model.modelId,
    modelName: model.name ?? model.modelId,
    providerName: model.provider.charAt(0).toUpperCase() + model.provider.slice(1),
    inputModalities: ['TEXT', 'IMAGE'],
    outputModalities: ['TEXT'],
    responseStreamingSupported: true,
    customizationsSupported: [],
    inferenceTypesSupported: model.onDemandRegions.includes(call.region) ? ['ON_DEMAND'] : ['INFERENCE_PROFILE'],
    modelLifecycle: {
      status: state === 'ACTIVE' ? 'ACTIVE' : 'LEGACY',
      startOfLifeTime: time(lifecycle.launchDate),
      legacyTime: time(lifecycle.legacyDate),
      publicExtendedAccessTime: time(lifecycle.extendedAccessDate),
      endOfLifeTime: time(lifecycle.endOfLifeDate),
    },
  };
}
