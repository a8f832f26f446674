import type { Session } from './session.ts';
import type { ApiKeyCalls, BedrockCalls, BedrockRuntimeCalls, CloudTrailCalls, EksCalls, IamCalls, RolesAnywhereCalls, SecretsManagerCalls, SsmCalls, StsCalls, WebIdentityCalls } from './types.ts';

/*
 * Each service's SDK client costs 65–210 ms to import (a signer less), so each is loaded by the first call of its service and not
 * before. One line a call, so that the compiler sees that none is missing.
 */

export function deferredSts(session: Session): StsCalls {
  const load = once(async () => (await import('./sts.ts')).stsCalls(session));
  return { getCallerIdentity: async () => (await load()).getCallerIdentity(), assumeRole: async (...given) => (await load()).assumeRole(...given), shortTermKey: async (...given) => (await load()).shortTermKey(...given) };
}

export function deferredIam(session: Session): IamCalls {
  const load = once(async () => (await import('./iam.ts')).iamCalls(session));
  return {
    getUser: async (...given) => (await load()).getUser(...given),
    createUser: async (...given) => (await load()).createUser(...given),
    deleteUser: async (...given) => (await load()).deleteUser(...given),
    tagUser: async (...given) => (await load()).tagUser(...given),
    untagUser: async (...given) => (await load()).untagUser(...given),
    putUserPermissionsBoundary: async (...given) => (await load()).putUserPermissionsBoundary(...given),
    deleteUserPermissionsBoundary: async (...given) => (await load()).deleteUserPermissionsBoundary(...given),
    listAccessKeys: async (...given) => (await load()).listAccessKeys(...given),
    accessKeyLastUsed: async (...given) => (await load()).accessKeyLastUsed(...given),
    accessKeyUse: async (...given) => (await load()).accessKeyUse(...given),
    createAccessKey: async (...given) => (await load()).createAccessKey(...given),
    setAccessKeyActive: async (...given) => (await load()).setAccessKeyActive(...given),
    deleteAccessKey: async (...given) => (await load()).deleteAccessKey(...given),
    getPolicy: async (...given) => (await load()).getPolicy(...given),
    getPolicyDocument: async (...given) => (await load()).getPolicyDocument(...given),
    listPolicyVersions: async (...given) => (await load()).listPolicyVersions(...given),
    createPolicy: async (...given) => (await load()).createPolicy(...given),
    createPolicyVersion: async (...given) => (await load()).createPolicyVersion(...given),
    deletePolicyVersion: async (...given) => (await load()).deletePolicyVersion(...given),
    deletePolicy: async (...given) => (await load()).deletePolicy(...given),
    tagPolicy: async (...given) => (await load()).tagPolicy(...given),
    listAttachedUserPolicies: async (...given) => (await load()).listAttachedUserPolicies(...given),
    attachUserPolicy: async (...given) => (await load()).attachUserPolicy(...given),
    detachUserPolicy: async (...given) => (await load()).detachUserPolicy(...given),
    listUserPolicies: async (...given) => (await load()).listUserPolicies(...given),
    getUserPolicy: async (...given) => (await load()).getUserPolicy(...given),
    listGroupsForUser: async (...given) => (await load()).listGroupsForUser(...given),
    getRole: async (...given) => (await load()).getRole(...given),
    listAttachedRolePolicies: async (...given) => (await load()).listAttachedRolePolicies(...given),
    listRolePolicies: async (...given) => (await load()).listRolePolicies(...given),
    getRolePolicy: async (...given) => (await load()).getRolePolicy(...given),
    accountSummary: async () => (await load()).accountSummary(),
    simulatePrincipalPolicy: async (...given) => (await load()).simulatePrincipalPolicy(...given),
    listUsersWithTags: async (...given) => (await load()).listUsersWithTags(...given),
    listPoliciesWithDocuments: async (...given) => (await load()).listPoliciesWithDocuments(...given),
  };
}

export function deferredWebIdentity(session: Session): WebIdentityCalls {
  const load = once(async () => (await import('./web-identity.ts')).webIdentityCalls(session));
  return {
    getRole: async (...given) => (await load()).getRole(...given),
    createRole: async (...given) => (await load()).createRole(...given),
    deleteRole: async (...given) => (await load()).deleteRole(...given),
    tagRole: async (...given) => (await load()).tagRole(...given),
    setTrust: async (...given) => (await load()).setTrust(...given),
    attachPolicy: async (...given) => (await load()).attachPolicy(...given),
    detachPolicy: async (...given) => (await load()).detachPolicy(...given),
    listRolesWithTags: async (...given) => (await load()).listRolesWithTags(...given),
    getProvider: async (...given) => (await load()).getProvider(...given),
    createProvider: async (...given) => (await load()).createProvider(...given),
    addAudience: async (...given) => (await load()).addAudience(...given),
    tagProvider: async (...given) => (await load()).tagProvider(...given),
    deleteProvider: async (...given) => (await load()).deleteProvider(...given),
    assumeRole: async (...given) => (await load()).assumeRole(...given),
  };
}

export function deferredSsm(session: Session, region: string): SsmCalls {
  const load = once(async () => (await import('./ssm.ts')).ssmCalls(session, region));
  return {
    describeParameters: async (...given) => (await load()).describeParameters(...given),
    describeParametersByTags: async (...given) => (await load()).describeParametersByTags(...given),
    listTags: async (...given) => (await load()).listTags(...given),
    getParameter: async (...given) => (await load()).getParameter(...given),
    parameterHistory: async (...given) => (await load()).parameterHistory(...given),
    putParameter: async (...given) => (await load()).putParameter(...given),
    addTags: async (...given) => (await load()).addTags(...given),
    deleteParameter: async (...given) => (await load()).deleteParameter(...given),
  };
}

export function deferredApiKeys(session: Session): ApiKeyCalls {
  const load = once(async () => (await import('./api-keys.ts')).apiKeyCalls(session));
  return {
    list: async (...given) => (await load()).list(...given),
    create: async (...given) => (await load()).create(...given),
    setActive: async (...given) => (await load()).setActive(...given),
    remove: async (...given) => (await load()).remove(...given),
  };
}

export function deferredSecretsManager(session: Session, region: string): SecretsManagerCalls {
  const load = once(async () => (await import('./secrets-manager.ts')).secretsManagerCalls(session, region));
  return {
    describeSecret: async (...given) => (await load()).describeSecret(...given),
    listSecretsByTags: async (...given) => (await load()).listSecretsByTags(...given),
    getSecretValue: async (...given) => (await load()).getSecretValue(...given),
    listVersions: async (...given) => (await load()).listVersions(...given),
    createSecret: async (...given) => (await load()).createSecret(...given),
    putSecretValue: async (...given) => (await load()).putSecretValue(...given),
    setKmsKey: async (...given) => (await load()).setKmsKey(...given),
    tagSecret: async (...given) => (await load()).tagSecret(...given),
    restoreSecret: async (...given) => (await load()).restoreSecret(...given),
    deleteSecret: async (...given) => (await load()).deleteSecret(...given),
  };
}

export function deferredBedrock(session: Session, region: string): BedrockCalls {
  const load = once(async () => (await import('./bedrock.ts')).bedrockCalls(session, region));
  return {
    listFoundationModels: async (...given) => (await load()).listFoundationModels(...given),
    getFoundationModel: async (...given) => (await load()).getFoundationModel(...given),
    listInferenceProfiles: async (...given) => (await load()).listInferenceProfiles(...given),
    getInferenceProfile: async (...given) => (await load()).getInferenceProfile(...given),
    createInferenceProfile: async (...given) => (await load()).createInferenceProfile(...given),
    deleteInferenceProfile: async (...given) => (await load()).deleteInferenceProfile(...given),
    listTags: async (...given) => (await load()).listTags(...given),
    tagResource: async (...given) => (await load()).tagResource(...given),
  };
}

export function deferredRuntime(session: Session, region: string): BedrockRuntimeCalls {
  const load = once(async () => (await import('./bedrock-runtime.ts')).runtimeCalls(session, region));
  return {
    converse: async (...given) => (await load()).converse(...given),
    converseStream: async (...given) => (await load()).converseStream(...given),
    countTokens: async (...given) => (await load()).countTokens(...given),
  };
}

export function deferredEks(session: Session, region: string): EksCalls {
  const load = once(async () => (await import('./eks.ts')).eksCalls(session, region));
  return {
    getCluster: async (...given) => (await load()).getCluster(...given),
    getAddonStatus: async (...given) => (await load()).getAddonStatus(...given),
    listAssociations: async (...given) => (await load()).listAssociations(...given),
    getAssociation: async (...given) => (await load()).getAssociation(...given),
    createAssociation: async (...given) => (await load()).createAssociation(...given),
    updateAssociation: async (...given) => (await load()).updateAssociation(...given),
    deleteAssociation: async (...given) => (await load()).deleteAssociation(...given),
    tagAssociation: async (...given) => (await load()).tagAssociation(...given),
    assumeRoleForPod: async (...given) => (await load()).assumeRoleForPod(...given),
  };
}

export function deferredCloudTrail(session: Session, region: string): CloudTrailCalls {
  const load = once(async () => (await import('./cloudtrail.ts')).cloudTrailCalls(session, region));
  return { latestEvent: async (...given) => (await load()).latestEvent(...given) };
}

export function deferredRolesAnywhere(session: Session, region: string): RolesAnywhereCalls {
  const load = once(async () => (await import('./roles-anywhere.ts')).rolesAnywhereCalls(session, region));
  return {
    getTrustAnchor: async (...given) => (await load()).getTrustAnchor(...given),
    listProfiles: async () => (await load()).listProfiles(),
    getProfile: async (...given) => (await load()).getProfile(...given),
    createProfile: async (...given) => (await load()).createProfile(...given),
    updateProfile: async (...given) => (await load()).updateProfile(...given),
    enableProfile: async (...given) => (await load()).enableProfile(...given),
    deleteProfile: async (...given) => (await load()).deleteProfile(...given),
    listTags: async (...given) => (await load()).listTags(...given),
    tag: async (...given) => (await load()).tag(...given),
    createSession: async (...given) => (await load()).createSession(...given),
  };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}
