import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { comparePolicies } from '../../src/policy/compare.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { PolicyDocument, PolicyStatement } from '../../src/policy/types.ts';
import { compiled, model } from './compiled.ts';
import { Dice, seedOfRun } from './random.ts';
import { randomPair } from './random-pair.ts';

function document(...statements: readonly Partial<PolicyStatement>[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements.map((statement) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*', ...statement })) };
}

/** The differences as short lines. */
function lines(first: PolicyDocument, second: PolicyDocument): { readonly first: readonly string[]; readonly second: readonly string[] } {
  const { onlyFirst, onlySecond } = comparePolicies([first], [second]);
  return { first: onlyFirst.map(({ action, resource }) => `${action} ${resource}`), second: onlySecond.map(({ action, resource }) => `${action} ${resource}`) };
}

describe('the comparison of two policies', () => {
  test('finds nothing between policies that say the same in other words', () => {
    assert.deepEqual(lines(document({ Action: ['s3:GetObject', 's3:PutObject'] }), document({ Action: 's3:putobject' }, { Action: ['S3:GetObject'] })), { first: [], second: [] });
    const one = compiled([model('claude-sonnet-4.6')], { discovery: true }).documents;
    assert.deepEqual(comparePolicies(one, one), { onlyFirst: [], onlySecond: [] });
  });

  test('finds an action, a resource, and what a wildcard adds', () => {
    assert.deepEqual(lines(document({ Action: ['s3:GetObject', 's3:PutObject'] }), document({})).first, ['s3:PutObject *']);
    assert.deepEqual(lines(document({ Resource: 'arn:aws:s3:::a' }), document({ Resource: 'arn:aws:s3:::b' })), { first: ['s3:GetObject arn:aws:s3:::a'], second: ['s3:GetObject arn:aws:s3:::b'] });
    assert.deepEqual(lines(document({ Action: 's3:*', Resource: 'arn:aws:s3:::a' }), document({ Resource: 'arn:aws:s3:::a' })).first, ['s3:* arn:aws:s3:::a']);
    assert.deepEqual(lines(document({ Resource: 'arn:aws:s3:::a*' }), document({ Resource: 'arn:aws:s3:::ab' })).first, ['s3:GetObject arn:aws:s3:::a*']);
  });

  test('finds what only the overlap of two wildcards shows', () => {
    const denying = document({ Resource: 'arn:aws:s3:::a*' }, { Effect: 'Deny', Resource: 'arn:aws:s3:::*z' });
    const { onlySecond } = comparePolicies([denying], [document({ Resource: 'arn:aws:s3:::a*' })]);
    assert.equal(onlySecond.length > 0, true);
    assert.match(onlySecond[0]?.example.resource ?? '', /:::a.*z$/);
  });

  test('finds a condition that is missing, and shows a request that tells', () => {
    const strict = document({ Condition: { StringEquals: { 'aws:RequestedRegion': 'us-west-2' } } });
    const { onlyFirst, onlySecond } = comparePolicies([document({})], [strict]);
    assert.deepEqual(onlySecond, []);
    assert.equal(evaluate(onlyFirst[0]?.example ?? assert.fail('no difference'), { identity: [{ name: 'strict', document: strict }] }).decision, 'implicit-deny');
  });

  test('finds what an upgraded model changes', () => {
    const { onlyFirst, onlySecond } = comparePolicies(compiled([model('us.anthropic.claude-sonnet-4-20250514-v1:0')]).documents, compiled([model('claude-sonnet-4.6')]).documents);
    assert.ok(onlyFirst.length >= 4 && onlyFirst.every(({ resource }) => resource.includes('claude-sonnet-4-20250514')));
    assert.ok(onlySecond.length >= 4 && onlySecond.every(({ resource }) => resource.includes('claude-sonnet-4-6')));
  });

  test('finds every changed region, account and profile of a compiled policy', () => {
    const [whole] = compiled([model('claude-sonnet-4.6'), model('claude-haiku-4.5')]).documents;
    assert.ok(whole !== undefined);
    const text = JSON.stringify(whole);
    for (const [from, to] of [['us-east-2::', '*::'], ['123456789012', '*'], ['"bedrock:InvokeModel",', ''], [':inference-profile/us.anthropic.claude-sonnet-4-6"]', ':inference-profile/us.*"]'], ['StringEquals', 'StringLikeIfExists']] as const) {
      const changed: PolicyDocument = JSON.parse(text.replace(from, to));
      assert.notEqual(JSON.stringify(changed), text);
      const { onlyFirst, onlySecond } = comparePolicies([whole], [changed]);
      assert.ok(onlyFirst.length + onlySecond.length > 0, `${from} for ${to}`);
    }
  });

  test(`shows requests that really are allowed by one side only, and finds what random requests find (seed ${seedOfRun()})`, () => {
    const dice = new Dice(seedOfRun());
    let different = 0;
    let told = 0;
    let found = 0;
    for (let round = 0; round < 40; round += 1) {
      const { request, set } = randomPair(dice);
      const [a] = set.identity;
      const b = randomPair(dice).set.identity[0];
      assert.ok(a !== undefined && b !== undefined);
      const { onlyFirst, onlySecond } = comparePolicies([a.document], [b.document]);
      for (const [differences, yes, no] of [[onlyFirst, a, b], [onlySecond, b, a]] as const) {
        for (const { example } of differences) {
          told += 1;
          assert.equal(evaluate(example, { identity: [yes] }).decision, 'allow');
          assert.notEqual(evaluate(example, { identity: [no] }).decision, 'allow');
        }
      }
      const [left, right] = [a, b].map((one) => evaluate(request, { identity: [one] }).decision === 'allow');
      if (left === right) continue;
      different += 1;
      if ((left === true ? onlyFirst : onlySecond).length > 0) found += 1;
    }
    assert.ok(told > 60 && different > 5, `${told} ${different}`);
    assert.ok(found / different > 0.98, `${found} of ${different}`);
  });
});
