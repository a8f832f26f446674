/**
 * The IAM identity provider of the cluster's token issuer, as Terraform has it. An account has one at most for an issuer
 * (IAM user guide, "Create an OpenID Connect (OIDC) identity provider in IAM"): where the repository makes it, it is
 * referred to; where it makes none, it is made with the access that needs it first.
 */
import { webIdentityOf } from '../../resources/web-identity.ts';
import type { Implied } from '../../resources/kind.ts';
import { isMap } from '../hcl/value.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { ownerTagKeys } from '../../resources/owner.ts';
import { hclList, hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';

export const providerType = 'aws_iam_openid_connect_provider';

export interface IssuerInTerraform {
  readonly arn: string;
  readonly reference: HclTraversal;
  /** What has to be written for it: nothing where somebody else wrote it in this module. */
  readonly block?: HclBlockText;
}

/** Undefined in a mode that trusts no issuer. */
export function issuerInTerraform(
  implied: Implied,
  module: TerraformModule,
  others: readonly TerraformModule[],
  { tags, comment }: { readonly tags: readonly (readonly [string, HclExpression])[]; readonly comment: readonly string[] },
): IssuerInTerraform | undefined {
  const identity = webIdentityOf(implied.access, implied.partition);
  if (identity === undefined) return undefined;
  const { issuer, audience } = identity.declared;
  const arn = identity.providerArn;
  const label = labelOf(issuer.replace(/^https:\/\//, ''));
  const there = module.resources.find((resource) => isOfIssuer(resource, issuer));
  const made: HclBlockText = {
    type: 'resource',
    labels: [providerType, there?.name ?? label],
    comment,
    attributes: [['url', hclText(issuer)], ['client_id_list', hclList([hclText(audience)])], ...tags],
  };
  if (there !== undefined) {
    const reference = there.mode === 'data' ? traversal('data', providerType, there.name, 'arn') : traversal(providerType, there.name, 'arn');
    return { arn, reference, ...(there.mode === 'managed' && isOurs(there, implied) ? { block: made } : {}) };
  }
  if (others.some(({ resources }) => resources.some((resource) => isOfIssuer(resource, issuer)))) {
    return { arn, reference: traversal('data', providerType, label, 'arn'), block: { type: 'data', labels: [providerType, label], attributes: [['url', hclText(issuer)]] } };
  }
  return { arn, reference: traversal(providerType, label, 'arn'), block: made };
}

/** By its URL; the provider's own data source takes it with or without the scheme. */
function isOfIssuer(resource: TerraformResource, issuer: string): boolean {
  const url = resource.type === providerType ? resource.attribute('url') : undefined;
  return typeof url === 'string' && url.replace(/^https:\/\//, '') === issuer.replace(/^https:\/\//, '');
}

function isOurs(resource: TerraformResource, { owner }: Implied): boolean {
  const tags = resource.attribute('tags');
  return isMap(tags) && tags[ownerTagKeys.namespace] === owner.namespace && tags[ownerTagKeys.name] === owner.name;
}
