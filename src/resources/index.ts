/** Every kind of resource that an access can own. */
import { accessKey, apiKey } from './user-key.ts';
import { applicationInferenceProfile } from './application-inference-profile.ts';
import { certificate } from './certificate.ts';
import { denyPolicy } from './deny-policy.ts';
import { environmentConfigMap } from './environment-config-map.ts';
import { externalSecret } from './external-secret.ts';
import { iamRole } from './iam-role.ts';
import { iamUser } from './iam-user.ts';
import type { ResourceKind } from './kind.ts';
import { keyProof } from './key-proof.ts';
import { managedPolicy } from './managed-policy.ts';
import { oidcProvider } from './oidc-provider.ts';
import { oldAccessKey, oldApiKey } from './old-key.ts';
import { podIdentityAssociation } from './pod-identity-association.ts';
import { profileParameter } from './profile-parameter.ts';
import { policyAttachment } from './policy-attachment.ts';
import { rolePolicyAttachment } from './role-policy-attachment.ts';
import { credentialJob } from './credential-job.ts';
import { rolesAnywhereConfigMap } from './roles-anywhere-config-map.ts';
import { rolesAnywhereProfile } from './roles-anywhere-profile.ts';
import { secretStore } from './secret-store.ts';
import { secretsManagerSecret } from './secretsmanager-secret.ts';
import { sessionSecret } from './session-secret.ts';
import { ssmParameter } from './ssm-parameter.ts';
import { workloadEnvironment } from './workload-environment.ts';

/**
 * In the order in which a person reads a plan; the order of the steps follows from references. Backwards it is the order
 * of removal, which is the original request's: environment, ExternalSecret and Secret, attachment, policy, parameters, key, user.
 * With an identity of the pods instead of a key: environment, attachment, policy, role, provider.
 */
export const kinds: readonly ResourceKind[] = [
  oidcProvider,
  iamRole,
  rolesAnywhereProfile,
  iamUser,
  accessKey,
  oldAccessKey,
  apiKey,
  oldApiKey,
  keyProof,
  ssmParameter,
  secretsManagerSecret,
  applicationInferenceProfile,
  profileParameter,
  managedPolicy,
  policyAttachment,
  rolePolicyAttachment,
  podIdentityAssociation,
  sessionSecret,
  denyPolicy,
  secretStore,
  externalSecret,
  certificate,
  rolesAnywhereConfigMap,
  environmentConfigMap,
  workloadEnvironment,
  credentialJob,
];

export function kindOf(resource: { readonly kind: string }): ResourceKind {
  const found = kinds.find(({ kind }) => kind === resource.kind);
  if (found === undefined) throw new TypeError(`no resource kind ${resource.kind}`);
  return found;
}
