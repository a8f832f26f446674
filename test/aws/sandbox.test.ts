import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AwsCallError } from '../../src/aws/error.ts';
import { openAws } from '../../src/aws/open.ts';
import type { Aws, AwsErrorKind } from '../../src/aws/types.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import type { Sandbox } from '../../src/sandbox/types.ts';
import { Secret } from '../../src/secret.ts';

let sandbox: Sandbox;
let aws: Aws;

function opened(userAgent: string): Aws {
  return openAws({ region: 'us-west-2', environment: sandbox.environment, clock: sandbox.productClock, random: () => 0.5, userAgent });
}

async function kindOf(call: Promise<unknown>): Promise<AwsErrorKind | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => (error instanceof AwsCallError ? error.kind : 'other'),
  );
}

const allow = (action: string) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] }) as const;

describe('against the sandbox', () => {
  before(async () => {
    sandbox = await startSandbox({ ticking: false, now: new Date('2026-11-24T09:00:00Z') });
    aws = opened('bedrock-access run/one');
  });
  after(() => sandbox.stop());

  describe('IAM through the port', () => {
    it('makes, reads, changes and removes a user with everything on it', async () => {
      const made = await aws.iam.createUser({ name: 'u', path: '/service/', tags: { a: 'b' } });
      assert.deepEqual(await aws.iam.getUser('u'), made);
      assert.equal(await kindOf(aws.iam.createUser({ name: 'u', path: '/', tags: {} })), 'already-exists');
      await aws.iam.tagUser('u', { c: 'd e' });
      await aws.iam.untagUser('u', ['a']);
      const policy = await aws.iam.createPolicy({ name: 'p', path: '/service/', description: 'what for', document: allow('bedrock:InvokeModel'), tags: { a: 'b' } });
      assert.deepEqual(await aws.iam.getPolicy(policy.arn), policy);
      await aws.iam.tagPolicy(policy.arn, { x: 'y' });
      await aws.iam.putUserPermissionsBoundary('u', policy.arn);
      assert.deepEqual([(await aws.iam.getUser('u'))?.tags, (await aws.iam.getUser('u'))?.permissionsBoundary], [{ c: 'd e' }, policy.arn]);
      await aws.iam.deleteUserPermissionsBoundary('u');

      assert.equal(await aws.iam.createPolicyVersion(policy.arn, allow('bedrock:Converse*')), 'v2');
      assert.deepEqual(await aws.iam.getPolicyDocument(policy.arn, 'v2'), allow('bedrock:Converse*'));
      assert.deepEqual((await aws.iam.listPolicyVersions(policy.arn)).map(({ id, isDefault }) => [id, isDefault]), [['v2', true], ['v1', false]]);
      await aws.iam.deletePolicyVersion(policy.arn, 'v1');

      await aws.iam.attachUserPolicy('u', policy.arn);
      assert.deepEqual(await aws.iam.listAttachedUserPolicies('u'), [policy.arn]);
      assert.deepEqual(await aws.iam.listUserPolicies('u'), []);
      assert.deepEqual(await aws.iam.listGroupsForUser('u'), []);
      const swept = (await aws.iam.listUsersWithTags()).find(({ name }) => name === 'u');
      assert.deepEqual([swept?.tags, swept?.attachedPolicies], [{ c: 'd e' }, [policy.arn]]);

      const key = await aws.iam.createAccessKey('u');
      assert.deepEqual(await aws.iam.accessKeyLastUsed(key.accessKeyId), { user: 'u' });
      await aws.iam.setAccessKeyActive('u', key.accessKeyId, false);
      assert.deepEqual((await aws.iam.listAccessKeys('u'))?.map(({ id, active }) => [id, active]), [[key.accessKeyId, false]]);

      assert.equal(await kindOf(aws.iam.deleteUser('u')), 'conflict');
      await aws.iam.deleteAccessKey('u', key.accessKeyId);
      await aws.iam.detachUserPolicy('u', policy.arn);
      await aws.iam.deletePolicy(policy.arn);
      await aws.iam.deleteUser('u');
      assert.equal(await aws.iam.getUser('u'), undefined);
      assert.equal(await aws.iam.getPolicy(policy.arn), undefined);
    });

    it('says that a third access key is too many', async () => {
      await aws.iam.createUser({ name: 'keys', path: '/', tags: {} });
      await aws.iam.createAccessKey('keys');
      await aws.iam.createAccessKey('keys');
      assert.equal(await kindOf(aws.iam.createAccessKey('keys')), 'limit-exceeded');
    });

    it('makes a key exactly once when the answer is lost, and says that it may have', async () => {
      await aws.iam.createUser({ name: 'lost', path: '/', tags: {} });
      sandbox.aws.faults.add({ action: 'iam:CreateAccessKey', fault: { kind: 'drop', when: 'after' } });
      const failure = await aws.iam.createAccessKey('lost').catch((error: unknown) => error);
      assert.ok(failure instanceof AwsCallError && failure.uncertain);
      assert.equal((await aws.iam.listAccessKeys('lost'))?.length, 1);
    });

    it('is cut off for the run that was killed, and for no other', async () => {
      const killed = opened('bedrock-access run/killed');
      sandbox.aws.faults.add({ action: 'iam:CreateUser', fault: { kind: 'kill', when: 'after' } });
      await assert.rejects(killed.iam.createUser({ name: 'survivor', path: '/', tags: {} }));
      await assert.rejects(killed.iam.deleteUser('survivor'));
      assert.equal((await aws.iam.getUser('survivor'))?.name, 'survivor');
    });
  });

  describe('Parameter Store through the port', () => {
    it('writes, finds by name and tag, reads and removes a SecureString', async () => {
      const ssm = aws.ssm('ap-northeast-1');
      const put = { name: 'q', value: new Secret('one'), description: 'd', tags: { 'bedrock-access/cluster': 'c' } };
      assert.equal(await ssm.putParameter({ ...put, overwrite: false }), 1);
      assert.equal(await kindOf(ssm.putParameter({ ...put, overwrite: false })), 'already-exists');
      assert.equal(await ssm.putParameter({ name: 'q', value: new Secret('two'), description: 'e', overwrite: true }), 2);
      await ssm.addTags('q', { more: 'm' });
      assert.deepEqual(await ssm.listTags('q'), { 'bedrock-access/cluster': 'c', more: 'm' });
      assert.equal(await ssm.listTags('none'), undefined);
      assert.deepEqual((await ssm.describeParameters(['q', 'none'])).map(({ name, type, version, description }) => [name, type, version, description]), [['q', 'SecureString', 2, 'e']]);
      assert.deepEqual((await ssm.describeParametersByTags({ 'bedrock-access/cluster': 'c', more: 'm' })).map(({ name }) => name), ['q']);
      assert.deepEqual(await ssm.describeParametersByTags({ 'bedrock-access/cluster': 'other' }), []);
      assert.equal((await ssm.getParameter('q'))?.version, 2);
      assert.equal(await ssm.getParameter('none'), undefined);
      assert.deepEqual(await aws.ssm('us-west-2').describeParameters(['q']), []);
      await ssm.deleteParameter('q');
      assert.equal(await kindOf(ssm.deleteParameter('q')), 'not-found');
    });
  });

  describe('Bedrock through the port', () => {
    const model = 'us.anthropic.claude-sonnet-4-6';

    it('lists and describes what the catalog knows', async () => {
      const bedrock = aws.bedrock('us-west-2');
      const profile = await bedrock.getInferenceProfile(model);
      assert.deepEqual([profile?.type, profile?.modelArns.length], ['SYSTEM_DEFINED', loadCatalog().profiles.get(model)?.routing.get('us-west-2')?.length]);
      assert.ok((await bedrock.listInferenceProfiles('SYSTEM_DEFINED')).some(({ id }) => id === model));
      assert.equal((await bedrock.getFoundationModel('anthropic.claude-sonnet-4-6'))?.lifecycle.status, 'ACTIVE');
      assert.ok((await bedrock.listFoundationModels()).length > 5);
      assert.equal(await bedrock.getInferenceProfile('us.anthropic.none'), undefined);
    });

    it('answers whole and streamed, and counts', async () => {
      const runtime = aws.runtime('us-west-2');
      const whole = await runtime.converse(model, 'hello', 8);
      assert.ok(whole.text.length > 0 && whole.outputTokens > 0);
      const told: string[] = [];
      const streamed = await runtime.converseStream(model, 'hello', 8, (delta) => told.push(delta));
      assert.equal(told.join(''), streamed.text);
      assert.ok((await runtime.countTokens('anthropic.claude-sonnet-4-6', 'hello')) > 0);
    });

    it('tells a bare id that needs a profile, an unknown model and a denied caller apart', async () => {
      const runtime = aws.runtime('us-west-2');
      assert.equal(await kindOf(runtime.converse('anthropic.claude-sonnet-4-6', 'hi', 5)), 'validation');
      assert.equal(await kindOf(runtime.converse('us.anthropic.none', 'hi', 5)), 'validation');
      const { accessKeyId, secretAccessKey } = await sandbox.aws.createIdentity('nobody', allow('sts:*'));
      const nobody = aws.as({ accessKeyId, secretAccessKey: new Secret(secretAccessKey) });
      assert.equal(await kindOf(nobody.runtime('us-west-2').converse(model, 'hi', 5)), 'denied');
      assert.equal(await kindOf(aws.as({ accessKeyId: 'AKIANOTTHERE00000000', secretAccessKey: new Secret('x') }).runtime('us-west-2').converse(model, 'hi', 5)), 'invalid-credentials');
    });
  });
});
