import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { applyAccess } from '../../src/engine/index.ts';
import type { VerifyCheck } from '../../src/engine/types.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import type { PolicyDocument } from '../../src/policy/types.ts';
import { Secret } from '../../src/secret.ts';
import { declared, events, failures, namespace, startEngineWorld } from '../scenarios/engine-world.ts';
import type { EngineWorld } from '../scenarios/engine-world.ts';

const user = 'bedrock-openhands-user';
const policyArn = 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy';
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' } as const;
const externalSecret = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', namespace, name: 'bedrock-credentials' } as const;

describe('verify, against a world that was applied', () => {
  let world: EngineWorld;
  before(async () => {
    world = await startEngineWorld();
    assert.deepEqual(failures(await events(applyAccess(access(), await world.run()))), []);
  });
  after(() => world.stop());

  const access = (): ReturnType<typeof declared> => declared({ credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' } } } });

  async function verify(call = true): Promise<ReadonlyMap<string, VerifyCheck>> {
    const checks = new Map<string, VerifyCheck>();
    for await (const check of verifyAccess(access(), { ...(await world.run()), call })) checks.set(check.id, check);
    return checks;
  }

  const outcomes = (checks: ReadonlyMap<string, VerifyCheck>): Record<string, string> => Object.fromEntries([...checks].map(([id, { outcome }]) => [id, outcome]));
  const ids = (checks: ReadonlyMap<string, VerifyCheck>, id: string): string[] => checks.get(id)?.findings.map((finding) => finding.id) ?? [];
  const said = (checks: ReadonlyMap<string, VerifyCheck>, id: string): string => (checks.get(id)?.findings ?? []).map(({ message, cause }) => `${message} ${cause}`).join('\n');

  const everythingPassed = {
    'user-and-key': 'passed',
    parameters: 'passed',
    'external-secret': 'passed',
    'store-readers': 'skipped',
    'pod-environment': 'passed',
    policy: 'passed',
    call: 'passed',
    'streamed-call': 'passed',
  };

  it('passes every check, in the order of the chain, and shows no secret', async () => {
    const checks = await verify();
    assert.deepEqual(outcomes(checks), everythingPassed);
    assert.deepEqual([...checks.keys()], Object.keys(everythingPassed));
    const secret = await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-credentials' });
    const encoded = String(Object(secret?.['data'])['AWS_SECRET_ACCESS_KEY']);
    const plain = Buffer.from(encoded, 'base64').toString();
    assert.ok(plain.length >= 30);
    const shown = JSON.stringify([...checks]);
    for (let at = 0; at + 12 <= plain.length; at += 1) assert.ok(!shown.includes(plain.slice(at, at + 12)));
    assert.ok(!shown.includes(encoded.slice(0, 12)));
  });

  it('makes the calls as the user of the access, whole and streamed, and none with --no-call', async () => {
    const before = world.sandbox.audit.length;
    await verify();
    const calls = world.sandbox.audit.slice(before).filter(({ action }) => action.startsWith('bedrock:Invoke'));
    assert.deepEqual([...new Set(calls.map(({ action }) => action))].sort(), ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream']);
    assert.deepEqual([...new Set(calls.map(({ identity }) => identity))], [`arn:aws:iam::123456789012:user/service/${user}`]);
    const without = await verify(false);
    assert.equal(without.get('call')?.outcome, 'skipped');
  });

  it('says that the key is inactive, in IAM and in the call', async () => {
    const { aws } = await world.run();
    const [key] = (await aws.iam.listAccessKeys(user)) ?? [];
    await aws.iam.setAccessKeyActive(user, key!.id, false);
    const checks = await verify();
    await aws.iam.setAccessKeyActive(user, key!.id, true);
    assert.deepEqual(ids(checks, 'user-and-key'), ['access-key-inactive']);
    assert.deepEqual(ids(checks, 'call'), ['pod-key-refused']);
    assert.match(said(checks, 'call'), /inactive in IAM/);
  });

  it('explains a denial by the destination region that the policy lacks', async () => {
    const { aws } = await world.run();
    const document = await aws.iam.getPolicyDocument(policyArn, 'v1');
    const lacking: PolicyDocument = JSON.parse(JSON.stringify(document).replaceAll(/"arn:aws:bedrock:us-east-2::foundation-model\/[^"]*",?/g, '').replaceAll(',]', ']'));
    const version = await aws.iam.createPolicyVersion(policyArn, lacking);
    await world.sandbox.clock.advance(60_000);
    const checks = await verify(false);
    assert.deepEqual(ids(checks, 'policy'), ['policy-refuses-model']);
    assert.match(said(checks, 'policy'), /the model in us-east-2/);
    await aws.iam.createPolicyVersion(policyArn, document!);
    await aws.iam.deletePolicyVersion(policyArn, version);
    await world.sandbox.clock.advance(60_000);
    assert.deepEqual(outcomes(await verify()), everythingPassed);
  });

  it('explains a denied call when no policy is attached', async () => {
    const { aws } = await world.run();
    await aws.iam.detachUserPolicy(user, policyArn);
    await world.sandbox.clock.advance(60_000);
    const checks = await verify();
    await aws.iam.attachUserPolicy(user, policyArn);
    await world.sandbox.clock.advance(60_000);
    assert.deepEqual([ids(checks, 'policy'), ids(checks, 'call'), ids(checks, 'streamed-call')], [['policy-refuses-model'], ['call-denied'], ['call-denied']]);
    assert.match(said(checks, 'call'), /not authorized to perform: bedrock:InvokeModel/);
  });

  it('believes the policies for a while when AWS still denies, and waits for the change to spread', async () => {
    world.sandbox.aws.faults.add({ action: 'bedrock:InvokeModel', fault: { kind: 'status', status: 403, code: 'AccessDeniedException' }, times: 2 });
    const checks = await verify();
    assert.equal(checks.get('call')?.outcome, 'passed');
    assert.match(checks.get('call')?.detail ?? '', /after \d+ s/);
    world.sandbox.aws.faults.add({ action: 'bedrock:InvokeModel', fault: { kind: 'status', status: 403, code: 'AccessDeniedException' }, times: Infinity });
    const denied = await verify();
    world.sandbox.aws.faults.clear();
    assert.deepEqual(ids(denied, 'call'), ['call-denied-elsewhere']);
  });

  it('keeps on with the other checks when one cannot be looked at', async () => {
    world.sandbox.aws.faults.add({ action: 'ssm:GetParameter', fault: { kind: 'status', status: 400, code: 'AccessDeniedException' }, times: Infinity });
    const checks = await verify();
    world.sandbox.aws.faults.clear();
    assert.deepEqual(ids(checks, 'parameters'), ['aws-permission-missing']);
    assert.deepEqual([checks.get('external-secret')?.outcome, checks.get('call')?.outcome], ['passed', 'passed']);
    assert.match(checks.get('external-secret')?.detail ?? '', /not compared/);
  });

  it('says that Secret and parameter differ, then that the pod is older than the Secret', async () => {
    const { aws } = await world.run();
    const ssm = aws.ssm('ap-northeast-1');
    const name = 'bedrock-openhands-credentials';
    const before = await ssm.getParameter(name);
    const other = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: new Secret('another-secret-of-forty-characters-length') };
    await ssm.putParameter({ name, value: Secret.json({ AWS_ACCESS_KEY_ID: other.accessKeyId, AWS_SECRET_ACCESS_KEY: other.secretAccessKey }), description: 'by hand', overwrite: true });
    const differing = await verify();
    assert.deepEqual(ids(differing, 'parameters'), ['parameter-key-foreign']);
    assert.deepEqual(ids(differing, 'external-secret'), ['secret-differs']);
    assert.equal(differing.get('call')?.outcome, 'passed');

    await world.sandbox.clock.advance(60_000);
    await world.kubernetes.patch(externalSecret, { type: 'merge', body: { metadata: { annotations: { 'force-sync': '1' } } } });
    await world.sandbox.clock.advance(60_000);
    const stale = await verify();
    assert.deepEqual(ids(stale, 'user-and-key'), ['access-key-foreign']);
    assert.deepEqual(ids(stale, 'external-secret'), []);
    assert.deepEqual(ids(stale, 'pod-environment'), ['pod-older-than-secret']);
    assert.equal(stale.get('call')?.outcome, 'skipped');

    await ssm.putParameter({ name, value: before!.value, description: 'bedrock-access openhands/openhands, access key back', overwrite: true });
    await world.kubernetes.patch(externalSecret, { type: 'merge', body: { metadata: { annotations: { 'force-sync': '2' } } } });
    await world.sandbox.clock.advance(60_000);
    assert.deepEqual(outcomes(await verify()), everythingPassed);
  });

  it('names what a parameter holds instead of a pair without a word of it', async () => {
    const ssm = (await world.run()).aws.ssm('ap-northeast-1');
    const name = 'bedrock-openhands-credentials';
    const before = await ssm.getParameter(name);
    await ssm.putParameter({ name, value: new Secret('dummy-value-to-be-updated-manually'), description: 'by hand', overwrite: true });
    const checks = await verify(false);
    await ssm.putParameter({ name, value: before!.value, description: 'back', overwrite: true });
    assert.deepEqual(ids(checks, 'parameters'), ['parameter-unusable']);
    assert.ok(!JSON.stringify([...checks]).includes('dummy-value'));
  });

  it('finds a variable that another manager has changed in the pod, and calls where the pod would', async () => {
    const env = [{ name: 'AWS_REGION', value: 'eu-west-1', valueFrom: null }];
    await world.kubernetes.patch(deployment, { type: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'openhands', env }] } } } } });
    await world.sandbox.clock.advance(30_000);
    const checks = await verify();
    assert.deepEqual(ids(checks, 'pod-environment'), ['pod-variable-wrong']);
    assert.match(said(checks, 'pod-environment'), /AWS_REGION is "eu-west-1" \(from value\) instead of "us-west-2"/);
    assert.deepEqual(ids(checks, 'call'), ['pod-region-wrong']);
  });

  it('goes on with what the next pod would get when there is none', async () => {
    await world.kubernetes.patch(deployment, { type: 'merge', body: { spec: { replicas: 0 } } });
    await world.sandbox.clock.advance(30_000);
    const checks = await verify();
    assert.deepEqual(ids(checks, 'pod-environment'), ['pod-missing']);
    assert.equal(checks.get('pod-environment')?.outcome, 'passed');
    assert.match(checks.get('call')?.detail ?? '', /in eu-west-1/);
  });
});

it('verify of an empty world says the first thing that is missing at each link', async () => {
  const world = await startEngineWorld();
  try {
    const found: Record<string, readonly string[]> = {};
    for await (const { id, outcome, findings } of verifyAccess(declared(), { ...(await world.run()), call: true })) found[id] = [outcome, ...findings.map((finding) => finding.id)];
    assert.deepEqual(found, {
      'user-and-key': ['failed', 'user-missing'],
      parameters: ['failed', 'parameter-missing', 'parameter-missing'],
      'external-secret': ['failed', 'external-secret-missing'],
      'store-readers': ['skipped', 'secret-store-open', 'secret-store-identity-undecided'],
      'pod-environment': ['failed', 'pod-variable-wrong'],
      policy: ['skipped'],
      call: ['skipped'],
      'streamed-call': ['skipped'],
    });
  } finally {
    await world.stop();
  }
});

it('verify with credentials of another account looks at nothing', async () => {
  const world = await startEngineWorld();
  try {
    const context = await world.run();
    await assert.rejects(verifyAccess(declared({ account: '999999999999' }), { ...context, call: true }).next(), { id: 'aws-account-mismatch' });
    assert.deepEqual(context.aws.calls.map(({ action }) => action), ['sts:GetCallerIdentity']);
  } finally {
    await world.stop();
  }
});

it('verify of a model that has ended says when, and what to take instead', async () => {
  const world = await startEngineWorld();
  try {
    const access = declared({ models: [{ id: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0', role: 'default' }] });
    const checks: VerifyCheck[] = [];
    for await (const check of verifyAccess(access, { ...(await world.run()), call: true })) checks.push(check);
    const policy = checks.find(({ id }) => id === 'policy');
    assert.deepEqual(policy?.findings.map(({ id }) => id), ['model-ended']);
    assert.equal(checks.find(({ id }) => id === 'call')?.outcome, 'skipped');
  } finally {
    await world.stop();
  }
});
