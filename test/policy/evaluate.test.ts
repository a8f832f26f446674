import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { evaluate } from '../../src/policy/evaluate.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import type { AuthorizationRequest, Decision, NamedPolicy, PolicySet, PolicyStatement } from '../../src/policy/types.ts';

const user = 'arn:aws:iam::123456789012:user/service/app';
const session = 'arn:aws:sts::123456789012:assumed-role/App/pod';
const model = 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-6';

function policy(...statements: readonly Partial<PolicyStatement>[]): NamedPolicy {
  return { name: 'policy', document: { Version: '2012-10-17', Statement: statements.map((statement) => ({ Effect: 'Allow', Action: 'bedrock:InvokeModel', ...(statement.NotResource === undefined ? { Resource: '*' } : {}), ...statement })) } };
}

function decide(set: PolicySet, request: Partial<AuthorizationRequest> = {}): Decision {
  return evaluate({ principal: user, action: 'bedrock:InvokeModel', resource: model, context: {}, ...request }, set).decision;
}

/** Does a condition hold for a context? */
function holds(operator: string, values: string | readonly string[], context: AuthorizationRequest['context'], key = 'aws:k'): boolean {
  return decide({ identity: [policy({ Condition: { [operator]: { [key]: values } } })] }, { context }) === 'allow';
}

describe('conditions, as the tables of the IAM user guide have them', () => {
  // "Condition operators", tables "Policy Condition | Request Context | Result".
  const rows: readonly (readonly [string, string | readonly string[], string | readonly string[] | undefined, boolean])[] = [
    ['StringEquals', 'iamuser-admin', 'iamuser-admin', true],
    ['StringEquals', 'iamuser-admin', 'dev-ops', false],
    ['StringEquals', 'iamuser-admin', undefined, false],
    ['StringEqualsIgnoreCase', ['preprod', 'storage'], 'PreProd', true],
    ['ForAnyValue:StringEquals', 'environment', ['environment', 'costcenter'], true],
    ['ForAnyValue:StringEquals', 'environment', ['Environment'], false],
    ['ForAnyValue:StringEquals', 'environment', ['costcenter'], false],
    ['ForAnyValue:StringEquals', 'environment', undefined, false],
    ['ForAllValues:StringEquals', ['environment', 'cost-center'], ['environment', 'cost-center'], true],
    ['ForAllValues:StringEquals', ['environment', 'cost-center'], ['environment', 'dept'], false],
    ['ForAllValues:StringEquals', ['environment', 'cost-center'], undefined, true],
    ['ForAllValues:StringEquals', 'environment', '', true],
    ['ForAllValues:StringNotLike', ['o-a/ou-media/', 'o-a/ou-sports/*'], ['o-a/ou-news/'], true],
    ['ForAllValues:StringNotLike', ['o-a/ou-media/', 'o-a/ou-sports/*'], ['o-a/ou-news/', 'o-a/ou-sports/x'], false],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
    ['Bool', 'false', 'false', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'false', undefined, false],
    ['BinaryEquals', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', true],
    ['BinaryEquals', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', 'ASIAIOSFODNN7EXAMPLE', false],
    ['IpAddress', '203.0.113.0/24', '203.0.113.1', true],
    ['IpAddress', '203.0.113.0/24', '198.51.100.1', false],
    ['IpAddress', ['203.0.113.0/24', '2001:DB8:1234:5678::/64'], '2001:db8:1234:5678:9::1', true],
    ['IpAddress', '203.0.113.7', '203.0.113.7', true],
    ['IpAddress', '0.0.0.0/0', '203.0.113.7', true],
    ['IpAddress', '::/0', '2001:db8::1', true],
    ['IpAddress', '::ffff:203.0.113.0/120', '::ffff:203.0.113.9', true],
    ['NotIpAddress', '203.0.113.0/24', '198.51.100.1', true],
    ['NotIpAddress', '203.0.113.0/24', '2001:db8::1', true],
    ['ArnEquals', 'arn:aws:sns:us-west-2:123456789012:TOPIC-ID', 'arn:aws:sns:us-west-2:123456789012:TOPIC-ID', true],
    ['ArnEquals', 'arn:aws:sns:us-west-2:123456789012:TOPIC-ID', 'arn:aws:sns:us-west-2:777788889999:TOPIC-ID', false],
    ['ArnLike', 'arn:aws:cloudfront::123456789012:distribution/*', 'arn:aws:cloudfront::123456789012:distribution/costcenter', true],
    ['ArnLike', 'arn:aws:sns:*:TOPIC-ID', 'arn:aws:sns:us-west-2:123456789012:TOPIC-ID', false],
    ['ForAllValues:ArnLike', 'arn:aws:cloudfront::123456789012:distribution/*', undefined, true],
    ['StringLikeIfExists', ['t1.*', 't2.*', 'm3.*'], 't1.micro', true],
    ['StringLikeIfExists', ['t1.*', 't2.*', 'm3.*'], 'm2.micro', false],
    ['StringLikeIfExists', ['t1.*', 't2.*', 'm3.*'], undefined, true],
    ['ForAnyValue:StringEqualsIfExists', 'a', undefined, true],
    ['StringNotEquals', 'a', undefined, true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['Null', 'true', undefined, true],
    ['Null', 'false', undefined, false],
    ['Null', 'false', 'x', true],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericLessThan', '10', '9.5', true],
    ['NumericEquals', '10', 'ten', false],
    ['NumericNotEquals', '10', 'ten', false],
    ['DateGreaterThan', '2020-01-01T00:00:01Z', '2020-06-01T12:00:00Z', true],
    ['DateGreaterThan', '2020-01-01T00:00:01Z', undefined, false],
    // "or in epoch (UNIX) time"; W3C: a date is its first moment.
    ['DateEquals', '1577836800', '2020-01-01T00:00:00Z', true],
    ['DateEquals', '2020', '2020-01-01T00:00:00Z', true],
    // "Special characters" of "Variables and tags".
    ['StringEquals', 'a${*}', 'a*', true],
    ['StringLike', 'a${*}', 'ab', false],
    ['StringEquals', '${$}{x}', '${x}', true],
    ['StringEquals', 'a*', 'ab', false],
  ];
  for (const [operator, wanted, value, expected] of rows) {
    test(`${operator} ${JSON.stringify(wanted)} ${expected ? 'holds' : 'does not hold'} for ${JSON.stringify(value) ?? 'no such key'}`, () => {
      assert.equal(holds(operator, wanted, value === undefined ? {} : { 'aws:k': value }), expected);
    });
  }

  test('operators and keys are compared without case', () => assert.ok(holds('stringequals', 'x', { 'AWS:K': 'x' })));
  test('an operator that does not exist never holds', () => assert.equal(holds('StringResembles', 'x', { 'aws:k': 'x' }), false));
  test('all operators and all keys must hold', () => {
    const set = { identity: [policy({ Condition: { StringEquals: { 'aws:a': '1', 'aws:b': '2' }, Bool: { 'aws:c': 'true' } } })] };
    assert.equal(decide(set, { context: { 'aws:a': '1', 'aws:b': '2', 'aws:c': 'true' } }), 'allow');
    for (const missing of ['aws:a', 'aws:b', 'aws:c']) assert.equal(decide(set, { context: { 'aws:a': '1', 'aws:b': '2', 'aws:c': 'true', [missing]: '0' } }), 'implicit-deny');
  });
});

describe('policy variables', () => {
  const bucket = (resource: string, context: AuthorizationRequest['context'], id: string, version: '2012-10-17' | '2008-10-17' = '2012-10-17'): Decision =>
    decide({ identity: [{ name: 'p', document: { Version: version, Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: resource }] } }] }, { action: 's3:GetObject', resource: `arn:aws:s3:::${id}`, context });

  test('take the value of the request', () => {
    assert.equal(bucket('arn:aws:s3:::bucket/${aws:username}/*', { 'aws:username': 'martha' }, 'bucket/martha/x'), 'allow');
    assert.equal(bucket('arn:aws:s3:::bucket/${aws:username}/*', { 'aws:username': 'nikki' }, 'bucket/martha/x'), 'implicit-deny');
  });
  test('without a value match nothing, unless they have a default', () => {
    assert.equal(bucket('arn:aws:s3:::bucket/${aws:username}', {}, 'bucket/martha'), 'implicit-deny');
    assert.equal(bucket("arn:aws:s3:::bucket-${aws:PrincipalTag/team, 'company-wide'}", {}, 'bucket-company-wide'), 'allow');
    assert.equal(bucket("arn:aws:s3:::bucket-${aws:PrincipalTag/team, 'company-wide'}", { 'aws:PrincipalTag/team': 'yellow' }, 'bucket-company-wide'), 'implicit-deny');
  });
  test('hold no wildcards of their own', () => assert.equal(bucket('arn:aws:s3:::bucket/${aws:username}', { 'aws:username': '*' }, 'bucket/martha'), 'implicit-deny'));
  test('stand behind the fifth colon only', () => assert.equal(bucket('arn:aws:${aws:service}:::bucket', { 'aws:service': 's3' }, 'bucket'), 'implicit-deny'));
  test('are plain text in policies of the older version', () => assert.equal(bucket('arn:aws:s3:::bucket/${aws:username}', { 'aws:username': 'martha' }, 'bucket/martha', '2008-10-17'), 'implicit-deny'));
  test('without a value satisfy an inverted operator', () => assert.ok(holds('StringNotEquals', '${aws:PrincipalTag/Team}', { 'aws:k': 'blue' })));
});

describe('actions and resources', () => {
  const allows = (statement: Partial<PolicyStatement>, request: Partial<AuthorizationRequest> = {}): boolean => decide({ identity: [policy(statement)] }, request) === 'allow';

  test('actions are compared without case and take wildcards in the name only', () => {
    for (const action of ['BEDROCK:invokemodel', 'bedrock:*', 'bedrock:Invoke*', 'bedrock:?nvokeModel', '*']) assert.ok(allows({ Action: action }), action);
    for (const action of ['bed*:InvokeModel', 'bedrock:Invoke', 'bedrock:InvokeModelWith*', 's3:*']) assert.ok(!allows({ Action: action }), action);
  });
  test('resources are compared with case and part by part', () => {
    const id = 'foundation-model/anthropic.claude-sonnet-4-6';
    for (const resource of [model, '*', `arn:aws:bedrock:*::${id}`, `arn:aws:bedrock:us-east-?::${id}`, 'arn:aws:bedrock:*:*:*', 'arn:aws:bedrock:*::foundation-model/anthropic.*', 'arn:aws:bedrock']) assert.ok(allows({ Resource: resource }), resource);
    for (const resource of [model.toUpperCase(), `arn:aws:bedrock:us-*-2::${id}`, `arn:aws:bedrock:*:*:*/anthropic.claude-sonnet-4-6`, `arn:aws:bedrock:us-*::${id}x`, `arn:aws:s3:::${id}`]) assert.ok(!allows({ Resource: resource }), resource);
  });
  test('NotAction and NotResource mean all others', () => {
    const statement = (not: Partial<PolicyStatement>): NamedPolicy => ({ name: 'p', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...not }] } });
    assert.equal(decide({ identity: [statement({ NotAction: 's3:*', Resource: '*' })] }), 'allow');
    assert.equal(decide({ identity: [statement({ NotAction: 'bedrock:*', Resource: '*' })] }), 'implicit-deny');
    assert.equal(decide({ identity: [statement({ Action: '*', NotResource: 'arn:aws:s3:::*' })] }), 'allow');
    assert.equal(decide({ identity: [statement({ Action: '*', NotResource: model })] }), 'implicit-deny');
  });
  test('an action without a resource is asked on *', () => assert.ok(allows({ Action: 'bedrock:List*' }, { action: 'bedrock:ListFoundationModels', resource: '*' })));
});

describe('the layers of policies', () => {
  const allow = policy({});
  const other = policy({ Action: 's3:*' });
  const deny = policy({}, { Effect: 'Deny' });

  test('a deny anywhere wins, and is said to be of its layer', () => {
    for (const [layer, set] of [
      ['identity', { identity: [allow, deny] }],
      ['boundary', { identity: [allow], boundary: deny }],
      ['session', { identity: [allow], session: [deny] }],
      ['service-control', { identity: [allow], serviceControl: [[allow], [deny]] }],
      ['resource', { identity: [allow], resource: [policy({ Effect: 'Deny', Principal: '*' })] }],
    ] as const) {
      const verdict = evaluate({ principal: user, action: 'bedrock:InvokeModel', resource: model, context: {} }, set);
      assert.deepEqual([verdict.decision, verdict.stoppedBy], ['explicit-deny', layer]);
    }
  });

  test('boundary, session and every level of service control must allow too', () => {
    for (const [layer, set] of [
      ['identity', { identity: [other] }],
      ['identity', { identity: [] }],
      ['boundary', { identity: [allow], boundary: other }],
      ['session', { identity: [allow], session: [other] }],
      ['service-control', { identity: [allow], serviceControl: [[allow], [other]] }],
      ['service-control', { identity: [allow], serviceControl: [[]] }],
    ] as const) {
      const verdict = evaluate({ principal: user, action: 'bedrock:InvokeModel', resource: model, context: {} }, set);
      assert.deepEqual([verdict.decision, verdict.stoppedBy], ['implicit-deny', layer]);
    }
    assert.equal(decide({ identity: [allow], boundary: allow, session: [other, allow], serviceControl: [[other, allow], [allow]] }), 'allow');
  });

  test('a resource policy grants by itself within the account, and beside the identity policy across accounts', () => {
    const queue = (account: string): string => `arn:aws:sqs:us-east-1:${account}:q`;
    const send = (principal: PolicyStatement['Principal']): NamedPolicy => ({ name: 'queue', document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*', ...(principal === undefined ? {} : { Principal: principal }) }] } });
    const ask = (account: string, set: PolicySet): Decision => decide(set, { action: 'sqs:SendMessage', resource: queue(account) });
    assert.equal(ask('123456789012', { identity: [], resource: [send({ AWS: user })] }), 'allow');
    assert.equal(ask('123456789012', { identity: [], resource: [send({ AWS: '123456789012' })] }), 'implicit-deny');
    assert.equal(ask('999999999999', { identity: [], resource: [send({ AWS: user })] }), 'implicit-deny');
    assert.equal(ask('999999999999', { identity: [policy({ Action: 'sqs:*' })], resource: [send({ AWS: '123456789012' })] }), 'allow');
    assert.equal(ask('999999999999', { identity: [policy({ Action: 'sqs:*' })] }), 'implicit-deny');
  });

  test('service principals are named by Service', () => {
    const set = { identity: [], resource: [policy({ Principal: { Service: 'bedrock.amazonaws.com' } })] };
    assert.equal(decide(set, { principal: 'bedrock.amazonaws.com' }), 'allow');
    assert.equal(decide(set, { principal: 'ec2.amazonaws.com' }), 'implicit-deny');
  });
});

/**
 * Resource policies against iam-simulate's validated simulation (the other cannot load one). The one difference: a role
 * session named by its own ARN, or by *, is "not limited by an implicit deny in ... a session policy" (IAM user guide, "How AWS
 * enforcement code logic evaluates requests"); iam-simulate lets the session policy limit it.
 */
test('resource policies of every principal, boundary and session policy get the decision of iam-simulate', async () => {
  const send = { Action: 'sqs:SendMessage', Resource: '*' } as const;
  const document = (statement: PolicyStatement): NamedPolicy => ({ name: 'p', document: { Version: '2012-10-17', Statement: [statement] } });
  const allow = document({ Effect: 'Allow', ...send });
  const other = document({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
  const ids = [undefined, '*', '123456789012', 'arn:aws:iam::123456789012:root', user, 'arn:aws:iam::123456789012:role/App', session, '999999999999'];
  let compared = 0;
  for (const principal of [user, session]) for (const id of ids) for (const effect of ['Allow', 'Deny'] as const) for (const element of ['Principal', 'NotPrincipal'] as const) for (const identity of [allow, other]) for (const boundary of [undefined, allow, other]) for (const limit of principal === session ? [undefined, allow, other] : [undefined]) for (const owner of ['123456789012', '999999999999']) {
    if (element === 'NotPrincipal' && (effect === 'Allow' || id === '*')) continue;
    if (id === undefined && (effect === 'Deny' || element === 'NotPrincipal')) continue;
    const resource = `arn:aws:sqs:us-east-1:${owner}:q`;
    const resourcePolicy = id === undefined ? undefined : document({ Effect: effect, ...send, [element]: { AWS: id } });
    const ours = evaluate(
      { principal, action: 'sqs:SendMessage', resource, context: {} },
      { identity: [identity], ...(boundary === undefined ? {} : { boundary }), ...(limit === undefined ? {} : { session: [limit] }), ...(resourcePolicy === undefined ? {} : { resource: [resourcePolicy] }) },
    ).decision;
    const answer = await runSimulation(
      {
        request: { principal, action: 'sqs:SendMessage', resource: { resource, accountId: owner }, contextVariables: {} },
        identityPolicies: [{ name: 'i', policy: identity.document }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
        ...(boundary === undefined ? {} : { permissionBoundaryPolicies: [{ name: 'b', policy: boundary.document }] }),
        ...(limit === undefined ? {} : { sessionPolicy: limit.document }),
        ...(resourcePolicy === undefined ? {} : { resourcePolicy: resourcePolicy.document }),
      },
      {},
    );
    assert.equal(answer.resultType, 'single');
    const theirs = answer.resultType === 'single' ? answer.overallResult : undefined;
    const direct = principal === session && (id === session || id === '*') && effect === 'Allow' && owner === '123456789012' && limit === other;
    const wanted = direct ? 'allow' : theirs === 'Allowed' ? 'allow' : theirs === 'ExplicitlyDenied' ? 'explicit-deny' : 'implicit-deny';
    assert.equal(ours, wanted, JSON.stringify({ principal, id, effect, element, owner, identity: identity === allow, boundary: boundary === allow, limit: limit === allow }));
    compared += 1;
  }
  assert.ok(compared > 300);
});

test('the seed’s own policy denies the call of the seed, and the explanation says why', () => {
  const seed = parsePolicy({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'bedrock:GetModelCustomizationJob', 'bedrock:ListModelCustomizationJobs', 'bedrock:ListFoundationModels', 'bedrock:GetFoundationModel'], Resource: ['arn:aws:bedrock:*::foundation-model/anthropic.claude-3-7-sonnet-20250219-v1:0'] }],
  });
  const verdict = evaluate(
    { principal: user, action: 'bedrock:InvokeModel', resource: 'arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0', context: { 'aws:RequestedRegion': 'us-west-2' } },
    { identity: [{ name: 'bedrock-openhands-policy', document: seed }] },
  );
  assert.equal(verdict.decision, 'implicit-deny');
  assert.match(verdict.explanation.join('\n'), /statement 1 of bedrock-openhands-policy matches the action, but its Resource .* the resource is "inference-profile\/us\.anthropic\.claude-3-7-sonnet-20250219-v1:0" where it has "foundation-model\//);
});

describe('a verdict', () => {
  const guarded = policy({ Sid: 'InvokeThroughProfile', Condition: { StringEquals: { 'bedrock:InferenceProfileArn': 'arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.x' } } });
  const explain = (set: PolicySet, request: Partial<AuthorizationRequest> = {}): string => evaluate({ principal: user, action: 'bedrock:InvokeModel', resource: model, context: {}, ...request }, set).explanation.join('\n');

  test('of allow names the statement that decided', () => {
    const verdict = evaluate({ principal: user, action: 'bedrock:InvokeModel', resource: model, context: {} }, { identity: [policy({ Action: 's3:*' }, { Sid: 'Yes' })] });
    assert.deepEqual(verdict.decidedBy, { policy: 'policy', statement: 1, sid: 'Yes' });
    assert.match(verdict.explanation[0] ?? '', /statement Yes of policy allows bedrock:InvokeModel/);
  });
  test('of an implicit deny names the statement that nearly matched, and the condition that kept it', () => {
    const verdict = evaluate({ principal: user, action: 'bedrock:InvokeModel', resource: model, context: {} }, { identity: [policy({ Action: 's3:*' }), guarded] });
    assert.equal(verdict.decidedBy?.sid, 'InvokeThroughProfile');
    assert.match(verdict.explanation.join('\n'), /statement InvokeThroughProfile of policy matches the action and the resource, but Condition StringEquals bedrock:InferenceProfileArn wants ".*us\.x", and the request has no such key/);
    assert.match(explain({ identity: [guarded] }, { context: { 'bedrock:InferenceProfileArn': 'other' } }), /the request has "other"/);
  });
  test('of an explicit deny names layer, statement and what held', () => {
    assert.match(explain({ identity: [policy({}), policy({ Sid: 'No', Effect: 'Deny', Condition: { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } } })] }), /statement No of policy \(identity policy\) denies .*\n.*StringNotEquals aws:RequestedRegion holds: the request has no such key/);
  });
  test('says which part of the resource is another', () => {
    assert.match(explain({ identity: [policy({ Resource: model.replace('us-east-1', 'us-west-2') })] }), /the region is "us-east-1" where it has "us-west-2"/);
  });
  test('says when there is no policy, and when none is near', () => {
    assert.match(explain({ identity: [] }), /There is none/);
    assert.match(explain({ identity: [policy({ Action: 's3:*', Resource: 'arn:aws:s3:::b' })] }), /No statement names this action or this resource/);
  });
  test('can be written as JSON', () => {
    const text: unknown = JSON.parse(JSON.stringify(evaluate({ principal: user, action: 'bedrock:InvokeModel', resource: model, context: {} }, { identity: [guarded] })));
    assert.ok(typeof text === 'object' && text !== null && 'explanation' in text && 'decidedBy' in text);
  });
});
