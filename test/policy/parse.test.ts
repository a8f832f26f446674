import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AccessError } from '../../src/errors/error.ts';
import { parsePolicy } from '../../src/policy/parse.ts';

describe('a policy', () => {
  test('is read from text, from the URL-encoded text of the IAM API, and from JSON', () => {
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] };
    for (const form of [policy, JSON.stringify(policy), encodeURIComponent(JSON.stringify(policy))]) assert.deepEqual(parsePolicy(form), policy);
  });

  test('with one statement, and booleans and numbers in conditions, takes the one form', () => {
    const read = parsePolicy({ Statement: { Effect: 'Deny', NotAction: ['s3:*'], NotResource: 'arn:aws:s3:::b', Condition: { Bool: { 'aws:SecureTransport': false }, NumericLessThan: { 'aws:MultiFactorAuthAge': [300] } } } });
    assert.equal(read.Version, '2008-10-17');
    assert.deepEqual(read.Statement[0]?.Condition, { Bool: { 'aws:SecureTransport': 'false' }, NumericLessThan: { 'aws:MultiFactorAuthAge': ['300'] } });
  });

  test('that breaks the grammar is refused with the element', () => {
    const statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      ['{', /no JSON/],
      ['[]', /no JSON object/],
      [{ Version: '2012-10-17' }, /no Statement/],
      [{ Version: '2020-01-01', Statement: [statement] }, /Version/],
      [{ Statement: [statement], Extra: 1 }, /Extra/],
      [{ Statement: [{ ...statement, Effect: 'Maybe' }] }, /Statement\[0\]\.Effect/],
      [{ Statement: [{ ...statement, Actions: 's3:*' }] }, /Statement\[0\]\.Actions/],
      [{ Statement: [{ ...statement, NotAction: 's3:*' }] }, /either Action or NotAction/],
      [{ Statement: [{ Effect: 'Allow', Resource: '*' }] }, /either Action or NotAction/],
      [{ Statement: [{ ...statement, NotResource: '*' }] }, /both Resource and NotResource/],
      [{ Statement: [{ ...statement, Action: 'GetObject' }] }, /GetObject is no action/],
      [{ Statement: [{ ...statement, Resource: 'bucket' }] }, /bucket is neither an ARN/],
      [{ Statement: [{ ...statement, Action: [5] }] }, /Statement\[0\]\.Action/],
      [{ Statement: [{ ...statement, Sid: 'A' }, { ...statement, Sid: 'A' }] }, /Sid A is used twice/],
      [{ Statement: [{ ...statement, Condition: { StringEquals: 'x' } }] }, /Condition\.StringEquals/],
      [{ Statement: [{ ...statement, Condition: { StringEquals: { 'aws:k': null } } }] }, /aws:k/],
    ];
    for (const [policy, message] of wrong) {
      assert.throws(
        () => parsePolicy(policy),
        (error) => error instanceof AccessError && error.id === 'policy-malformed' && message.test(error.message),
        JSON.stringify(policy),
      );
    }
  });
});
