/** Tags as condition keys of a request (IAM user guide, "Controlling access to AWS resources using tags"): the same in every service. */
import type { Check } from './call.ts';
import type { Fields } from './fields.ts';

type Context = NonNullable<Check['context']>;

/** Of a call that brings a list of tags: `Tags` with `Key` and `Value`, or `tags` with `key` and `value`, as its service spells them. */
export function requestTagContext(input: Fields): Context {
  const [list, key, value] = input.has('tags') ? ['tags', 'key', 'value'] : ['Tags', 'Key', 'Value'];
  return tagsAsked(input.structures(list).map((tag) => [tag.optionalText(key) ?? '', tag.optionalText(value) ?? '']));
}

/** `aws:RequestTag/…` and `aws:TagKeys`; without tags neither is there. */
export function tagsAsked(tags: readonly (readonly [string, string])[]): Context {
  if (tags.length === 0) return {};
  return { 'aws:TagKeys': tags.map(([key]) => key), ...Object.fromEntries(tags.map(([key, value]) => [`aws:RequestTag/${key}`, value])) };
}

export function resourceTagContext(tags: ReadonlyMap<string, string> | undefined): Context {
  return Object.fromEntries(Array.from(tags ?? [], ([key, value]) => [`aws:ResourceTag/${key}`, value]));
}

/**
 * A call that makes a thing with tags is judged by IAM on the tagging action too, before there is a thing whose tags could be
 * compared. The reference of the service does not say so; the refusals do: `not authorized to perform: iam:TagRole` on
 * CreateRole (github.com/openshift/installer/issues/1073), `iam:TagOpenIDConnectProvider` on CreateOpenIDConnectProvider
 * (github.com/aws-ia/terraform-aws-eks-blueprints/issues/902).
 */
export function withTagging(making: Check, tagging: string, input: Fields): readonly Check[] {
  const context = requestTagContext(input);
  return 'aws:TagKeys' in context ? [making, { action: tagging, resource: making.resource, context }] : [making];
}
