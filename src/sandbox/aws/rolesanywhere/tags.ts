import type { Call, Check, Operation } from '../call.ts';
import { requestTagContext, resourceTagContext } from '../tag-context.ts';
import { notFound, readTags } from './resources.ts';
import type { HeldProfile, HeldTrustAnchor } from './state.ts';

export const tagResource: Operation = {
  action: 'rolesanywhere:TagResource',
  checks: (call) => [onTagged(call, 'rolesanywhere:TagResource')],
  run(call) {
    const { tags } = read(call);
    for (const [key, value] of readTags(call.input)) tags.set(key, value);
    return {};
  },
};

export const untagResource: Operation = {
  action: 'rolesanywhere:UntagResource',
  checks: (call) => [onTagged(call, 'rolesanywhere:UntagResource')],
  run(call) {
    const { tags } = read(call);
    for (const key of call.input.texts('tagKeys', { max: 200 })) tags.delete(key);
    return {};
  },
};

/** Takes no resource in a policy (Service Authorization Reference). */
export const listTagsForResource: Operation = {
  action: 'rolesanywhere:ListTagsForResource',
  checks: () => [{ action: 'rolesanywhere:ListTagsForResource', resource: '*' }],
  run: (call) => ({ tags: Array.from(read(call).tags, ([key, value]) => ({ key, value })) }),
};

function onTagged(call: Call, action: string): Check {
  const resource = call.input.text('resourceArn', { min: 1, max: 1011 });
  return { action, resource, context: { ...resourceTagContext(find(call, resource)?.tags), ...requestTagContext(call.input) } };
}

function read(call: Call): HeldProfile | HeldTrustAnchor {
  const held = find(call, call.input.text('resourceArn', { min: 1, max: 1011 }));
  if (held === undefined) throw notFound('Resource');
  return held;
}

function find({ state: { rolesAnywhere } }: Call, arn: string): HeldProfile | HeldTrustAnchor | undefined {
  return rolesAnywhere.profiles.get(arn) ?? rolesAnywhere.trustAnchors.get(arn);
}
