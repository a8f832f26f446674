/** The stand-in for External Secrets Operator with one store, in a world that stands still unless a test moves it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAwsServer } from '../../../src/sandbox/aws/server.ts';
import { startExternalSecrets } from '../../../src/sandbox/external-secrets/index.ts';
import { startKubernetesServer } from '../../../src/sandbox/kubernetes/server.ts';
import type { ObjectStore } from '../../../src/sandbox/kubernetes/store.ts';
import { createWorld, type Part, type World } from '../../../src/sandbox/world.ts';

export const apiVersion = 'external-secrets.io/v1';
export const region = 'ap-northeast-1';

export interface StandIn {
  readonly world: World;
  readonly store: ObjectStore;
  readonly aws: Awaited<ReturnType<typeof startAwsServer>>;
  stop(): Promise<void>;
}

/** The ClusterSecretStore has the service's name in lower case. */
export async function startStandIn(service: 'ParameterStore' | 'SecretsManager'): Promise<StandIn> {
  const directory = await mkdtemp(join(tmpdir(), 'external-secrets-'));
  const world = createWorld({ now: new Date('2026-11-24T00:00:00Z'), ticking: false }, directory);
  const aws = await startAwsServer(world);
  const parts: readonly Part[] = [aws, await startKubernetesServer(world), await startExternalSecrets(world)];
  const { store } = world;
  assert.ok(store !== undefined);
  store.create({ apiVersion, kind: 'ClusterSecretStore', metadata: { name: service.toLowerCase() }, spec: { provider: { aws: { service, region } } } });
  return {
    world,
    store,
    aws,
    async stop() {
      for (const part of parts.toReversed()) await part.stop();
      world.clock.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
