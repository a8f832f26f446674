import type { Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import type { Fields } from '../fields.ts';
import { requestTagContext } from '../tag-context.ts';
import { changed, onSecret, usableSecret } from './secrets.ts';

/** API reference, Tag: at most 50 a secret. */
export function readTags(input: Fields): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const tag of input.structures('Tags')) {
    const key = tag.text('Key', { min: 1, max: 128 });
    if (key.toLowerCase().startsWith('aws:')) throw new AwsError('InvalidParameterException', 400, "Tag keys can't start with aws:.");
    tags.set(key, tag.text('Value', { max: 256 }));
  }
  return tags;
}

export function checkTagCount(count: number): void {
  if (count > 50) throw new AwsError('InvalidParameterException', 400, 'Number of tags exceeds 50.');
}

const tagResource: Operation = {
  action: 'secretsmanager:TagResource',
  checks(call) {
    const check = onSecret(call, 'secretsmanager:TagResource');
    return [{ ...check, context: { ...check.context, ...requestTagContext(call.input) } }];
  },
  run(call) {
    const secret = usableSecret(call);
    const tags = readTags(call.input);
    checkTagCount(new Set([...secret.tags.keys(), ...tags.keys()]).size);
    for (const [key, value] of tags) secret.tags.set(key, value);
    changed(call, secret);
    return {};
  },
};

const untagResource: Operation = {
  action: 'secretsmanager:UntagResource',
  checks(call) {
    const check = onSecret(call, 'secretsmanager:UntagResource');
    return [{ ...check, context: { ...check.context, 'aws:TagKeys': [...(call.input.optionalTexts('TagKeys') ?? [])] } }];
  },
  run(call) {
    const secret = usableSecret(call);
    for (const key of call.input.texts('TagKeys')) secret.tags.delete(key);
    changed(call, secret);
    return {};
  },
};

export const tagOperations: Operations = { TagResource: tagResource, UntagResource: untagResource };
