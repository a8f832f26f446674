/** The seed's world with the pair in AWS Secrets Manager. */
import type { AccessDocumentSpec } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { declared, deployment, inSandbox, store, type EngineWorld } from './engine-world.ts';

export const region = 'ap-northeast-1';
export const secretName = 'bedrock-openhands-credentials';
export const secretStore = { kind: 'ClusterSecretStore', name: 'secretsmanager', service: 'SecretsManager', region } as const;

export function secretsStore(provider: Readonly<Record<string, unknown>> = {}, spec: Readonly<Record<string, unknown>> = {}): KubernetesObject {
  return { ...store(), metadata: { name: 'secretsmanager' }, spec: { ...spec, provider: { aws: { service: 'SecretsManager', region, ...provider } } } };
}

export function inSecretsManager(spec: Partial<AccessDocumentSpec> = {}): Access {
  return declared({ workloads: [{ kind: 'Deployment', name: 'openhands', client: 'aws-sdk' }], credentials: { accessKey: { secretStore } }, ...spec });
}

/** A sandbox with both stores. */
export function withSecrets(play: (world: EngineWorld) => Promise<void>, options: Parameters<typeof inSandbox>[1] = {}): Promise<void> {
  return inSandbox(play, { objects: [store(), secretsStore(), deployment()], ...options });
}
