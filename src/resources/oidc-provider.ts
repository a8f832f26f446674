/**
 * The IAM identity provider of the cluster's token issuer. There is one at most for an issuer in an account, so it is
 * shared by everybody who trusts the cluster: it is made where it is missing, and removed by the access that made it,
 * where no other role refers to it.
 */
import type { OidcProvider } from '../aws/types.ts';
import type { PolicyStatement } from '../policy/types.ts';
import { keeperByTags } from './gitops.ts';
import { gone } from './iam-user.ts';
import type { ResourceKind, Stray } from './kind.ts';
import { address } from './kind.ts';
import { ownershipByTags, ownerTags } from './owner.ts';
import { webIdentityOf } from './web-identity.ts';

export interface DesiredProvider {
  readonly arn: string;
  readonly issuer: string;
  readonly audience: string;
}

export const oidcProvider: ResourceKind<DesiredProvider, OidcProvider> = {
  kind: 'oidc-provider',
  where: 'aws',

  desired({ access, partition }) {
    const identity = webIdentityOf(access, partition);
    if (identity === undefined) return [];
    const { issuer, audience } = identity.declared;
    return [{ kind: 'oidc-provider', key: 'provider', name: issuer, desired: { arn: identity.providerArn, issuer, audience }, ...(access.spec.managedBy.iam === 'terraform' ? { required: true } : {}) }];
  },
  identity: ({ desired }) => desired.arn,

  observe: ({ desired }, readings) => readings.oidcProvider(desired.arn),
  /** Providers that roles of this access trust. */
  async strays(where, readings) {
    if (!where.sweep) return [];
    const roles = (await readings.rolesWithTags()).filter(({ tags }) => ownershipByTags(tags, where.owner).by === 'us');
    const arns = [...new Set(roles.flatMap(({ trust }) => trust.Statement.flatMap(providersOf)))].filter((arn) => !where.accounted.has(arn));
    const found = await Promise.all(arns.map((arn) => readings.oidcProvider(arn)));
    return found
      .filter((provider) => provider !== undefined)
      .filter(({ tags }) => ownershipByTags(tags, where.owner).by === 'us')
      .map((observed): Stray<OidcProvider> => ({ name: observed.arn.slice(observed.arn.indexOf('oidc-provider/') + 'oidc-provider/'.length), observed, reason: 'trusted by the role of this access' }));
  },
  // Whose it is decides only whether it is removed: everybody may trust the issuer.
  ownership: (observed, owner) => ownershipByTags(observed.tags, owner),
  heldByAnother: true,
  keptBy: ({ tags }) => keeperByTags(tags),

  expected: ({ audience }) => ({ [`audience ${audience}`]: 'accepted' }),
  found: ({ audiences }) => Object.fromEntries(audiences.map((audience) => [`audience ${audience}`, 'accepted'])),
  problems(resource, observed, owner) {
    const { audience, arn } = resource.desired;
    if (observed === undefined || observed.audiences.includes(audience) || ownershipByTags(observed.tags, owner).by === 'us') return [];
    return [
      {
        id: 'oidc-provider-audience-missing',
        severity: 'error',
        message: `the identity provider of ${resource.desired.issuer} does not accept the audience ${audience}`,
        cause: `It was made by others, for ${observed.audiences.join(', ') || 'no audience'}. What is not ours is never changed.`,
        remedy: `Let its owner add the audience: aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${arn} --client-id ${audience}`,
        place: { field: 'spec.credentials.webIdentity.audience', resource: address(resource) },
      },
    ];
  },

  foreseen: ({ arn }) => ({ arn }),
  outputs: ({ arn }) => ({ arn }),

  async create({ issuer, audience }, hands) {
    return { arn: await hands.aws.webIdentity.createProvider({ issuer, audience, tags: ownerTags(hands.owner) }) };
  },
  async update({ audience }, { arn }, _differences, hands) {
    await hands.aws.webIdentity.addAudience(arn, audience);
    return { arn };
  },
  async remove({ arn }, hands) {
    const roles = await hands.readings.rolesWithTags();
    const others = roles.filter((role) => JSON.stringify(role.trust).includes(JSON.stringify(arn)) && ownershipByTags(role.tags, hands.owner).by !== 'us');
    // Without its provider no role that trusts it could be assumed any more.
    if (others.length > 0) return;
    await gone(() => hands.aws.webIdentity.deleteProvider(arn));
  },

  permissions: ['iam:GetOpenIDConnectProvider', 'iam:CreateOpenIDConnectProvider', 'iam:TagOpenIDConnectProvider', 'iam:AddClientIDToOpenIDConnectProvider', 'iam:DeleteOpenIDConnectProvider', 'iam:GetAccountAuthorizationDetails'],
  repeatable: ['iam:AddClientIDToOpenIDConnectProvider', 'iam:DeleteOpenIDConnectProvider'],
};

function providersOf({ Principal: principal }: PolicyStatement): readonly string[] {
  const federated = typeof principal === 'object' ? principal['Federated'] : undefined;
  return [federated ?? []].flat().filter((arn) => arn.includes(':oidc-provider/'));
}
