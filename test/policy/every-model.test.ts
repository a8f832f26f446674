import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../src/policy/evaluate.ts';
import { invocationRequests } from '../../src/policy/invocation.ts';
import { ask } from './ask.ts';
import { account, compiled, model, policySet, principal } from './compiled.ts';
import { oracleDecision } from './oracle.ts';
import { callsByOtherWays, callsOfOtherActions, callsOfOtherModels, declaredCalls, everyWay } from './questions.ts';

test(`each of ${everyWay.length} ways to call a model is allowed in every destination`, () => ask(declaredCalls(), 7));
test('every other action is denied, discovery included unless it is declared', () => ask(callsOfOtherActions(), 101));
test('every other model, in every region that it has, is denied', () => ask(callsOfOtherModels(), 101));
test('every other region, account and way to the same model is denied', () => ask(callsByOtherWays(), 101));

test('a global profile is routed worldwide only as AWS marks it, with an unspecified region', () => {
  const one = model('global.anthropic.claude-sonnet-4-6');
  const set = policySet(compiled([one]));
  const requests = invocationRequests({ principal, action: 'bedrock:InvokeModel', model: one, account });
  assert.deepEqual(
    requests.map(({ resource, context }) => [resource, context['aws:RequestedRegion']]),
    [
      [`arn:aws:bedrock:us-west-2:${account}:inference-profile/global.anthropic.claude-sonnet-4-6`, 'us-west-2'],
      ['arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-6', 'us-west-2'],
      ['arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-6', 'unspecified'],
    ],
  );
  for (const request of requests) {
    const elsewhere = { ...request, context: { ...request.context, 'aws:RequestedRegion': 'eu-west-1' } };
    assert.equal(evaluate(elsewhere, set).decision, 'implicit-deny');
    assert.equal(oracleDecision(elsewhere, set), 'implicit-deny');
  }
});

test('an invocation can be asked for one destination', () => {
  const requests = invocationRequests({ principal, action: 'bedrock:InvokeModel', model: model('claude-sonnet-4.6'), account, destination: 'us-east-2' });
  assert.deepEqual(requests.map(({ resource }) => resource.split(':')[3]), ['us-west-2', 'us-east-2']);
});
