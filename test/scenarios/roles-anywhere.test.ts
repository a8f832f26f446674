/** An access whose pods call as a role for a certificate of cert-manager's: from an empty account through apply, verify, change, drift, rollback and destroy. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import { credentialSource } from '../../src/aws/credentials.ts';
import { restCaller } from '../../src/aws/rest-json.ts';
import { applyAccess, destroyAccess, rollbackAccess } from '../../src/engine/index.ts';
import type { RunContext } from '../../src/engine/types.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { at, recordsAt, textAt } from '../../src/resources/json.ts';
import { authorityOf, createAuthority } from '../../src/sandbox/certificates/authority.ts';
import { access, declared, deployment, events, forgetRevisions, inSandbox, namespace, startEngineWorld, type EngineWorld } from './engine-world.ts';
import { roleChecksPassed } from './keyless-world.ts';
import { done, errorsOf, outcomesOf, stepsToTake, verified } from './outcomes.ts';
import { startLeastWorld, usedIsDeclared } from './permissions-world.ts';

const region = 'us-west-2';
const haiku = [{ id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0', role: 'default' }];
const secretReference = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'bedrock-openhands-certificate' };

/** Calls for a certificate of the platform's issuer. */
function certified(trustAnchor: string, spec: Partial<AccessDocumentSpec> = {}): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { rolesAnywhere: { trustAnchor, issuer: { name: 'platform' } } }, ...spec });
}

interface CertifiedWorld extends EngineWorld {
  readonly trustAnchor: string;
}

function inCluster(play: (world: CertifiedWorld) => Promise<void>, objects: readonly KubernetesObject[] = [deployment()]): Promise<void> {
  return inSandbox((world) => play({ ...world, trustAnchor: world.sandbox.trustAnchor ?? '' }), { certManager: true, externalSecrets: false, objects });
}

async function found(declaration: Access, context: RunContext): Promise<readonly string[]> {
  return (await verified(declaration, context)).flatMap(({ findings }) => findings.map(({ id }) => id)).sort();
}

/** As somebody does in the console. */
async function disableProfiles({ sandbox, run }: EngineWorld): Promise<void> {
  const { environment, productClock: clock } = sandbox;
  const session = { region, environment, credentials: credentialSource({ environment }), userAgent: 'test', clock, random: () => 0, timeout: 5000, log: [] };
  const call = restCaller(session, { signingName: 'rolesanywhere', endpoint: 'ROLESANYWHERE', region });
  for (const { id } of await (await run()).aws.rolesAnywhere(region).listProfiles()) await call({ method: 'POST', path: `/profile/${id}/disable` });
}

test('pods call as a role that trusts one certificate of one authority, and only their sidecar sees its key', async () => {
  await inCluster(async (world) => {
    const declaration = certified(world.trustAnchor);
    await done(applyAccess(declaration, await world.run()));
    await world.sandbox.clock.advance(1000);
    assert.deepEqual(await stepsToTake(declaration, await world.run()), []);
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()).sort(), ['policies', 'roles', 'rolesAnywhereProfiles']);
    assert.deepEqual((await world.kubernetes.list('v1', 'Secret', { namespace })).map(({ metadata }) => metadata.name), ['bedrock-openhands-certificate']);

    const [pod] = await world.kubernetes.list('v1', 'Pod', { namespace });
    const [container] = recordsAt(pod, 'spec', 'containers');
    assert.ok(!recordsAt(container, 'volumeMounts').some(({ name }) => name === 'bedrock-access-certificate'), 'the workload does not see the key');
    const [sidecar] = recordsAt(pod, 'spec', 'initContainers');
    assert.deepEqual([sidecar?.['name'], sidecar?.['restartPolicy'], sidecar?.['image']], ['bedrock-access-credentials', 'Always', 'public.ecr.aws/rolesanywhere/credential-helper:latest']);
    const args = JSON.stringify(sidecar?.['args']);
    assert.match(args, /"serve","--certificate","\/var\/run\/secrets\/bedrock-access\.dev\/certificate\/tls\.crt"/);
    assert.match(args, /"--profile-arn","arn:aws:rolesanywhere:us-west-2:123456789012:profile\/[0-9a-f-]{36}"/);
    const environment = await world.kubernetes.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'bedrock-openhands-environment' });
    assert.equal(textAt(at(environment, 'data'), 'AWS_EC2_METADATA_SERVICE_ENDPOINT'), 'http://127.0.0.1:9911/');

    const checks = await verified(declaration, await world.run());
    assert.deepEqual(outcomesOf(checks), roleChecksPassed, JSON.stringify(checks, null, 1));
    const calls = world.sandbox.audit.filter(({ action }) => action.startsWith('bedrock:Invoke'));
    assert.ok(calls.length >= 2 && calls.every(({ identity, verdict }) => verdict === 'allow' && identity.startsWith('arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/')), JSON.stringify(calls));
  });
});

test('a change, a rollback and a destroy leave nothing behind, the Secret of the certificate neither', async () => {
  await inCluster(async (world) => {
    const before = await world.left();
    await done(applyAccess(certified(world.trustAnchor), await world.run()));
    const first = world.sandbox.aws.snapshot();
    await done(applyAccess(certified(world.trustAnchor, { models: haiku, credentials: { rolesAnywhere: { trustAnchor: world.trustAnchor, issuer: { name: 'platform' }, sessionDuration: '15m' } } }), await world.run()));
    assert.notDeepEqual(world.sandbox.aws.snapshot(), first);
    await done(rollbackAccess(access, await world.run()));
    assert.deepEqual(world.sandbox.aws.snapshot(), first);
    await done(destroyAccess(access, await world.run()));
    await world.sandbox.clock.advance(5000);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
    assert.deepEqual(await world.left(), before);
  });
});

test('a trust that somebody widened, a profile that somebody disabled and a Certificate that somebody deleted are told by verify and mended by apply', async () => {
  await inCluster(async (world) => {
    const declaration = certified(world.trustAnchor);
    await done(applyAccess(declaration, await world.run()));
    const { aws } = await world.run();
    const role = await aws.webIdentity.getRole('bedrock-openhands-role');
    const [statement] = role?.trust.Statement ?? [];
    assert.ok(role !== undefined && statement !== undefined);
    await aws.webIdentity.setTrust(role.name, { ...role.trust, Statement: [statement, { Sid: 'Everybody', Effect: 'Allow', Principal: { Service: 'rolesanywhere.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] }] });
    const [profile] = await aws.rolesAnywhere(region).listProfiles();
    assert.ok(profile !== undefined);
    await aws.rolesAnywhere(region).updateProfile(profile.id, { roleArns: [], durationSeconds: 900 });
    await world.kubernetes.remove({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', namespace, name: 'bedrock-openhands-certificate' });
    assert.deepEqual(await found(declaration, await world.run()), ['certificate-not-ready', 'certificate-session-refused', 'roles-anywhere-profile-differs', 'trust-differs']);
    assert.deepEqual(await stepsToTake(declaration, await world.run()), ['update iam-role/role', 'update roles-anywhere-profile/profile', 'update certificate/certificate']);
    await done(applyAccess(declaration, await world.run()));
    assert.deepEqual(await found(declaration, await world.run()), []);
    await disableProfiles(world);
    assert.deepEqual(await found(declaration, await world.run()), ['certificate-session-refused', 'roles-anywhere-profile-differs']);
    await done(applyAccess(declaration, await world.run()));
    assert.deepEqual(await found(declaration, await world.run()), []);
    await aws.rolesAnywhere(region).deleteProfile(profile.id);
    assert.deepEqual(await found(declaration, await world.run()), ['roles-anywhere-profile-missing']);
    await done(applyAccess(declaration, await world.run()));
    assert.deepEqual(await found(declaration, await world.run()), []);
  });
});

test('a certificate out of force, of another authority or without its key is told apart, with what to do', async () => {
  await inCluster(async (world) => {
    const declaration = certified(world.trustAnchor);
    await done(applyAccess(declaration, await world.run()));
    const issuer = await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'cert-manager', name: 'platform' });
    const authority = createAuthority('another');
    const text = (key: string): string => Buffer.from(textAt(at(issuer, 'data'), key) ?? '', 'base64').toString('utf8');
    const platform = authorityOf({ certificate: text('tls.crt'), key: text('tls.key') });
    // Somebody writes into the Secret while cert-manager stands still.
    const hold = async (data: Readonly<Record<string, string>>): Promise<readonly string[]> => {
      const run = await world.run();
      const secret = await world.kubernetes.get(secretReference);
      assert.ok(secret !== undefined);
      const changed = { ...secret, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) };
      return found(declaration, { ...run, kubernetes: { ...run.kubernetes, get: async (reference) => (reference.kind === 'Secret' && reference.name === secretReference.name ? changed : run.kubernetes.get(reference)) } });
    };
    const held = ({ certificate, key }: { readonly certificate: string; readonly key: string }): Readonly<Record<string, string>> => ({ 'tls.crt': certificate, 'tls.key': key });
    const commonName = 'openhands.openhands';
    assert.deepEqual(await hold(held(platform.issue({ commonName }))), []);
    assert.deepEqual(await hold(held(platform.issue({ commonName, to: Date.now() - 60_000 }))), ['certificate-out-of-force']);
    assert.deepEqual(await hold(held(platform.issue({ commonName, from: Date.now() + 600_000 }))), ['certificate-out-of-force']);
    assert.deepEqual(await hold(held(authority.issue({ commonName }))), ['certificate-not-of-trust-anchor']);
    assert.deepEqual(await hold(held(platform.issue({ commonName: 'openhands.other' }))), ['certificate-session-refused']);
    assert.deepEqual(await hold({ 'tls.crt': platform.issue({ commonName }).certificate }), ['certificate-missing']);
  });
});

test('without trust anchor, cert-manager or issuer, and where a pod would not come to the session, nothing is written', async () => {
  await inCluster(
    async (world) => {
      assert.deepEqual(await errorsOf(certified(world.trustAnchor.replace(/.$/, (last) => (last === '0' ? '1' : '0'))), await world.run()), ['trust-anchor-missing', 'host-network-shares-identity']);
      assert.deepEqual(await errorsOf(certified(world.trustAnchor, { credentials: { rolesAnywhere: { trustAnchor: world.trustAnchor, issuer: { name: 'nobody' } } } }), await world.run()), ['certificate-issuer-missing', 'host-network-shares-identity']);
      await events(applyAccess(certified(world.trustAnchor), await world.run())).catch(() => []);
      assert.deepEqual(world.sandbox.aws.snapshot(), {});
    },
    [deployment('openhands', {}, { hostNetwork: true })],
  );
  await inCluster(
    async (world) => {
      assert.deepEqual(await errorsOf(certified(world.trustAnchor), await world.run()), ['variable-hides-identity']);
    },
    [deployment('openhands', { env: [{ name: 'AWS_EC2_METADATA_DISABLED', value: 'true' }] })],
  );
  const bare = await startEngineWorld({ externalSecrets: false, objects: [deployment()] });
  try {
    const trustAnchor = bare.sandbox.aws.trustAnchor('platform', createAuthority('platform').certificate, region);
    assert.deepEqual(await errorsOf(certified(trustAnchor), await bare.run()), ['cert-manager-absent']);
  } finally {
    await bare.stop();
  }
});

test('a renewed certificate, with a new key, goes on giving sessions without a restart of the pods', async () => {
  await inCluster(async (world) => {
    const declaration = certified(world.trustAnchor);
    await done(applyAccess(declaration, await world.run()));
    const pods = async (): Promise<readonly (string | undefined)[]> => (await world.kubernetes.list('v1', 'Pod', { namespace })).map(({ metadata }) => metadata.uid);
    const held = async (): Promise<string | undefined> => textAt(at(await world.kubernetes.get(secretReference), 'data'), 'tls.key');
    await world.sandbox.clock.advance(1000);
    const [started, key] = [await pods(), await held()];
    await world.sandbox.clock.advance(16 * 3_600_000);
    assert.notEqual(await held(), key);
    assert.deepEqual(await pods(), started);
    assert.deepEqual(await found(declaration, await world.run()), []);
    assert.deepEqual(await stepsToTake(declaration, await world.run()), []);
  });
});

test('a profile whose creation was never answered is found by its tags: there is one in the end, and none after destroy', async () => {
  for (const when of ['before', 'after'] as const) {
    await inCluster(async (world) => {
      world.sandbox.faults.add({ action: 'rolesanywhere:CreateProfile', fault: { kind: 'kill', when } });
      await events(applyAccess(certified(world.trustAnchor), await world.run())).catch(() => []);
      await world.sandbox.clock.advance(600_000);
      await done(applyAccess(certified(world.trustAnchor), await world.run()));
      const { aws } = await world.run();
      assert.equal((await aws.rolesAnywhere(region).listProfiles()).length, 1);
      await aws.rolesAnywhere(region).createProfile({ name: 'bedrock-openhands-openhands', roleArns: [], durationSeconds: 3600, tags: {} });
      await done(destroyAccess(access, await world.run()));
      assert.deepEqual((await aws.rolesAnywhere(region).listProfiles()).map(({ roleArns }) => roleArns), [[]], 'one of that name that is not ours stays');
    });
  }
});

test('without a revision, a destroy finds role, profile, certificate and the rest by their tags and labels', async () => {
  await inCluster(async (world) => {
    const before = await world.left();
    await done(applyAccess(certified(world.trustAnchor), await world.run()));
    await forgetRevisions(world);
    await done(destroyAccess(access, await world.run()));
    await world.sandbox.clock.advance(5000);
    assert.deepEqual(world.sandbox.aws.snapshot(), {});
    assert.deepEqual(await world.left(), before);
  });
});

test('permissions: with exactly what is printed the access is planned, applied, verified, mended, rolled back and destroyed', async () => {
  const boundary = 'arn:aws:iam::123456789012:policy/bedrock-access/bedrock-access-boundary';
  // The trust anchor's id is the same in every world of one seed.
  const probe = await startEngineWorld({ certManager: true, externalSecrets: false, objects: [] });
  const trustAnchor = probe.sandbox.trustAnchor ?? '';
  await probe.stop();
  const bounded = (spec: Partial<AccessDocumentSpec> = {}): Access => certified(trustAnchor, { permissionsBoundary: boundary, ...spec });
  const world = await startLeastWorld(bounded(), undefined, { certManager: true, externalSecrets: false, objects: [deployment()] });
  try {
    assert.equal(world.sandbox.trustAnchor, trustAnchor);
    await done(applyAccess(bounded(), await world.least()));
    await world.sandbox.clock.advance(1000);
    assert.deepEqual((await verified(bounded(), await world.least())).filter(({ outcome }) => outcome !== 'passed'), []);
    for (let turn = 0; turn < 3; turn += 1) {
      await done(applyAccess(bounded({ models: haiku, credentials: { rolesAnywhere: { trustAnchor, issuer: { name: 'platform' }, sessionDuration: '30m' } } }), await world.least()));
      await done(rollbackAccess(access, await world.least()));
    }
    const { aws } = await world.run();
    await aws.webIdentity.setTrust('bedrock-openhands-role', { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: { Service: 'rolesanywhere.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
    await aws.webIdentity.detachPolicy('bedrock-openhands-role', 'arn:aws:iam::123456789012:policy/service/bedrock-openhands-policy');
    await disableProfiles(world);
    await done(applyAccess(bounded(), await world.least()));
    await done(destroyAccess(access, await world.least()));
    assert.deepEqual(Object.keys(world.sandbox.aws.snapshot()), ['policies']);

    const { unused } = usedIsDeclared(world);
    // AWS asks for tagging and passing where things are made; an inline policy is read where there is one, the account where nothing tells the names.
    assert.deepEqual(unused, ['iam:GetAccountAuthorizationDetails', 'iam:GetRolePolicy', 'iam:PassRole', 'iam:TagPolicy', 'iam:TagRole', 'rolesanywhere:TagResource'], 'declared and not used');
  } finally {
    await world.stop();
  }
});
