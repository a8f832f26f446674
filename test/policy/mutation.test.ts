import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asApplicationProfile } from '../../src/bedrock/resolve.ts';
import type { ResolvedModel } from '../../src/bedrock/types.ts';
import { listOf } from '../../src/policy/document.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { invocationRequests } from '../../src/policy/invocation.ts';
import type { AuthorizationRequest, PolicySet, PolicyStatement } from '../../src/policy/types.ts';
import { account, compiled, model, policySet, principal } from './compiled.ts';
import { statementsIn } from './decisive.ts';

const accesses: Readonly<Record<string, { readonly models: readonly ResolvedModel[]; readonly discovery?: boolean; readonly sourceVpce?: string }>> = {
  'the seed': { models: [model('us.anthropic.claude-3-7-sonnet-20250219-v1:0', 'us-west-2', '2025-03-08')] },
  'three models with discovery': { models: ['claude-sonnet-4.6', 'claude-haiku-4.5', 'nova-lite'].map((reference) => model(reference)), discovery: true },
  'a global and a geographic profile of one model': { models: [model('global.anthropic.claude-sonnet-4-6'), model('us.anthropic.claude-sonnet-4-6')] },
  'a model on demand': { models: [model('amazon.nova-lite-v1:0', 'us-east-1')] },
  'application profiles behind a VPC endpoint': { models: ['abc123', 'def456'].map((id) => asApplicationProfile(model('claude-sonnet-4.6'), id, account)), sourceVpce: 'vpce-1' },
};

for (const [name, { models, discovery = false, sourceVpce }] of Object.entries(accesses)) {
  test(`every change of a statement in the policy of ${name} changes a verdict`, () => {
    const set = policySet(compiled(models, { discovery, ...(sourceVpce === undefined ? {} : { endpoint: { sourceVpce } }) }));
    const requests = nearRequests(models, sourceVpce);
    const verdicts = (of: PolicySet): string => requests.map((request) => evaluate(request, of).decision[0]).join('');
    const before = verdicts(set);
    assert.match(before, /a/);
    let count = 0;
    for (const { statement, replaced } of statementsIn(set)) {
      for (const [what, mutant] of mutants(statement)) {
        count += 1;
        assert.notEqual(verdicts(replaced(mutant)), before, `${statement.Sid}: ${what} goes unnoticed`);
      }
    }
    assert.ok(count >= 10);
  });
}

/** All that may go wrong with one statement: too much, too little, something else. */
function* mutants(statement: PolicyStatement): Generator<readonly [string, PolicyStatement]> {
  const actions = listOf(statement.Action);
  const resources = listOf(statement.Resource);
  yield ['Deny for Allow', { ...statement, Effect: 'Deny' }];
  yield ['every action', { ...statement, Action: 'bedrock:*' }];
  for (const action of actions) {
    yield [`without ${action}`, { ...statement, Action: actions.filter((other) => other !== action) }];
    yield [`${action} with a wildcard`, { ...statement, Action: actions.map((other) => (other === action ? `${action}*` : other)) }];
  }
  if (statement.Resource !== '*') yield ['every resource', { ...statement, Resource: '*' }];
  for (const resource of resources) {
    if (resource === '*') {
      yield ['no longer every resource', { ...statement, Resource: `arn:aws:bedrock:us-west-2:${account}:inference-profile/*` }];
      continue;
    }
    const change = (to: string): PolicyStatement => ({ ...statement, Resource: resources.map((other) => (other === resource ? to : other)) });
    yield [`without ${resource}`, { ...statement, Resource: resources.filter((other) => other !== resource) }];
    const parts = resource.split(':');
    yield [`${resource} in every region`, change([...parts.slice(0, 3), '*', ...parts.slice(4)].join(':'))];
    yield [`${resource} of every account`, change([...parts.slice(0, 4), '*', ...parts.slice(5)].join(':'))];
    yield [`every model or profile like ${resource}`, change(resource.replace(/\/.*/, '/*'))];
    yield [`${resource} cut short`, change(resource.slice(0, -1))];
  }
  for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
    for (const [key, value] of Object.entries(keys)) {
      const { [key]: _, ...others } = keys;
      yield [`without ${key}`, { ...statement, Condition: { ...statement.Condition, [operator]: others } }];
      yield [`another ${key}`, { ...statement, Condition: { ...statement.Condition, [operator]: { ...others, [key]: listOf(value).map((one) => `${one}x`) } } }];
      yield [`not ${key}`, { ...statement, Condition: { StringNotEquals: { [key]: value } } }];
      for (const one of listOf(value)) {
        if (listOf(value).length > 1) yield [`${key} without ${one}`, { ...statement, Condition: { ...statement.Condition, [operator]: { ...others, [key]: listOf(value).filter((other) => other !== one) } } }];
      }
    }
  }
}

/** What the workload calls, and what is near it: other actions, regions, accounts, models, and past the conditions. */
function nearRequests(models: readonly ResolvedModel[], sourceVpce: string | undefined): readonly AuthorizationRequest[] {
  const context: AuthorizationRequest['context'] = sourceVpce === undefined ? {} : { 'aws:SourceVpce': sourceVpce };
  const calls = models.flatMap((one) => invocationRequests({ principal, action: 'bedrock:InvokeModel', model: one, account, context }));
  const actions = ['InvokeModel', 'InvokeModelWithResponseStream', 'InvokeModelWithBidirectionalStream', 'CountTokens', 'GetFoundationModel', 'GetFoundationModelAvailability', 'GetInferenceProfile'].flatMap((action) => [action, `${action}Next`]);
  const lists = ['ListFoundationModels', 'ListInferenceProfiles', 'ListGuardrails', 'InvokeModel', 'InvokeModelWithResponseStream', 'GetFoundationModel', 'GetInferenceProfile'].flatMap((action) => [action, `${action}Next`]).map((action) => ({ principal, action: `bedrock:${action}`, resource: '*', context }));
  return [
    ...lists,
    ...calls.flatMap((call) => actions.map((action) => ({ ...call, action: `bedrock:${action}` }))),
    ...calls.flatMap((call) => ['bedrock:InvokeModel', 'bedrock:GetInferenceProfile', 'bedrock:GetFoundationModel'].flatMap((action) => variants({ ...call, action }))),
  ];
}

function variants(call: AuthorizationRequest): readonly AuthorizationRequest[] {
  const parts = call.resource.split(':');
  const withPart = (index: number, value: string): AuthorizationRequest => ({ ...call, resource: [...parts.slice(0, index), value, ...parts.slice(index + 1)].join(':') });
  const withKey = (key: string, value: string | undefined): AuthorizationRequest => {
    const { [key]: _, ...others } = call.context;
    return { ...call, context: value === undefined ? others : { ...others, [key]: value } };
  };
  const profile = call.context['bedrock:InferenceProfileArn'];
  return [
    withPart(3, 'sa-east-1'),
    // As if of the same account, so that the identity policy alone decides.
    { ...withPart(4, '999999999999'), resourceAccount: account },
    { ...call, resource: call.resource.replace(/\/.*/, '/another') },
    { ...call, resource: call.resource.slice(0, -1) },
    withKey('aws:RequestedRegion', 'sa-east-1'),
    withKey('aws:RequestedRegion', undefined),
    withKey('aws:SourceVpce', undefined),
    withKey('bedrock:InferenceProfileArn', undefined),
    ...(typeof profile === 'string' ? [withKey('bedrock:InferenceProfileArn', `${profile}x`)] : []),
  ];
}
