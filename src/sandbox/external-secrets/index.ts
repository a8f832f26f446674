/**
 * A stand-in for External Secrets Operator: its CustomResourceDefinitions and a controller with the semantics of v0.20 for the AWS
 * providers of ParameterStore and SecretsManager. It reads through the sandbox's own SSM, Secrets Manager and STS with the store's identity, so every read is authorised and audited.
 */
import { textAt, type ObjectReference, type StoredObject } from '../kubernetes/object.ts';
import type { StoreEvent } from '../kubernetes/store.ts';
import { EventRecorder } from '../workloads/event-recorder.ts';
import { WorkQueue } from '../workloads/work-queue.ts';
import type { Part, World } from '../world.ts';
import { externalSecretsDefinitions, externalSecretsGroup } from './crds.ts';
import { reconcileExternalSecret } from './external-secret.ts';
import { validateStore } from './provider.ts';
import { valueReader } from './read-values.ts';
import { reconcileSecretStore } from './secret-store.ts';
import type { IdentitySources } from './store-identity.ts';
import { managedLabel, targetNameOf } from './target-secret.ts';

/** pkg/controllers/common `BuildRateLimiter`. */
const backOff = { first: 1000, most: 7 * 60_000 };

/** The operator's own identity: what a store without `auth` reads with. */
const operatorPolicy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath', 'ssm:ListTagsForResource', 'secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], Resource: '*' },
    { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: '*' },
    { Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: '*' },
  ],
};

/** Installs the definitions and starts the controllers. AWS and Kubernetes must have been started. */
export async function startExternalSecrets(world: World): Promise<Part> {
  const { store } = world;
  if (store === undefined) throw new Error('External Secrets needs the Kubernetes part to be started first');
  const option = world.options.externalSecrets;
  const servedVersions = typeof option === 'object' ? option.servedVersions : ['v1'];
  for (const definition of externalSecretsDefinitions(servedVersions)) store.create(definition, { manager: 'helm' });

  const operator = (await world.issueCredentials?.('external-secrets', operatorPolicy)) ?? { accessKeyId: '', secretAccessKey: '' };
  const sources: IdentitySources = { world, store, operator, issueToken: undefined };
  const events = new EventRecorder(store, 'external-secrets');
  const externalSecretController = { world, store, events, readValues: valueReader(sources) };
  const storeEvents = { SecretStore: new EventRecorder(store, 'secret-store'), ClusterSecretStore: new EventRecorder(store, 'cluster-secret-store') };
  const secretStoreController = {
    store,
    events: (kind: string) => (kind === 'SecretStore' ? storeEvents.SecretStore : storeEvents.ClusterSecretStore),
    validate: (secretStore: StoredObject) => validateStore(secretStore, sources),
  };

  const externalSecrets = new WorkQueue(world.clock, backOff, (key) => reconcileExternalSecret(referenceOf(key), externalSecretController));
  const secretStores = new WorkQueue(world.clock, backOff, (key) => reconcileSecretStore(referenceOf(key), secretStoreController));

  const version = `${externalSecretsGroup}/${servedVersions.includes('v1') ? 'v1' : 'v1beta1'}`;
  const unsubscribe = store.subscribe(({ type, object, resourceType }: StoreEvent) => {
    if (resourceType.group === externalSecretsGroup && type !== 'DELETED') {
      const key = keyOf({ ...object, apiVersion: version });
      if (object.kind === 'ExternalSecret') externalSecrets.add(key);
      if (object.kind === 'SecretStore' || object.kind === 'ClusterSecretStore') secretStores.add(key);
    }
    // A managed Secret that changed or went: every ExternalSecret of that target looks at it.
    if (resourceType.kind === 'Secret' && resourceType.group === '' && object.metadata.labels?.[managedLabel] === 'true') {
      for (const externalSecret of store.list(version, 'ExternalSecret', { namespace: object.metadata.namespace })) {
        if (targetNameOf(externalSecret) === object.metadata.name) externalSecrets.add(keyOf(externalSecret));
      }
    }
  });
  return {
    async stop() {
      unsubscribe();
      await externalSecrets.stop();
      await secretStores.stop();
    },
  };
}

function keyOf({ apiVersion, kind, metadata }: StoredObject): string {
  return JSON.stringify({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name });
}

function referenceOf(key: string): ObjectReference {
  const parsed: unknown = JSON.parse(key);
  return {
    apiVersion: textAt(parsed, 'apiVersion') ?? '',
    kind: textAt(parsed, 'kind') ?? '',
    namespace: textAt(parsed, 'namespace'),
    name: textAt(parsed, 'name') ?? '',
  };
}
