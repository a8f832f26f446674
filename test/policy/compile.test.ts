import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { asApplicationProfile } from '../../src/bedrock/resolve.ts';
import { AccessError } from '../../src/errors/error.ts';
import { canonicalPolicy, policySize } from '../../src/policy/document.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import { invocationRequests } from '../../src/policy/invocation.ts';
import type { CompiledPolicy } from '../../src/policy/types.ts';
import { account, catalog, compiled, model, policySet, principal } from './compiled.ts';

/** Compares with a file under test/golden/policy; `UPDATE_GOLDEN=1` writes it. */
function assertGolden(name: string, policy: CompiledPolicy): void {
  const file = new URL(`../golden/policy/${name}.json`, import.meta.url);
  const text = `${JSON.stringify(policy.documents, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

const sonnet37 = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0';

describe('the compiled policy', () => {
  test('of the seed names the profile, and the model in each region under the profile', () => {
    assertGolden('seed', compiled([model(sonnet37, 'us-west-2', '2025-03-08')]));
  });

  test('of the seed today', () => assertGolden('seed-today', compiled([model('claude-sonnet-4.6')])));

  test('with discovery adds the two lists and the two descriptions, and nothing else', () => {
    const policy = compiled([model('claude-sonnet-4.6')], { discovery: true });
    assertGolden('discovery', policy);
    const without = compiled([model('claude-sonnet-4.6')]);
    const actions = (of: CompiledPolicy): string[] => of.documents.flatMap((document) => document.Statement.flatMap((statement) => statement.Action ?? []));
    assert.deepEqual(
      actions(policy).filter((action) => !actions(without).includes(action)),
      ['bedrock:ListFoundationModels', 'bedrock:ListInferenceProfiles', 'bedrock:GetFoundationModel', 'bedrock:GetInferenceProfile'],
    );
  });

  test('with discovery over models on demand describes no profile, since there is none to match', () => {
    const policy = compiled([model('amazon.nova-lite-v1:0', 'us-east-1')], { discovery: true });
    const describing = policy.documents.flatMap((document) => document.Statement).find((statement) => statement.Sid === 'DescribeDeclared');
    assert.deepEqual(describing?.Action, 'bedrock:GetFoundationModel');
    assert.deepEqual(describing.Resource, 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0');
  });

  test('of a global profile has the three parts that AWS asks for', () => assertGolden('global', compiled([model('global.anthropic.claude-sonnet-4-6')])));

  test('of several models puts their profiles into one statement', () => {
    assertGolden('several', compiled([model('claude-sonnet-4.6'), model('claude-haiku-4.5'), model('nova-lite'), model('global.anthropic.claude-haiku-4-5-20251001-v1:0')]));
  });

  test('of a model on demand names it in its region only', () => assertGolden('on-demand', compiled([model('amazon.nova-lite-v1:0', 'us-east-1')])));

  test('of application profiles over one system profile shares the statement of the models beneath', () => {
    const beneath = model('claude-sonnet-4.6');
    assertGolden('application-profiles', compiled([asApplicationProfile(beneath, 'abc123', account), asApplicationProfile(beneath, 'def456', account)]));
  });

  test('in GovCloud has ARNs of its partition', () => assertGolden('govcloud', compiled([model('us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', 'us-gov-west-1')])));

  test('behind a VPC endpoint grants through it only', () => {
    const policy = compiled([model('claude-sonnet-4.6')], { discovery: true, endpoint: { sourceVpce: 'vpce-0123456789abcdef0' } });
    assertGolden('source-vpce', policy);
    const set = policySet(policy);
    for (const request of invocationRequests({ principal, action: 'bedrock:InvokeModel', model: model('claude-sonnet-4.6'), account })) {
      assert.equal(evaluate(request, set).decision, 'implicit-deny');
      assert.equal(evaluate({ ...request, context: { ...request.context, 'aws:SourceVpce': 'vpce-0123456789abcdef0' } }, set).decision, 'allow');
    }
  });

  test('of source networks grants from there only', () => {
    const set = policySet(compiled([model('claude-sonnet-4.6')], { endpoint: { sourceIp: ['203.0.113.0/24', '2001:db8::/32'] } }));
    const [request] = invocationRequests({ principal, action: 'bedrock:InvokeModel', model: model('claude-sonnet-4.6'), account, context: { 'aws:SourceIp': '203.0.113.7' } });
    assert.ok(request !== undefined);
    assert.equal(evaluate(request, set).decision, 'allow');
    assert.equal(evaluate({ ...request, context: { ...request.context, 'aws:SourceIp': '198.51.100.7' } }, set).decision, 'implicit-deny');
  });

  test('is refused where a VPC endpoint and source networks are both required', () => {
    assert.throws(
      () => compiled([model('claude-sonnet-4.6')], { endpoint: { sourceVpce: 'vpce-1', sourceIp: ['10.0.0.0/8'] } }),
      (error) => error instanceof AccessError && error.id === 'endpoint-conditions-exclude-each-other',
    );
  });

  test('is the same in whatever order the models are declared, and names a model declared twice once', () => {
    const models = ['claude-sonnet-4.6', 'claude-haiku-4.5', 'nova-lite'].map((reference) => model(reference));
    const other = [...models].reverse();
    assert.deepEqual(compiled(other).documents, compiled(models).documents);
    assert.deepEqual(compiled([...models, model('us.anthropic.claude-sonnet-4-6')]).documents, compiled(models).documents);
  });

  test('is no larger than what was measured for one and three models', () => {
    const size = (policy: CompiledPolicy): number => policy.documents.reduce((sum, document) => sum + policySize(document), 0);
    assert.ok(size(compiled([model('claude-sonnet-4.6')])) <= 779);
    assert.ok(size(compiled([model('claude-sonnet-4.6'), model('claude-haiku-4.5'), model('nova-lite')])) <= 2036);
  });

  test('that does not fit one managed policy is split, each part within the limit, and says so', () => {
    const all = [...catalog.profiles.values()].filter((profile) => profile.routing.has('us-west-2')).map((profile) => model(profile.profileId, 'us-west-2', '2025-06-01'));
    const policy = compiled(all, { discovery: true });
    assert.ok(policy.documents.length > 1);
    for (const document of policy.documents) {
      assert.ok(policySize(document) <= 6144);
      const sids = document.Statement.map((statement) => statement.Sid);
      assert.equal(new Set(sids).size, sids.length);
    }
    assert.deepEqual(policy.findings.map((finding) => finding.id), ['policy-split']);
    const set = policySet(policy);
    for (const one of all) for (const request of invocationRequests({ principal, action: 'bedrock:InvokeModel', model: one, account })) assert.equal(evaluate(request, set).decision, 'allow');
  });

  test('says which statement serves which declared model', () => {
    const policy = compiled([model('claude-sonnet-4.6'), model('nova-lite')], { discovery: true });
    for (const { document, statement, models, purpose } of policy.serves) {
      assert.ok(policy.documents[document]?.Statement[statement] !== undefined);
      assert.ok(purpose.length > 10);
      assert.ok(models.every((reference) => ['claude-sonnet-4.6', 'nova-lite'].includes(reference)));
    }
    assert.equal(policy.serves.length, policy.documents.reduce((sum, document) => sum + document.Statement.length, 0));
    for (const reference of ['claude-sonnet-4.6', 'nova-lite']) assert.ok(policy.serves.filter(({ models }) => models.includes(reference)).length >= 2);
  });
});

test('a policy is counted without whitespace', () => {
  assert.equal(policySize({ Version: '2012-10-17', Statement: [] }), '{"Version":"2012-10-17","Statement":[]}'.length);
  assert.equal(policySize({ Version: '2012-10-17', Id: 'a b\tc', Statement: [] }), '{"Version":"2012-10-17","Id":"abtc","Statement":[]}'.length + 1);
});

test('policies that say the same in another order have one canonical text', () => {
  const a = canonicalPolicy({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 'S3:PutObject'], Resource: '*' }, { Effect: 'Deny', Action: 's3:*', Resource: ['b', 'a'] }] });
  const b = canonicalPolicy({ Version: '2012-10-17', Statement: [{ Resource: ['a', 'b'], Action: ['s3:*'], Effect: 'Deny' }, { Effect: 'Allow', Resource: ['*'], Action: ['s3:putobject', 's3:GetObject', 's3:getobject'] }] });
  assert.equal(a, b);
  assert.notEqual(a, canonicalPolicy({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: ['b', 'a'] }] }));
});
