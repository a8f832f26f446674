/** Application inference profiles of an access in Terraform, and the parameters that carry their ARNs to the cluster. */
import { applicationInferenceProfile } from '../../resources/application-inference-profile.ts';
import type { Implied } from '../../resources/kind.ts';
import { ownerTagKeys } from '../../resources/owner.ts';
import { profileParameter } from '../../resources/profile-delivery.ts';
import type { StorePlace } from '../../resources/stores/store.ts';
import { isMap } from '../hcl/value.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';
import type { TerraformComments } from './terraform-comments.ts';
import { refersTo } from './terraform-module.ts';
import { storedBlocks, type StoredLabels } from './terraform-stored.ts';

type Named = (type: string, name: string) => string | undefined;
type Tags = readonly (readonly [string, HclExpression])[];

/** The label of the profile that copies `source`. */
export function profileLabels(implied: Implied, named: Named): ReadonlyMap<string, string> {
  return new Map(applicationInferenceProfile.desired(implied).map(({ key, name }) => [key, named('aws_bedrock_inference_profile', name) ?? labelOf(name)]));
}

export interface ProfileParts extends StoredLabels {
  readonly labels: ReadonlyMap<string, string>;
  /** An ARN with account and partition from data sources. */
  readonly text: (text: string) => HclExpression;
  /** The provider of a region; undefined for the module's own. */
  readonly providerOf: (region: string) => HclTraversal | undefined;
  readonly comments: TerraformComments;
  readonly tags: Tags;
  readonly parameterTags: Tags;
}

export function profileBlocks(implied: Implied, { labels, text, providerOf, comments, tags }: ProfileParts): readonly HclBlockText[] {
  return applicationInferenceProfile.desired(implied).map(({ key, desired }) => ({
    type: 'resource',
    labels: ['aws_bedrock_inference_profile', labels.get(key) ?? labelOf(desired.name)],
    comment: comments.profile,
    attributes: [...provider(providerOf(desired.region)), ['name', hclText(desired.name)] as const, ['description', hclText(desired.description)] as const, ...tags],
    blocks: [{ type: 'model_source', labels: [], attributes: [['copy_from', text(desired.copyFrom)]] }],
  }));
}

/** Where the store of the access reads. */
export function profileParameterBlocks(implied: Implied, { service, region }: StorePlace, { labels, named, version, providerOf, comments, parameterTags }: ProfileParts): readonly HclBlockText[] {
  return applicationInferenceProfile.desired(implied).flatMap(({ key, desired }) => {
    const provider = providerOf(region);
    const stored = {
      name: profileParameter(implied.access, desired.name),
      description: `Application inference profile of ${implied.access.metadata.namespace}/${implied.access.metadata.name} over ${key}`,
      plain: true,
      value: traversal('aws_bedrock_inference_profile', labels.get(key) ?? labelOf(desired.name), 'arn'),
      tags: parameterTags,
      ...(provider === undefined ? {} : { provider }),
    };
    return storedBlocks(service, stored, { named, version }, comments.stored[service]);
  });
}

function provider(of: HclTraversal | undefined): readonly (readonly [string, HclExpression])[] {
  return of === undefined ? [] : [['provider', of]];
}

/** The profiles of an access in a module, by their owner tags, and the parameters that carry their ARNs. */
export function profilesOf(module: TerraformModule, { namespace, name }: { readonly namespace: string; readonly name: string }): readonly TerraformResource[] {
  const managed = module.resources.filter(({ mode }) => mode === 'managed');
  const profiles = managed.filter((resource) => {
    const tags = resource.attribute('tags');
    return resource.type === 'aws_bedrock_inference_profile' && isMap(tags) && tags[ownerTagKeys.namespace] === namespace && tags[ownerTagKeys.name] === name;
  });
  const carried = profiles.map((profile) => `aws_bedrock_inference_profile.${profile.name}.arn`);
  const carriers = managed.filter((resource) => {
    const value = resource.block.body.attributes.get(resource.type === 'aws_secretsmanager_secret_version' ? 'secret_string' : 'value');
    const holds = ['aws_ssm_parameter', 'aws_secretsmanager_secret_version'].includes(resource.type);
    return holds && value !== undefined && carried.includes(resource.file.text.slice(value.expression.span.start, value.expression.span.end));
  });
  const secrets = managed.filter((resource) => resource.type === 'aws_secretsmanager_secret' && carriers.some((version) => refersTo(module, version.attribute('secret_id'), resource.type, resource.name)));
  return [...profiles, ...carriers, ...secrets];
}
