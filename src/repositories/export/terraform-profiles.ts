/** Application inference profiles of an access in Terraform, and the parameters that carry their ARNs to the cluster. */
import { applicationInferenceProfile } from '../../resources/application-inference-profile.ts';
import type { Implied } from '../../resources/kind.ts';
import { ownerTagKeys } from '../../resources/owner.ts';
import { profileParameter } from '../../resources/profile-delivery.ts';
import { isMap } from '../hcl/value.ts';
import type { TerraformModule, TerraformResource } from '../terraform/types.ts';
import { hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';
import type { TerraformComments } from './terraform-comments.ts';

type Named = (type: string, name: string) => string | undefined;
type Tags = readonly (readonly [string, HclExpression])[];

/** The label of the profile that copies `source`. */
export function profileLabels(implied: Implied, named: Named): ReadonlyMap<string, string> {
  return new Map(applicationInferenceProfile.desired(implied).map(({ key, name }) => [key, named('aws_bedrock_inference_profile', name) ?? labelOf(name)]));
}

export interface ProfileParts {
  readonly labels: ReadonlyMap<string, string>;
  readonly named: Named;
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

/** An ARN is no secret: a plain parameter, where the store of the access reads. */
export function profileParameterBlocks(implied: Implied, region: string, { labels, named, providerOf, comments, parameterTags }: ProfileParts): readonly HclBlockText[] {
  return applicationInferenceProfile.desired(implied).map(({ key, desired }) => {
    const name = profileParameter(implied.access, desired.name);
    return {
      type: 'resource',
      labels: ['aws_ssm_parameter', named('aws_ssm_parameter', name) ?? labelOf(name)],
      comment: comments.parameter,
      attributes: [
        ...provider(providerOf(region)),
        ['name', hclText(name)] as const,
        ['description', hclText(`Application inference profile of ${implied.access.metadata.namespace}/${implied.access.metadata.name} over ${key}`)] as const,
        ['type', hclText('String')] as const,
        ['value', traversal('aws_bedrock_inference_profile', labels.get(key) ?? labelOf(desired.name), 'arn')] as const,
        ...parameterTags,
      ],
    };
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
  const parameters = managed.filter((resource) => {
    const value = resource.block.body.attributes.get('value');
    return resource.type === 'aws_ssm_parameter' && value !== undefined && carried.includes(resource.file.text.slice(value.expression.span.start, value.expression.span.end));
  });
  return [...profiles, ...parameters];
}
