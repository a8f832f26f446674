/** Point 1 of "The spine made whole": the evaluator. Random pairs by the thousand are in `test/policy/oracle.test.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePolicies } from '../../src/policy/compare.ts';
import type { NamedPolicy, PolicySet, PolicyStatement } from '../../src/policy/types.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { invocationRequests } from '../../src/policy/invocation.ts';
import { account, compiled, model, policySet, principal } from '../policy/compiled.ts';
import { oracleDecision } from '../policy/oracle.ts';

const sonnet = model('us.anthropic.claude-sonnet-4-6');
const vpce = 'vpce-0123456789abcdef0';
const requests = invocationRequests({ principal, action: 'bedrock:InvokeModelWithResponseStream', model: sonnet, account, context: { 'aws:SourceVpce': vpce, 'aws:username': 'bedrock-openhands-user', 'aws:PrincipalTag/team': 'agents' } });
const granted = policySet(compiled([sonnet], { endpoint: { sourceVpce: vpce } }));

const layer = (...Statement: readonly PolicyStatement[]): NamedPolicy => ({ name: 'layer', document: { Version: '2012-10-17', Statement } });
const everything: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };

/** What another layer makes of the grant; the words of the second column are AWS's. */
const layers: readonly { readonly what: string; readonly set: PolicySet; readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny' }[] = [
  { what: 'the grant alone', set: granted, decision: 'allow' },
  { what: 'a boundary that knows Bedrock, by a wildcard', set: { ...granted, boundary: layer({ Effect: 'Allow', Action: 'bedrock:Invoke*', Resource: '*' }) }, decision: 'allow' },
  { what: 'a boundary that leaves it out, by NotAction', set: { ...granted, boundary: layer({ Effect: 'Allow', NotAction: 'bedrock:*', Resource: '*' }) }, decision: 'implicit-deny' },
  { what: 'a session policy for other resources', set: { ...granted, session: [layer({ Effect: 'Allow', Action: 'bedrock:*', NotResource: 'arn:aws:bedrock:*:*:*' })] }, decision: 'implicit-deny' },
  { what: 'service control that keeps to one region', set: { ...granted, serviceControl: [[layer(everything, { Effect: 'Deny', Action: '*', Resource: '*', Condition: { StringNotEqualsIfExists: { 'aws:RequestedRegion': 'eu-west-1' } } })]] }, decision: 'explicit-deny' },
  { what: 'service control by the tag of the principal, with a policy variable and a default', set: { ...granted, serviceControl: [[layer({ Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringLike: { 'aws:username': "bedrock-${aws:PrincipalTag/app, 'openhands'}-*" } } })]] }, decision: 'allow' },
  { what: 'a deny of any value of a set', set: { ...granted, serviceControl: [[layer(everything, { Effect: 'Deny', Action: '*', Resource: '*', Condition: { 'ForAnyValue:StringEquals': { 'aws:SourceVpce': ['vpce-other', vpce] } } })]] }, decision: 'explicit-deny' },
];

test('evaluator: what each layer makes of a grant is what AWS makes of it, every change of the grant changes a verdict, and a comparison shows what another model changes', () => {
  for (const { what, set, decision } of layers) {
    for (const request of requests) {
      const verdict = evaluate(request, set);
      assert.equal(verdict.decision, decision, `${what}: ${verdict.explanation}`);
      assert.equal(oracleDecision(request, set), decision, `${what}, by iam-simulate`);
    }
  }
  // From elsewhere than the declared endpoint nothing is granted.
  for (const request of requests) assert.equal(evaluate({ ...request, context: { ...request.context, 'aws:SourceVpce': 'vpce-other' } }, granted).decision, 'implicit-deny');

  const [document] = granted.identity.map((policy) => policy.document);
  assert.ok(document !== undefined);
  for (const index of document.Statement.keys()) {
    const without: PolicySet = { identity: [{ name: 'changed', document: { ...document, Statement: document.Statement.filter((_, at) => at !== index) } }] };
    assert.ok(requests.some((request) => evaluate(request, without).decision !== 'allow'), `statement ${index} does nothing`);
  }

  const { onlyFirst, onlySecond } = comparePolicies([document], compiled([model('us.anthropic.claude-haiku-4-5-20251001-v1:0')], { endpoint: { sourceVpce: vpce } }).documents);
  for (const { example } of onlyFirst) assert.match(example.resource, /claude-sonnet-4-6/);
  for (const { example } of onlySecond) assert.match(example.resource, /claude-haiku-4-5/);
  assert.ok(onlyFirst.length > 0 && onlySecond.length > 0);

  const gov = model('us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us-gov-west-1');
  const inGov = invocationRequests({ principal: principal.replace('arn:aws:', 'arn:aws-us-gov:'), action: 'bedrock:InvokeModel', model: gov, account });
  for (const request of inGov) {
    assert.match(request.resource, /^arn:aws-us-gov:/);
    assert.equal(evaluate(request, policySet(compiled([gov]))).decision, 'allow');
  }
});
