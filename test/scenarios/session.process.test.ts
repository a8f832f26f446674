/** Pods with a renewed session as real processes: the AWS SDK in them finds it by a command, or at the sidecar. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionDocument } from '../../src/access/document.ts';
import { renewSession } from '../../src/credentials/session/renew.ts';
import { applyAccess } from '../../src/engine/index.ts';
import { textAt } from '../../src/resources/json.ts';
import { access, declared, deployment, events, failures, inSandbox, type EngineWorld } from './engine-world.ts';
import { administrator } from './keyless-world.ts';

const identity = 'arn:aws:sts::123456789012:assumed-role/bedrock-openhands-role/bedrock-access-openhands-openhands';

async function inPods(session: SessionDocument, told: (world: EngineWorld) => Promise<void>): Promise<void> {
  await inSandbox(
    async (world) => {
      const said = await events(applyAccess(declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { session } }), await world.run()));
      assert.deepEqual(failures(said), []);
      const called = (): boolean => world.sandbox.audit.some((entry) => entry.action === 'bedrock:InvokeModel' && entry.verdict === 'allow' && entry.identity === identity);
      for (let count = 0; count < 400 && !called(); count += 1) await sleep(50);
      assert.ok(called());
      await told(world);
    },
    { now: new Date(), externalSecrets: false, workloads: 'processes', objects: [deployment()] },
  );
}

it('the AWS SDK in a pod calls with the session that a credential process reads from a file, and a renewed one comes into the file', () =>
  inPods({ renewer: administrator, delivery: 'credential-process' }, async (world) => {
    const files = (): readonly string[] => globSync(join(dirname(world.sandbox.kubernetes.kubeconfigFile), '**', 'credentials.json')).map((file) => textAt(JSON.parse(readFileSync(file, 'utf8')), 'AccessKeyId') ?? '');
    const first = files();
    assert.equal(first.length, 1);
    await renewSession(access, await world.run(), { now: true });
    await world.sandbox.clock.advance(30_000);
    assert.deepEqual(files(), first);
    await world.sandbox.clock.advance(40_000);
    const secret = await world.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: access.namespace, name: 'bedrock-openhands-session' });
    assert.notDeepEqual(files(), first);
    assert.deepEqual(files(), [secret?.metadata.annotations?.['bedrock-access.dev/access-key-id']]);
  }));

it('the AWS SDK in a pod calls with the session that the sidecar serves on loopback', () => inPods({ renewer: administrator, delivery: 'sidecar', image: 'registry.example/bedrock-access:0.1.0' }, async () => {}));
