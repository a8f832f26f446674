import type { Call, Check, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';
import { requestTagContext } from '../tag-context.ts';
import { onParameter, parametersOf, type Parameter } from './parameters.ts';

/** SSM API reference, Tag: at most 50 a resource. */
export function readTags(input: Fields): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const tag of input.structures('Tags', { max: 1000 })) {
    const key = tag.text('Key', { min: 1, max: 128, pattern: /[\p{L}\p{Z}\p{N}_.:/=+\-@]*/u });
    if (key.toLowerCase().startsWith('aws:')) throw new AwsError('ValidationException', 400, 'Tag keys may not start with aws:');
    tags.set(key, tag.text('Value', { max: 256, pattern: /[\p{L}\p{Z}\p{N}_.:/=+\-@]*/u }));
  }
  return tags;
}

export function checkTagCount(tags: ReadonlyMap<string, string>): void {
  if (tags.size > 50) throw new AwsError('TooManyTagsError', 400, 'Number of tags exceeds 50.');
}

const addTagsToResource: Operation = {
  action: 'ssm:AddTagsToResource',
  checks: onTagged('ssm:AddTagsToResource'),
  run(call) {
    const parameter = readTagged(call);
    const tags = readTags(call.input);
    checkTagCount(new Map([...parameter.tags, ...tags]));
    for (const [key, value] of tags) parameter.tags.set(key, value);
    return {};
  },
};

const removeTagsFromResource: Operation = {
  action: 'ssm:RemoveTagsFromResource',
  checks: onTagged('ssm:RemoveTagsFromResource'),
  run(call) {
    const parameter = readTagged(call);
    for (const key of call.input.texts('TagKeys')) parameter.tags.delete(key);
    return {};
  },
};

const listTagsForResource: Operation = {
  action: 'ssm:ListTagsForResource',
  checks: onTagged('ssm:ListTagsForResource'),
  run: (call) => ({ TagList: Array.from(readTagged(call).tags, ([Key, Value]) => ({ Key, Value })) }),
};

export const tagOperations: Operations = {
  AddTagsToResource: addTagsToResource,
  RemoveTagsFromResource: removeTagsFromResource,
  ListTagsForResource: listTagsForResource,
};

function onTagged(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    const check = onParameter(call, action, call.input.text('ResourceId'));
    return [{ ...check, context: { ...check.context, ...requestTagContext(call.input) } }];
  };
}

function readTagged(call: Call): Parameter {
  const type = call.input.text('ResourceType', {
    oneOf: ['Document', 'ManagedInstance', 'MaintenanceWindow', 'Parameter', 'PatchBaseline', 'OpsItem', 'OpsMetadata', 'Automation', 'Association'],
  });
  if (type !== 'Parameter') throw new AwsError('InvalidResourceType', 400, `The sandbox holds no ${type}.`);
  const id = call.input.text('ResourceId');
  const parameter = parametersOf(call).get(id);
  if (parameter === undefined) throw new AwsError('InvalidResourceId', 400, `The resource ID "${id}" is not valid. Verify the ID and try again.`);
  return parameter;
}
