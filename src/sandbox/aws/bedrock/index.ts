import type { Route } from '../call.ts';
import { getFoundationModel, listFoundationModels } from './models.ts';
import { createInferenceProfile, deleteInferenceProfile, getInferenceProfile, listInferenceProfiles } from './profiles.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';

/** The control plane of Amazon Bedrock. */
export const bedrockRoutes: readonly Route[] = [
  { method: 'GET', path: '/foundation-models', name: 'ListFoundationModels', operation: listFoundationModels },
  { method: 'GET', path: '/foundation-models/{modelIdentifier}', name: 'GetFoundationModel', operation: getFoundationModel },
  { method: 'GET', path: '/inference-profiles', name: 'ListInferenceProfiles', operation: listInferenceProfiles },
  { method: 'POST', path: '/inference-profiles', name: 'CreateInferenceProfile', operation: createInferenceProfile, status: 201 },
  { method: 'GET', path: '/inference-profiles/{inferenceProfileIdentifier}', name: 'GetInferenceProfile', operation: getInferenceProfile },
  { method: 'DELETE', path: '/inference-profiles/{inferenceProfileIdentifier}', name: 'DeleteInferenceProfile', operation: deleteInferenceProfile },
  { method: 'POST', path: '/tagResource', name: 'TagResource', operation: tagResource },
  { method: 'POST', path: '/untagResource', name: 'UntagResource', operation: untagResource },
  { method: 'POST', path: '/listTagsForResource', name: 'ListTagsForResource', operation: listTagsForResource },
];
