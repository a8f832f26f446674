import type { Operations } from '../call.ts';
import { accessKeyOperations } from './access-keys.ts';
import { accountOperations } from './account.ts';
import { attachmentOperations } from './attachments.ts';
import { groupOperations } from './groups.ts';
import { inlinePolicyOperations } from './inline-policies.ts';
import { oidcProviderOperations } from './oidc-providers.ts';
import { policyOperations } from './policies.ts';
import { roleOperations } from './roles.ts';
import { serviceCredentialOperations } from './service-credentials.ts';
import { userOperations } from './users.ts';

/** Identity and Access Management, as far as the sandbox does it. */
export const iamOperations: Operations = {
  ...userOperations,
  ...accessKeyOperations,
  ...serviceCredentialOperations,
  ...policyOperations,
  ...attachmentOperations,
  ...inlinePolicyOperations,
  ...groupOperations,
  ...roleOperations,
  ...oidcProviderOperations,
  ...accountOperations,
};
