/** Export of an access with a short-term API key: role and policy in Terraform, the variable in the manifests; the program signs keys and restarts. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { renewSession } from '../../../src/credentials/session/renew.ts';
import { applyAccess } from '../../../src/engine/index.ts';
import { textAt } from '../../../src/resources/json.ts';
import { changes, events, failures, startEngineWorld, type EngineWorld } from '../../scenarios/engine-world.ts';
import { administrator } from '../../scenarios/keyless-world.ts';
import { verified } from '../../scenarios/outcomes.ts';
import { callsAndStays, cluster, declaredIn, exportedTwice, inCheckout, plain, playKeyless, shownAs, takenAway, tfaction } from './exported.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, plainRepositories, tfactionRepositories, withoutKeys, type Files } from './repositories.ts';

const mode = `apiKey: { term: short, renewer: "${administrator}", sessionDuration: 12h }`;
const declaration = (name: 'openhands' | 'worker', credentials = mode): string => declarationFor(name, (text) => text.replace(/ {4}accessKey:\n[^]*$/, `    ${credentials}\n`).replace(/client: \S+/, 'client: boto3'));
const deployment = 'cluster/argoproj/openhands/deployment.yaml';
const secret = 'bedrock-openhands-short-term-key';
const mark = 'bedrock-access.dev/credential';
const hour = 3_600_000;

const inTfaction = { ...tfaction, files: withoutKeys(tfactionRepositories), access: 'openhands' } as const;
const inPlain = { ...plain, files: withoutKeys(plainRepositories), access: 'worker' } as const;

suite('export of an access with a short-term API key', () => {
  for (const { golden, places, manifests, files: repositories, access: name } of [{ golden: 'short-term-key', ...inTfaction }, { golden: 'short-term-key-plain', ...inPlain }] as const) {
    const files: Files = { ...repositories, 'access.yaml': declaration(name) };

    test(`as a user sees it (${name}): role and policy, the variable from the Secret, and who makes that`, async () => {
      await shownAs(golden, files, places);
    });

    test(`a second run changes nothing, check finds nothing new, and the removal leaves the files as they were (${name})`, async () => {
      await inCheckout(files, async (copy, run) => {
        await exportedTwice(copy, run, { places, manifests, right: 'boundary-missing' });
        assert.match(await takenAway(copy, run, places, files), /Remove the Secret with the session.*bedrock-access destroy --name/s);
      });
    });
  }

  test('after Terraform, the first key and the manifests the pods call; each renewal restarts them, and Argo CD neither undoes that nor restarts them again', async () => {
    const world = await startEngineWorld({ judged: false, now: new Date(), externalSecrets: false, objects: [] });
    try {
      await inCheckout({ ...inTfaction.files, 'access.yaml': declaration('openhands') }, async (copy, run) => {
        const context = await world.run();
        assert.equal((await run(...tfaction.places, '--cluster-id', context.clusterId)).code, 0);
        const access = declaredIn(copy);
        assert.deepEqual(access.spec.managedBy, { iam: 'terraform', cluster: 'manifests' });
        await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
        assert.equal((await context.aws.webIdentity.getRole('bedrock-openhands-role'))?.maxSessionSeconds, 43_200);
        assert.deepEqual(failures(await events(applyAccess(access, { ...(await world.run()), only: ['session-secret'] }))), []);
        // Nothing to restart before the pods have the key.
        assert.deepEqual((await renewSession(access.metadata, await world.run(), { now: true })).restarted, []);

        await playKeyless(copy, world);
        await world.sandbox.clock.advance(60_000);
        const [first, before] = [await tokenOf(world), await pods(world)];
        assert.equal(await markOn(world), undefined);
        await world.sandbox.clock.advance(6.1 * hour);
        const renewal = await renewSession(access.metadata, await world.run());
        assert.deepEqual([renewal.renewed, renewal.restarted], [true, ['Deployment openhands']]);
        await world.sandbox.clock.advance(60_000);
        assert.notEqual(await tokenOf(world), first);
        const after = await pods(world);
        assert.ok(after.length > 0 && after.every((uid) => !before.includes(uid)));
        const said = await markOn(world);
        assert.ok(said !== undefined);

        // Argo CD applies git once more: the mark is not in git, and stays.
        await playKeyless(copy, world);
        await world.sandbox.clock.advance(60_000);
        assert.deepEqual([await markOn(world), await pods(world)], [said, after]);
        const again = await events(applyAccess(access, await world.run()));
        assert.deepEqual([failures(again), changes(again)], [[], []]);
        assert.deepEqual((await verified(access, await world.run())).flatMap(({ outcome, findings }) => (outcome === 'passed' ? [] : findings.map(({ message }) => message))), []);
        await callsAndStays(copy, access, world);
        assert.equal(await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'openhands', name: secret }), undefined);
      });
    } finally {
      await world.stop();
    }
  });

  test('where Reloader restarts for Secrets the manifests say so, and the program restarts nothing', async () => {
    const world = await startEngineWorld({ judged: false, now: new Date(), externalSecrets: false, objects: [] });
    try {
      await inCheckout({ ...inTfaction.files, 'cluster/argoproj/reloader/deployment.yaml': JSON.stringify(reloader), 'access.yaml': declaration('openhands') }, async (copy, run) => {
        const context = await world.run();
        assert.equal((await run(...tfaction.places, '--cluster-id', context.clusterId)).code, 0);
        const access = declaredIn(copy);
        assert.match(copy.files()[deployment] ?? '', new RegExp(`secret\\.reloader\\.stakater\\.com/reload: ${secret}`));
        await world.kubernetes.create(reloader);
        await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
        await events(applyAccess(access, { ...(await world.run()), only: ['session-secret'] }));
        await playKeyless(copy, world);
        await world.sandbox.clock.advance(60_000);
        assert.deepEqual((await renewSession(access.metadata, await world.run(), { now: true })).restarted, []);
        assert.equal(await markOn(world), undefined);
        assert.equal((await run('--remove', ...tfaction.places)).code, 0);
        assert.doesNotMatch(copy.files()[deployment] ?? '', /reloader/);
      });
    } finally {
      await world.stop();
    }
  });

  test('from a key pair or a session in the manifests to a short-term key, and back: the variables of before go', async () => {
    const pair = declarationFor('openhands', (text) => text.replace(/client: \S+/, 'client: boto3'));
    const session = declaration('openhands', `session: { renewer: "${administrator}", delivery: credential-process }`);
    for (const other of [pair, session]) {
      await inCheckout({ ...inTfaction.files, 'access.yaml': other }, async (copy, run) => {
        assert.equal((await run(...tfaction.places, ...cluster)).code, 0);
        const before = copy.files()[deployment] ?? '';
        copy.write({ 'access.yaml': declaration('openhands') });
        const there = await run(...tfaction.places, ...cluster);
        assert.equal(there.code, 0, there.stderr);
        const text = copy.files()[deployment] ?? '';
        assert.match(text, new RegExp(`name: AWS_BEARER_TOKEN_BEDROCK\\n +valueFrom:\\n +secretKeyRef:\\n +name: ${secret}`));
        assert.doesNotMatch(text, /AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_CONFIG_FILE|bedrock-credentials|volumeMounts:\n +- name: bedrock-access/);
        copy.write({ 'access.yaml': other });
        const back = await run(...tfaction.places, ...cluster);
        assert.equal(back.code, 0, back.stderr);
        const sorted = (lines: string): readonly string[] => lines.trim().split('\n').sort();
        assert.deepEqual(sorted(copy.files()[deployment] ?? ''), sorted(before));
      });
    }
  });
});

const reloader = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'openhands', name: 'reloader', labels: { 'app.kubernetes.io/name': 'reloader' } },
  spec: { selector: { matchLabels: { app: 'reloader' } }, template: { metadata: { labels: { app: 'reloader' } }, spec: { containers: [{ name: 'reloader', image: 'ghcr.io/stakater/reloader:v1.4.0' }] } } },
} as const;

async function tokenOf({ kubernetes }: EngineWorld): Promise<string | undefined> {
  return textAt(await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'openhands', name: secret }), 'data', 'AWS_BEARER_TOKEN_BEDROCK');
}

async function markOn({ kubernetes }: EngineWorld): Promise<string | undefined> {
  return textAt(await kubernetes.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'openhands', name: 'openhands' }), 'spec', 'template', 'metadata', 'annotations', mark);
}

async function pods({ kubernetes }: EngineWorld): Promise<readonly string[]> {
  return (await kubernetes.list('v1', 'Pod', { namespace: 'openhands' })).filter(({ metadata }) => metadata.deletionTimestamp === undefined && metadata.name?.startsWith('openhands-') === true).map(({ metadata }) => metadata.uid ?? '');
}
