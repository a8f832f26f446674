import type { Call, Check, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';
import { requestTagContext, resourceTagContext } from '../tag-context.ts';
import type { ApplicationProfile } from './application-profiles.ts';

/** Of what Bedrock can tag the sandbox holds application inference profiles. */
export const tagResource: Operation = {
  action: 'bedrock:TagResource',
  checks: (call) => [onTagged(call, 'bedrock:TagResource')],
  run(call) {
    const { tags } = readTagged(call);
    for (const [key, value] of readTags(call.input)) tags.set(key, value);
    if (tags.size > 50) throw new AwsError('TooManyTagsException', 400, 'The request contains more tags than can be associated with a resource (50 tags per resource).');
    return {};
  },
};

export const untagResource: Operation = {
  action: 'bedrock:UntagResource',
  checks: (call) => [onTagged(call, 'bedrock:UntagResource')],
  run(call) {
    const { tags } = readTagged(call);
    for (const key of call.input.texts('tagKeys', { max: 200 })) tags.delete(key);
    return {};
  },
};

export const listTagsForResource: Operation = {
  action: 'bedrock:ListTagsForResource',
  checks: (call) => [onTagged(call, 'bedrock:ListTagsForResource')],
  run: (call) => ({ tags: Array.from(readTagged(call).tags, ([key, value]) => ({ key, value })) }),
};

export function readTags(input: Fields): ReadonlyMap<string, string> {
  const pattern = /[a-zA-Z0-9\s._:/=+@-]*/;
  return new Map(input.structures('tags', { max: 200 }).map((tag) => [tag.text('key', { min: 1, max: 128, pattern }), tag.text('value', { max: 256, pattern })]));
}

function onTagged(call: Call, action: string): Check {
  const arn = call.input.text('resourceARN', { min: 1, max: 1011 });
  return { action, resource: arn, context: { ...resourceTagContext(call.state.applicationProfiles.get(arn)?.tags), ...requestTagContext(call.input) } };
}

function readTagged(call: Call): ApplicationProfile {
  const arn = call.input.text('resourceARN', { min: 20, max: 1011 });
  const profile = call.state.applicationProfiles.get(arn);
  if (profile === undefined) throw new AwsError('ResourceNotFoundException', 404, `The resource ${arn} was not found.`);
  return profile;
}
