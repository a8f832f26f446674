/** An access whose sessions are renewed into a Secret: from an empty account through apply, verify, renewal, rollback and destroy. */
import { Buffer } from 'node:buffer';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AccessDocumentSpec, SessionDocument } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { openAws } from '../../src/aws/open.ts';
import { renewSession } from '../../src/credentials/session/renew.ts';
import { serveSession } from '../../src/credentials/session/serve.ts';
import { applyAccess, destroyAccess, planAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { RunContext } from '../../src/engine/types.ts';
import { AccessError } from '../../src/errors/error.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { recordsAt, textAt } from '../../src/resources/json.ts';
import { access, declared, deployment, events, failures, inSandbox, namespace, seeded, type EngineWorld } from './engine-world.ts';
import { administrator, roleChecksPassed } from './keyless-world.ts';
import { done, outcomesOf, stepsToTake, verified } from './outcomes.ts';
import { programIdentity, startLeastWorld, usedIsDeclared } from './permissions-world.ts';

const haiku = [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }];
const hour = 3_600_000;

function renewed(session: Partial<SessionDocument> = {}, spec: Partial<AccessDocumentSpec> = {}): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { session: { delivery: 'credential-process', renewer: administrator, ...session } }, ...spec });
}

/** Sessions end by the wall clock, so the world's is set by it. */
function inCluster(play: (world: EngineWorld) => Promise<void>): Promise<void> {
  return inSandbox(play, { now: new Date(), externalSecrets: false, objects: [deployment()] });
}

async function secretOf({ kubernetes }: EngineWorld): Promise<KubernetesObject> {
  const secret = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-openhands-session' });
  assert.ok(secret !== undefined);
  return secret;
}

function documentOf(secret: KubernetesObject): unknown {
  return JSON.parse(Buffer.from(textAt(secret, 'data', 'credentials.json') ?? '', 'base64').toString());
}

/** A run with the credentials of another, who may do this. */
async function as(name: string, policy: object, world: EngineWorld): Promise<RunContext> {
  const { accessKeyId, secretAccessKey } = await world.sandbox.aws.createIdentity(name, policy);
  const run = await world.run();
  const environment = { ...world.sandbox.environment, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return { ...run, aws: openAws({ region: 'us-west-2', environment, clock: world.sandbox.productClock, random: seeded(3), userAgent: `bedrock-access/0.1.0 run/${name}` }) };
}

const nothing = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: 'bedrock:*', Resource: '*' }] };

test('the pods read a session of an hour from a file, and there is no user of ours, key, parameter or variable with a credential', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(renewed(), await world.run()));
    assert.deepEqual(await stepsToTake(renewed(), await world.run()), []);
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), ['policies', 'roles']);

    const secret = await secretOf(world);
    const document = documentOf(secret);
    assert.ok(typeof document === 'object' && document !== null);
    assert.deepEqual(Object.keys(document), ['Version', 'AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration']);
    assert.equal(Reflect.get(document, 'Version'), 1);
    const left = Date.parse(textAt(document, 'Expiration') ?? '') - Date.now();
    assert.ok(left > 0.9 * hour && left <= hour, String(left));

    const [pod] = await world.kubernetes.list('v1', 'Pod', { namespace });
    const [container] = recordsAt(pod, 'spec', 'containers');
    const names = recordsAt(container, 'env').map(({ name }) => String(name));
    assert.ok(names.includes('AWS_CONFIG_FILE') && !names.some((name) => /ACCESS_KEY|SESSION_TOKEN/.test(name)), names.join(', '));
    const map = await world.kubernetes.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'bedrock-openhands-environment' });
    assert.equal(textAt(map, 'data', 'aws-config'), '[default]\ncredential_process = cat /var/run/secrets/bedrock-access.dev/session/credentials.json\n');

    const checks = await verified(renewed(), await world.run());
    assert.deepEqual(outcomesOf(checks), roleChecksPassed, JSON.stringify(checks, null, 1));
    const calls = world.sandbox.audit.filter(({ action }) => action.startsWith('bedrock:Invoke'));
    assert.ok(calls.length >= 2 && calls.every(({ identity, verdict }) => verdict === 'allow' && identity === 'arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/bedrock-access-openhands-openhands'), JSON.stringify(calls));
    const role = await (await world.run()).aws.webIdentity.getRole('bedrock-openhands-role');
    assert.deepEqual(role?.trust.Statement, [{ Sid: 'Renewer', Effect: 'Allow', Principal: { AWS: administrator }, Action: 'sts:AssumeRole' }]);
  });
});

test('a session is renewed when half of it is left and not before, and no pod is made anew for it', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(renewed(), await world.run()));
    const [first, pods] = [await secretOf(world), (await world.kubernetes.list('v1', 'Pod', { namespace })).map(({ metadata }) => metadata.uid)];
    assert.equal((await renewSession(access, await world.run())).renewed, false);
    await world.sandbox.clock.advance(0.4 * hour);
    assert.equal((await renewSession(access, await world.run())).renewed, false);
    assert.deepEqual((await secretOf(world)).metadata.resourceVersion, first.metadata.resourceVersion);

    await world.sandbox.clock.advance(0.2 * hour);
    const renewal = await renewSession(access, await world.run());
    assert.equal(renewal.renewed, true);
    assert.equal(renewal.endsAt.getTime() - renewal.dueAt.getTime(), hour / 2);
    const second = await secretOf(world);
    assert.notDeepEqual(documentOf(second), documentOf(first));
    assert.equal(textAt(second, 'data', 'token'), textAt(first, 'data', 'token'), 'the token that the pods hold stays');
    assert.deepEqual((await world.kubernetes.list('v1', 'Pod', { namespace })).map(({ metadata }) => metadata.uid), pods);
    assert.deepEqual(await stepsToTake(renewed(), await world.run()), []);
    assert.equal((await renewSession(access, await world.run(), { now: true })).renewed, true);
  });
});

test('renewals that stop are told while the session still works, and as an error when it has ended', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(renewed(), await world.run()));
    const sessionFindings = async (): Promise<readonly string[]> => (await verified(renewed(), await world.run())).flatMap(({ findings }) => findings.filter(({ id }) => id.startsWith('session-')).map(({ id, severity }) => `${severity} ${id}`));
    await world.sandbox.clock.advance(0.6 * hour);
    assert.deepEqual(await sessionFindings(), []);
    await world.sandbox.clock.advance(0.2 * hour);
    assert.deepEqual(await sessionFindings(), ['warning session-ending']);
    await world.sandbox.clock.advance(0.3 * hour);
    assert.deepEqual(await sessionFindings(), ['error session-ended']);
    await world.kubernetes.patch({ apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-openhands-session' }, { type: 'merge', body: { data: null } });
    assert.deepEqual(await sessionFindings(), ['error session-missing']);
    assert.deepEqual(await stepsToTake(renewed(), await world.run()), ['update session-secret/session']);
  });
});

test('the role trusts its renewer alone: another who applies waits for it, and nobody else gets a session', async () => {
  await inCluster(async (world) => {
    const renewer = 'arn:aws:iam::123456789012:user/sandbox/renewer';
    const declaration = renewed({ renewer });
    const run = await as('renewer', nothing, world);
    const before = await events(applyAccess(declaration, await world.run()));
    assert.match(failures(before).join('\n'), /session-secret\/session/);
    assert.equal((await world.kubernetes.list('v1', 'Pod', { namespace })).some((pod) => recordsAt(recordsAt(pod, 'spec', 'containers')[0], 'env').some(({ name }) => name === 'AWS_CONFIG_FILE')), false, 'no pod is changed before there is a session');

    await assert.rejects(renewSession(access, await world.run()), (error: unknown) => error instanceof AccessError && error.id === 'session-renewer-differs');
    await assert.rejects(renewSession(access, await as('stranger', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:*', Resource: '*' }] }, world)), (error: unknown) => error instanceof AccessError && error.id === 'session-renewer-differs');
    assert.equal((await renewSession(access, run)).renewed, true);
    await done(applyAccess(declaration, await world.run()));
    assert.deepEqual(outcomesOf(await verified(declaration, await world.run())), roleChecksPassed);
  });
});

test('of two renewals at once one is written, and both come to a good end', async () => {
  await inCluster(async (world) => {
    await done(applyAccess(renewed(), await world.run()));
    await world.sandbox.clock.advance(0.6 * hour);
    const renewals = await Promise.all([await world.run(), await world.run()].map((run) => renewSession(access, run)));
    const secret = await secretOf(world);
    const ends = Date.parse(secret.metadata.annotations?.['bedrock-access.dev/session-ends'] ?? '');
    assert.ok(renewals.some(({ renewed: wrote }) => wrote));
    assert.ok(renewals.every(({ endsAt }) => endsAt.getTime() >= ends - 5000));
    // The loser's write is refused: it was read before the winner's.
    const stale = { ...(await world.run()) };
    let first = true;
    const kubernetes = new Proxy(stale.kubernetes, {
      get(target, name): unknown {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]): Promise<unknown> => {
          if (name === 'replace' && first) {
            first = false;
            await renewSession(access, await world.run(), { now: true });
          }
          const answer: unknown = await Reflect.apply(value, target, given);
          return answer;
        };
      },
    });
    const lost = await renewSession(access, { ...stale, kubernetes }, { now: true });
    assert.equal(lost.renewed, false);
  });
});

test('a renewal makes nothing where the access is not applied or its Secret is of others', async () => {
  await inCluster(async (world) => {
    const idOf = (id: string) => (error: unknown): boolean => error instanceof AccessError && error.id === id;
    await assert.rejects(renewSession(access, await world.run()), idOf('session-mode-missing'));
    await done(applyAccess(renewed(), await world.run()));
    const reference = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-openhands-session' } as const;
    await world.kubernetes.remove(reference);
    await assert.rejects(renewSession(access, await world.run()), idOf('session-secret-missing'));
    await world.kubernetes.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: reference.name } });
    await assert.rejects(renewSession(access, await world.run()), idOf('session-secret-missing'));
    assert.deepEqual((await planAccess(renewed(), await world.run())).plan.findings.filter(({ severity }) => severity === 'error').map(({ id }) => id), ['name-taken']);
  });
});

test('a change, a rollback and a destroy of an access with sessions leave nothing behind', async () => {
  await inCluster(async (world) => {
    const before = await world.left();
    await done(applyAccess(renewed(), await world.run()));
    const first = world.sandbox.aws.snapshot();
    await done(applyAccess(renewed({}, { models: haiku }), await world.run()));
    await done(rollbackAccess(access, await world.run()));
    assert.deepEqual(world.sandbox.aws.snapshot(), first);
    await done(applyAccess(renewed({ sessionDuration: '30m' }), await world.run()));
    await done(destroyAccess(access, await world.run()));
    await world.sandbox.clock.advance(5000);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
    assert.deepEqual(await world.left(), before);
  });
});

test('with a sidecar the containers of the workload have an address and a token, and the session lies in the sidecar alone', async () => {
  await inCluster(async (world) => {
    const declaration = renewed({ delivery: 'sidecar', image: 'registry.example/bedrock-access:0.1.0' });
    await done(applyAccess(declaration, await world.run()));
    assert.deepEqual(await stepsToTake(declaration, await world.run()), []);
    const [pod] = (await world.kubernetes.list('v1', 'Pod', { namespace })).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const [container] = recordsAt(pod, 'spec', 'containers');
    const [sidecar] = recordsAt(pod, 'spec', 'initContainers');
    const secretsOf = (one: unknown): readonly string[] =>
      recordsAt(one, 'volumeMounts').flatMap(({ name }) => {
        const volume = recordsAt(pod, 'spec', 'volumes').find((each) => each['name'] === name);
        return textAt(volume, 'secret', 'secretName') === undefined ? [] : [recordsAt(volume, 'secret', 'items').map(({ key }) => String(key)).join() || 'everything'];
      });
    assert.deepEqual([secretsOf(container), secretsOf(sidecar)], [['token'], ['everything']]);
    assert.equal(textAt(sidecar, 'restartPolicy'), 'Always');
    assert.deepEqual(outcomesOf(await verified(declaration, await world.run())), roleChecksPassed);
  });
});

test('the sidecar gives the session that lies in the file at the moment, to who has the token, and none that has ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bedrock-access-session-'));
  const [sessionFile, tokenFile] = [join(folder, 'credentials.json'), join(folder, 'token')];
  let now = new Date('2026-11-24T09:00:00Z');
  const server = await serveSession({ sessionFile, tokenFile }, 0, () => now);
  const ask = async (authorization: string, path = '/credentials'): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { authorization } });
    return `${response.status} ${await response.text()}`;
  };
  const session = (id: string, ends: string): Promise<void> => writeFile(sessionFile, JSON.stringify({ Version: 1, AccessKeyId: id, SecretAccessKey: 's', SessionToken: 't', Expiration: ends }));
  try {
    assert.match(await ask('x', '/ready'), /^200/);
    assert.match(await ask(''), /^401/);
    await writeFile(tokenFile, 'the-token\n');
    assert.match(await ask('another'), /^401/);
    assert.match(await ask('the-token'), /^503 .*SessionMissing/);
    await session('ASIA1', '2026-11-24T10:00:00Z');
    assert.equal(await ask('the-token'), '200 {"AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t","Expiration":"2026-11-24T10:00:00Z"}');
    await session('ASIA2', '2026-11-24T11:00:00Z');
    assert.match(await ask('the-token'), /ASIA2/);
    now = new Date('2026-11-24T11:00:00Z');
    assert.match(await ask('the-token'), /^503 .*SessionEnded/);
    assert.match(await ask('the-token', '/other'), /^404/);
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
});

test('permissions: with exactly what is printed an access with sessions is planned, applied, renewed, verified, rolled back and destroyed', async () => {
  const boundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';
  const bounded = (spec: Partial<AccessDocumentSpec> = {}): Access => renewed({ renewer: programIdentity }, { permissionsBoundary: boundary, ...spec });
  const world = await startLeastWorld(bounded(), undefined, { now: new Date(), objects: [deployment()] });
  try {
    await done(applyAccess(bounded(), await world.least()));
    assert.deepEqual((await verified(bounded(), await world.least())).filter(({ outcome }) => outcome !== 'passed'), []);
    assert.equal((await renewSession(access, await world.least(), { now: true })).renewed, true);
    await done(applyAccess(bounded({ models: haiku }), await world.least()));
    await done(rollbackAccess(access, await world.least()));
    await (await world.run()).aws.webIdentity.setTrust('bedrock-openhands-role', { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: { AWS: administrator }, Action: 'sts:AssumeRole' }] });
    await done(applyAccess(bounded(), await world.least()));
    await done(destroyAccess(access, await world.least()));
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()), ['policies']);

    const { granted } = usedIsDeclared(world);
    assert.ok(granted.includes('sts:AssumeRole') && !granted.some((action) => action.startsWith('eks:') || action.startsWith('rolesanywhere:')));
  } finally {
    await world.stop();
  }
});

test('what the role and this mode do not allow is refused with its place', () => {
  const refused = (session: Partial<SessionDocument>): readonly string[] => {
    try {
      renewed(session);
      return [];
    } catch (error) {
      assert.ok(error instanceof AccessError);
      return [error.message];
    }
  };
  assert.match(refused({ renewer: 'arn:aws:iam::123456789012:root' }).join(), /renewer/);
  assert.match(refused({ renewer: 'arn:aws:iam::999999999999:role/renewer' }).join(), /account 999999999999/);
  assert.match(refused({ sessionDuration: '2h' }).join(), /from 15m to 1h/);
  assert.match(refused({ delivery: 'sidecar' }).join(), /image/);
  assert.deepEqual(refused({ sessionDuration: '30m' }), []);
});
