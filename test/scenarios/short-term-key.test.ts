/** An access with a short-term API key that a renewer signs: apply, verify, renewal with a restart, rollback and destroy. */
import { Buffer } from 'node:buffer';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessDocumentSpec, ApiKeyDocument } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { migrateAccess } from '../../src/credentials/index.ts';
import { renewSession } from '../../src/credentials/session/renew.ts';
import { applyAccess, destroyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import { programPermissions } from '../../src/engine/permissions/index.ts';
import type { RunContext } from '../../src/engine/types.ts';
import { AccessError } from '../../src/errors/error.ts';
import type { Finding } from '../../src/finding.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import type { PolicyDocument } from '../../src/policy/types.ts';
import { recordsAt, textAt } from '../../src/resources/json.ts';
import { Secret } from '../../src/secret.ts';
import { access, declared, deployment, events, failures, inSandbox, namespace, startEngineWorld, store, summaryOf, type EngineWorld } from './engine-world.ts';
import { administrator, roleChecksPassed } from './keyless-world.ts';
import { done, stepsToTake, verified } from './outcomes.ts';
import { programIdentity, startLeastWorld, usedIsDeclared } from './permissions-world.ts';

const sonnet = 'us.anthropic.claude-sonnet-4-6';
const haiku = [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }];
const hour = 3_600_000;
const mark = 'bedrock-access.dev/credential';

function shortTerm(apiKey: Partial<ApiKeyDocument> = {}, spec: Partial<AccessDocumentSpec> = {}): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'ai-sdk' }], credentials: { apiKey: { term: 'short', renewer: administrator, ...apiKey } }, ...spec });
}

/** Sessions end by the wall clock, so the world's is set by it. */
function inCluster(play: (world: EngineWorld) => Promise<void>): Promise<void> {
  return inSandbox(play, { now: new Date(), externalSecrets: false, objects: [deployment()] });
}

async function told(declaration: Access, context: RunContext): Promise<readonly string[]> {
  const checks = await verified(declaration, context);
  return checks.flatMap(({ id, outcome, findings }) => [`${id} ${outcome}`, ...findings.map((finding) => `${finding.severity} ${finding.id}: ${finding.message}`)]);
}

async function secretOf({ kubernetes }: EngineWorld): Promise<KubernetesObject> {
  const secret = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-openhands-short-term-key' });
  assert.ok(secret !== undefined);
  return secret;
}

function tokenIn(secret: KubernetesObject): string {
  return Buffer.from(textAt(secret, 'data', 'AWS_BEARER_TOKEN_BEDROCK') ?? '', 'base64').toString();
}

async function template({ kubernetes }: EngineWorld): Promise<string | undefined> {
  const object = await kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'openhands' });
  return textAt(object, 'spec', 'template', 'metadata', 'annotations', mark);
}

async function alive({ kubernetes }: EngineWorld): Promise<readonly string[]> {
  return (await kubernetes.list('v1', 'Pod', { namespace })).filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.uid ?? '');
}


test('a short-term API key is signed for the pods, grants exactly one action more, and lies in the Secret alone', () =>
  inCluster(async (world) => {
    const said = await events(applyAccess(shortTerm(), await world.run()));
    assert.deepEqual(failures(said), []);
    assert.deepEqual(await stepsToTake(shortTerm(), await world.run()), []);
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), ['policies', 'roles']);
    const secret = await secretOf(world);
    assert.deepEqual(Object.keys(Object(secret['data'])), ['AWS_BEARER_TOKEN_BEDROCK']);
    const token = tokenIn(secret);
    const address = new URL(`https://${Buffer.from(token.replace('bedrock-api-key-', ''), 'base64').toString()}`);
    assert.equal(`${address.host}${address.pathname}`, 'bedrock.amazonaws.com/');
    assert.deepEqual([address.searchParams.get('Action'), address.searchParams.get('Version')], ['CallWithBearerToken', '1']);
    const expires = Number(address.searchParams.get('X-Amz-Expires'));
    assert.ok(expires > 3500 && expires <= 3600, String(expires));
    const [pod] = await world.kubernetes.list('v1', 'Pod', { namespace });
    const names = recordsAt(recordsAt(pod, 'spec', 'containers')[0], 'env').map(({ name }) => String(name));
    assert.ok(names.includes('AWS_BEARER_TOKEN_BEDROCK') && !names.some((name) => /ACCESS_KEY|SESSION_TOKEN/.test(name)), names.join(', '));
    assert.deepEqual(await told(shortTerm(), await world.run()), roleChecksPassed);
    const policies = (await planAccess(shortTerm(), await world.run())).footprint.policy.documents.flatMap(({ Statement }) => Statement).filter(({ Sid }) => Sid === 'UseApiKey');
    assert.deepEqual(policies, [{ Sid: 'UseApiKey', Effect: 'Allow', Action: 'bedrock:CallWithBearerToken', Resource: '*', Condition: { StringEquals: { 'bedrock:BearerTokenType': 'SHORT_TERM' } } }]);
    const elsewhere = JSON.stringify([said, await world.kubernetes.list('apps/v1', 'ControllerRevision', { namespace }), await world.kubernetes.list('apps/v1', 'Deployment', { namespace }), world.sandbox.audit]);
    assert.ok(!elsewhere.includes(token));
  }));

test('a renewal at half of the time restarts the pods; the key of the old ones still works, and the next plan is empty', () =>
  inCluster(async (world) => {
    await done(applyAccess(shortTerm(), await world.run()));
    const [first, pods] = [await secretOf(world), await alive(world)];
    const early = await renewSession(access, await world.run());
    assert.deepEqual([early.renewed, early.restarted], [false, []]);
    await world.sandbox.clock.advance(0.6 * hour);
    const renewal = await renewSession(access, await world.run());
    assert.deepEqual([renewal.renewed, renewal.restarted], [true, ['Deployment openhands']]);
    await world.sandbox.clock.advance(60_000);
    assert.equal(await template(world), (await secretOf(world)).metadata.annotations?.['bedrock-access.dev/access-key-id']);
    assert.equal((await alive(world)).some((uid) => pods.includes(uid)), false);
    const { aws } = await world.run();
    for (const token of [tokenIn(first), tokenIn(await secretOf(world))]) await aws.withToken(new Secret(token)).runtime('us-west-2').converse(sonnet, 'Hello', 16);
    assert.deepEqual(await told(shortTerm(), await world.run()), roleChecksPassed);
    assert.deepEqual(await stepsToTake(shortTerm(), await world.run()), []);
    // The mark is the program's own again: a later apply changes it, and takes it away, without a conflict.
    await world.kubernetes.patch({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-openhands-short-term-key' }, { type: 'merge', body: { data: null } });
    await done(applyAccess(shortTerm(), await world.run()));
    assert.deepEqual(await stepsToTake(shortTerm(), await world.run()), []);
  }));

test('a renewal that ended before the restart is made good by the next one', () =>
  inCluster(async (world) => {
    await done(applyAccess(shortTerm(), await world.run()));
    const run = await world.run();
    const kubernetes = new Proxy(run.kubernetes, {
      get(target, name): unknown {
        const value: unknown = Reflect.get(target, name);
        if (name === 'patch') return () => Promise.reject(new Error('the process was ended'));
        return typeof value === 'function' ? (...given: unknown[]): unknown => Reflect.apply(value, target, given) : value;
      },
    });
    await assert.rejects(renewSession(access, { ...run, kubernetes }, { now: true }), /was ended/);
    assert.deepEqual(await stepsToTake(shortTerm(), await world.run()), ['update workload-environment/Deployment/openhands']);
    const again = await renewSession(access, await world.run());
    assert.deepEqual([again.renewed, again.restarted], [false, ['Deployment openhands']]);
    assert.deepEqual(await stepsToTake(shortTerm(), await world.run()), []);
  }));

test('the plan says how often pods are restarted, and verify when a key ends soon', () =>
  inCluster(async (world) => {
    const { plan } = await planAccess(shortTerm({ sessionDuration: '12h' }), await world.run());
    assert.match(plan.findings.find(({ id }) => id === 'short-term-key-restarts')?.message ?? '', /Deployment openhands are restarted every 6 hours/);
    await done(applyAccess(shortTerm({ sessionDuration: '12h' }), await world.run()));
    const role = await (await world.run()).aws.webIdentity.getRole('bedrock-openhands-role');
    assert.equal(role?.maxSessionSeconds, 43_200);
    await world.sandbox.clock.advance(10 * hour);
    assert.match((await told(shortTerm({ sessionDuration: '12h' }), await world.run())).join('\n'), /warning session-ending/);
  }));

test('a change, a rollback and a destroy of an access with a short-term API key leave nothing behind', () =>
  inCluster(async (world) => {
    const before = await world.left();
    await done(applyAccess(shortTerm(), await world.run()));
    const first = world.sandbox.aws.snapshot();
    await done(applyAccess(shortTerm({}, { models: haiku }), await world.run()));
    await done(rollbackAccess(access, await world.run()));
    assert.deepEqual(world.sandbox.aws.snapshot(), first);
    await renewSession(access, await world.run(), { now: true });
    await done(destroyAccess(access, await world.run()));
    await world.sandbox.clock.advance(60_000);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
    assert.deepEqual(await world.left(), before);
  }));

test('permissions: with exactly what is printed an access with a short-term API key is applied, renewed, verified, rolled back and destroyed', async () => {
  const boundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';
  const bounded = (spec: Partial<AccessDocumentSpec> = {}): Access => shortTerm({ renewer: programIdentity }, { permissionsBoundary: boundary, ...spec });
  const world = await startLeastWorld(bounded(), undefined, { now: new Date(), objects: [deployment()] });
  try {
    await done(applyAccess(bounded(), await world.least()));
    assert.deepEqual(await told(bounded(), await world.least()), roleChecksPassed);
    assert.deepEqual((await renewSession(access, await world.least(), { now: true })).restarted, ['Deployment openhands']);
    await done(applyAccess(bounded({ models: haiku }), await world.least()));
    await done(rollbackAccess(access, await world.least()));
    await done(destroyAccess(access, await world.least()));
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()), ['policies']);
    usedIsDeclared(world);
  } finally {
    await world.stop();
  }
});

/** What bounded every principal before there were API keys. */
const withoutKeys = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Models', Effect: 'Allow', Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'bedrock:GetFoundationModel', 'bedrock:GetInferenceProfile'], Resource: ['arn:aws:bedrock:*::foundation-model/*', 'arn:aws:bedrock:*:123456789012:inference-profile/*'] },
    { Sid: 'Discovery', Effect: 'Allow', Action: ['bedrock:ListFoundationModels', 'bedrock:ListInferenceProfiles'], Resource: '*' },
  ],
} as const;

test('a boundary from before API keys is named by plan and by verify, with what it lacks and who can mend it; the boundary that is printed is not', () =>
  inCluster(async (world) => {
    const { aws } = await world.run();
    const told = async (document: PolicyDocument, name: string): Promise<{ readonly declaration: Access; readonly planned: readonly Finding[] }> => {
      const boundary = await aws.iam.createPolicy({ name, path: '/bedrock-access/', description: '', tags: {}, document });
      const declaration = shortTerm({}, { permissionsBoundary: boundary.arn });
      return { declaration, planned: (await planAccess(declaration, await world.run())).plan.findings.filter(({ severity }) => severity !== 'info') };
    };
    const { planned: none } = await told(programPermissions(shortTerm()).boundary.document, 'printed');
    assert.deepEqual(none, []);

    const { declaration, planned } = await told(withoutKeys, 'earlier');
    assert.deepEqual(planned.map(({ id, severity }) => [id, severity]), [['denied-by-permissions-boundary', 'warning']]);
    assert.match(planned[0]?.message ?? '', /of arn:aws:iam::123456789012:role\/service\/bedrock-openhands-role does not let us\.anthropic\.claude-sonnet-4-6 be called: bedrock:CallWithBearerToken$/);
    assert.match(planned[0]?.remedy ?? '', /whoever owns the boundary .* to allow bedrock:CallWithBearerToken in it/);
    await done(applyAccess(declaration, await world.run()));
    const { policy } = Object.fromEntries((await verified(declaration, await world.run())).map(({ id, findings }) => [id, findings]));
    assert.deepEqual(policy?.map(({ id }) => id), ['policy-refuses-model']);
    assert.match(`${policy?.[0]?.message} ${policy?.[0]?.remedy}`, /bedrock:CallWithBearerToken.*whoever owns the boundary/);
    // Calls that are signed need nothing more of it.
    const signed = declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials: { session: { renewer: administrator, delivery: 'credential-process' } }, permissionsBoundary: declaration.spec.permissionsBoundary ?? '' });
    assert.deepEqual((await planAccess(signed, await world.run())).plan.findings.filter(({ id }) => id === 'denied-by-permissions-boundary'), []);
  }));

test('what a short-term API key does not go with is refused with its field', () => {
  const refused = (apiKey: Partial<ApiKeyDocument>, spec: Partial<AccessDocumentSpec> = {}): string => {
    try {
      shortTerm(apiKey, spec);
      return '';
    } catch (error) {
      assert.ok(error instanceof AccessError);
      return error.message;
    }
  };
  const renewer = 'arn:aws:iam::123456789012:role/ci';
  assert.equal(refused({ renewer }), '');
  assert.match(refused({ renewer, sessionDuration: '12h' }), /sessionDuration is 12h; with this renewer a token lasts from 15m to 1h/);
  assert.match(refused({ sessionDuration: '13h' }), /15m to 12h/);
  assert.match(refused({ renewer: 'arn:aws:iam::210987654321:user/u' }), /of account 210987654321/);
  assert.match(refused({ rotateAfter: '30d' }), /rotateAfter does not go with term: short/);
  assert.match(refused({ term: 'long' }), /secretStore is missing|renewer does not go with term: long/);
  assert.match(refused({}, { restart: 'never' }), /spec.restart is never/);
  assert.equal(refused({}, { managedBy: { iam: 'terraform', cluster: 'manifests' } }), '');
  assert.match(refused({}, { workloads: [{ kind: 'CronJob', name: 'nightly', client: 'ai-sdk' }] }), /CronJob nightly are not restarted/);
  assert.match(refused({}, { workloads: [{ kind: 'Deployment', name: 'openhands', client: 'openhands' }] }), /openhands/);
});

test('from another mode to a short-term API key and back: the mode works, and nothing of the one before is left', async () => {
  const key = { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', region: 'ap-northeast-1' } } as const;
  const ofKey = { parameter: 'bedrock-openhands-api-key', secret: 'bedrock-api-key' };
  const inMode = (credentials: AccessDocumentSpec['credentials'], names = {}): Access => declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials, names });
  const short = inMode({ apiKey: { term: 'short', renewer: administrator } });
  const world = await startEngineWorld({ now: new Date(), objects: [store(), deployment()] });
  try {
    await done(applyAccess(inMode({ accessKey: key }), await world.run()));
    for (const to of [short, inMode({ apiKey: key }, ofKey), short, inMode({ accessKey: key })]) {
      await world.sandbox.clock.advance(60_000);
      const said = await events(migrateAccess(access, await world.run(), { silence: 30_000, grace: 30_000, to }));
      assert.deepEqual([failures(said), summaryOf(said).outcome], [[], 'done'], JSON.stringify(said.slice(-6)));
      await world.sandbox.clock.advance(30_000);
      assert.deepEqual(await stepsToTake(to, await world.run()), [], JSON.stringify(to.spec.credentials));
      assert.deepEqual((await told(to, await world.run())).filter((line) => /failed|^error/.test(line)), [], JSON.stringify(to.spec.credentials));
    }
  } finally {
    await world.stop();
  }
});

/** Every two of what counts as a mode, though one declaration field or one Secret serves both. */
const deliveries = {
  'a short-term API key': { apiKey: { term: 'short', renewer: administrator } },
  'a session by a credential process': { session: { renewer: administrator, delivery: 'credential-process' } },
  'a session by a sidecar': { session: { renewer: administrator, delivery: 'sidecar', image: 'registry.example/bedrock-access:0.1.0' } },
} as const satisfies Readonly<Record<string, AccessDocumentSpec['credentials']>>;

const round = ['a session by a credential process', 'a short-term API key', 'a session by a sidecar', 'a session by a credential process'] as const;

test('between a session and a short-term API key, and the deliveries of a session, apply refuses the change; migrate makes it, renews both while they are there, and leaves nothing of the one before', async () => {
  const inMode = (mode: keyof typeof deliveries): Access => declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials: deliveries[mode] });
  const world = await startEngineWorld({ now: new Date(), objects: [deployment()], externalSecrets: false });
  const secrets = async (): Promise<readonly string[]> => (await world.kubernetes.list('v1', 'Secret', { namespace })).map(({ metadata }) => metadata.name ?? '').sort();
  const keyOf = async (name: string): Promise<string | undefined> => (await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name }))?.metadata.annotations?.['bedrock-access.dev/access-key-id'];
  try {
    const [first, ...others] = round;
    await done(applyAccess(inMode(first), await world.run()));
    for (const [index, mode] of others.entries()) {
      const [from, to] = [inMode(round[index] ?? first), inMode(mode)];
      await world.sandbox.clock.advance(60_000);
      const before = { aws: world.sandbox.aws.snapshot(), pods: await alive(world) };
      await assert.rejects(events(applyAccess(to, await world.run())), (error) => error instanceof AccessError && error.id === 'mode-changed' && error.details.remedy.includes('bedrock-access migrate'));
      assert.deepEqual({ aws: world.sandbox.aws.snapshot(), pods: await alive(world) }, before);
      assert.deepEqual(await stepsToTake(from, await world.run()), []);

      // In its grace time each is there, and renewed.
      await events(migrateAccess(access, await world.run(), { silence: 0, grace: 24 * hour, to }));
      const both = await secrets();
      assert.equal(both.length, mode === 'a short-term API key' || round[index] === 'a short-term API key' ? 2 : 1);
      const ids = await Promise.all(both.map(keyOf));
      assert.equal((await renewSession(access, await world.run(), { now: true })).renewed, true);
      for (const [at, name] of both.entries()) assert.notEqual(await keyOf(name), ids[at], name);

      const said = await events(migrateAccess(access, await world.run(), { silence: 0, grace: 0 }));
      assert.deepEqual([failures(said), summaryOf(said).outcome], [[], 'done'], JSON.stringify(said.slice(-6)));
      await world.sandbox.clock.advance(30_000);
      assert.deepEqual(await stepsToTake(to, await world.run()), [], mode);
      assert.deepEqual((await told(to, await world.run())).filter((line) => /failed|^error/.test(line)), [], mode);
      assert.deepEqual(await secrets(), [mode === 'a short-term API key' ? 'bedrock-openhands-short-term-key' : 'bedrock-openhands-session']);
    }
  } finally {
    await world.stop();
  }
});

test('a migration from a session to a short-term API key is undone in its grace time; a role that gives shorter sessions than the key needs is named before anything is made', async () => {
  const inMode = (credentials: AccessDocumentSpec['credentials']): Access => declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }], credentials });
  const session = inMode(deliveries['a session by a credential process']);
  const world = await startEngineWorld({ now: new Date(), objects: [deployment()], externalSecrets: false });
  try {
    await done(applyAccess(session, await world.run()));
    const before = world.sandbox.aws.snapshot();
    const long = inMode({ apiKey: { term: 'short', renewer: administrator, sessionDuration: '12h' } });
    await assert.rejects(events(migrateAccess(access, await world.run(), { to: long })), { id: 'role-differs' });
    assert.deepEqual(world.sandbox.aws.snapshot(), before);
    await events(migrateAccess(access, await world.run(), { silence: 0, grace: 24 * hour, to: inMode(deliveries['a short-term API key']) }));
    const said = await events(migrateAccess(access, await world.run(), { silence: 0, undo: true }));
    assert.deepEqual([failures(said), summaryOf(said).outcome], [[], 'done'], JSON.stringify(said.slice(-6)));
    await world.sandbox.clock.advance(30_000);
    assert.deepEqual(world.sandbox.aws.snapshot(), before);
    assert.deepEqual(await stepsToTake(session, await world.run()), []);
  } finally {
    await world.stop();
  }
});
