import { createInferenceProfile, deleteInferenceProfile, getInferenceProfile, listInferenceProfiles } from './bedrock/profiles.ts';
import { getFoundationModel, listFoundationModels } from './bedrock/models.ts';
import { listTagsForResource, tagResource, untagResource } from './bedrock/tags.ts';
import type { Operation, Operations } from './call.ts';
import { cloudTrailOperations } from './cloudtrail/index.ts';
import { createPodIdentityAssociation, deletePodIdentityAssociation, describePodIdentityAssociation, listPodIdentityAssociations, tagAssociation, updatePodIdentityAssociation } from './eks/associations.ts';
import { describeAddon, describeCluster } from './eks/cluster.ts';
import { assumeRoleForPodIdentity } from './eks/pod-session.ts';
import { iamOperations } from './iam/index.ts';
import { rolesAnywhereRoutes } from './rolesanywhere/index.ts';
import { converse, converseStream } from './runtime/converse.ts';
import { countTokens } from './runtime/count-tokens.ts';
import { invokeModel, invokeModelWithResponseStream } from './runtime/invoke.ts';
import { secretsManagerOperations } from './secrets-manager/index.ts';
import { ssmOperations } from './ssm/index.ts';
import { stsOperations } from './sts/index.ts';

export type Protocol = 'query' | 'json' | 'rest';

/** How a service is spoken to, and what it does. `name` is also its name in a signature's scope and its prefix in IAM. */
export type Service =
  | { readonly name: 'iam' | 'sts'; readonly protocol: 'query'; readonly version: string; readonly namespace: string; readonly operations: Operations }
  | { readonly name: 'ssm' | 'secretsmanager' | 'cloudtrail'; readonly protocol: 'json'; readonly target: string; readonly operations: Operations }
  | { readonly name: 'bedrock' | 'rolesanywhere' | 'eks' | 'eks-auth'; readonly protocol: 'rest'; readonly routes: readonly Route[] };

/** `path` has labels, `{modelId}`; they, the query and the JSON body together are the input. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly name: string;
  readonly operation: Operation;
  /** Default 200. */
  readonly status?: number;
  /** `raw`: the body is the provider's, not a structure. */
  readonly body?: 'raw';
}

const iam: Service = { name: 'iam', protocol: 'query', version: '2010-05-08', namespace: 'https://iam.amazonaws.com/doc/2010-05-08/', operations: iamOperations };
const sts: Service = { name: 'sts', protocol: 'query', version: '2011-06-15', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/', operations: stsOperations };
const ssm: Service = { name: 'ssm', protocol: 'json', target: 'AmazonSSM', operations: ssmOperations };
const secretsmanager: Service = { name: 'secretsmanager', protocol: 'json', target: 'secretsmanager', operations: secretsManagerOperations };

const cloudtrail: Service = { name: 'cloudtrail', protocol: 'json', target: 'CloudTrail_20131101', operations: cloudTrailOperations };

const rolesanywhere: Service = { name: 'rolesanywhere', protocol: 'rest', routes: rolesAnywhereRoutes };

/** Control plane and runtime sign alike and share no path. */
const bedrock: Service = {
  name: 'bedrock',
  protocol: 'rest',
  routes: [
    { method: 'GET', path: '/foundation-models', name: 'ListFoundationModels', operation: listFoundationModels },
    { method: 'GET', path: '/foundation-models/{modelIdentifier}', name: 'GetFoundationModel', operation: getFoundationModel },
    { method: 'GET', path: '/inference-profiles', name: 'ListInferenceProfiles', operation: listInferenceProfiles },
    { method: 'POST', path: '/inference-profiles', name: 'CreateInferenceProfile', operation: createInferenceProfile, status: 201 },
    { method: 'GET', path: '/inference-profiles/{inferenceProfileIdentifier}', name: 'GetInferenceProfile', operation: getInferenceProfile },
    { method: 'DELETE', path: '/inference-profiles/{inferenceProfileIdentifier}', name: 'DeleteInferenceProfile', operation: deleteInferenceProfile },
    { method: 'POST', path: '/tagResource', name: 'TagResource', operation: tagResource },
    { method: 'POST', path: '/untagResource', name: 'UntagResource', operation: untagResource },
    { method: 'POST', path: '/listTagsForResource', name: 'ListTagsForResource', operation: listTagsForResource },
    { method: 'POST', path: '/model/{modelId}/converse', name: 'Converse', operation: converse },
    { method: 'POST', path: '/model/{modelId}/converse-stream', name: 'ConverseStream', operation: converseStream },
    { method: 'POST', path: '/model/{modelId}/invoke', name: 'InvokeModel', operation: invokeModel, body: 'raw' },
    { method: 'POST', path: '/model/{modelId}/invoke-with-response-stream', name: 'InvokeModelWithResponseStream', operation: invokeModelWithResponseStream, body: 'raw' },
    { method: 'POST', path: '/model/{modelId}/count-tokens', name: 'CountTokens', operation: countTokens },
  ],
};

const eks: Service = {
  name: 'eks',
  protocol: 'rest',
  routes: [
    { method: 'GET', path: '/clusters/{name}', name: 'DescribeCluster', operation: describeCluster },
    { method: 'GET', path: '/clusters/{clusterName}/addons/{addonName}', name: 'DescribeAddon', operation: describeAddon },
    { method: 'GET', path: '/clusters/{clusterName}/pod-identity-associations', name: 'ListPodIdentityAssociations', operation: listPodIdentityAssociations },
    { method: 'POST', path: '/clusters/{clusterName}/pod-identity-associations', name: 'CreatePodIdentityAssociation', operation: createPodIdentityAssociation },
    { method: 'GET', path: '/clusters/{clusterName}/pod-identity-associations/{associationId}', name: 'DescribePodIdentityAssociation', operation: describePodIdentityAssociation },
    { method: 'POST', path: '/clusters/{clusterName}/pod-identity-associations/{associationId}', name: 'UpdatePodIdentityAssociation', operation: updatePodIdentityAssociation },
    { method: 'DELETE', path: '/clusters/{clusterName}/pod-identity-associations/{associationId}', name: 'DeletePodIdentityAssociation', operation: deletePodIdentityAssociation },
    { method: 'POST', path: '/tags/{resourceArn}', name: 'TagResource', operation: tagAssociation },
  ],
};

const eksAuth: Service = {
  name: 'eks-auth',
  protocol: 'rest',
  routes: [{ method: 'POST', path: '/clusters/{clusterName}/assume-role-for-pod-identity', name: 'AssumeRoleForPodIdentity', operation: assumeRoleForPodIdentity }],
};

export const services: Readonly<Record<string, Service>> = { iam, sts, ssm, secretsmanager, cloudtrail, bedrock, rolesanywhere, eks, 'eks-auth': eksAuth };
