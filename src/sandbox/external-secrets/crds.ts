/**
 * The CustomResourceDefinitions of External Secrets Operator v0.20 as far as the stand-in acts on them: the same groups, names, columns,
 * defaults and enums. Fields of other providers are kept, not validated.
 */
import type { ObjectInput } from '../kubernetes/object.ts';

export const externalSecretsGroup = 'external-secrets.io';

/** @param servedVersions `v1`, `v1beta1`; v0.17 and newer serve only `v1` (release notes of v0.17.0) */
export function externalSecretsDefinitions(servedVersions: readonly string[]): readonly ObjectInput[] {
  return [
    definition(
      { kind: 'ExternalSecret', plural: 'externalsecrets', shortName: 'es', scope: 'Namespaced', columns: externalSecretColumns, schema: externalSecretSchema },
      servedVersions,
    ),
    definition({ kind: 'SecretStore', plural: 'secretstores', shortName: 'ss', scope: 'Namespaced', columns: storeColumns, schema: storeSchema }, servedVersions),
    definition(
      { kind: 'ClusterSecretStore', plural: 'clustersecretstores', shortName: 'css', scope: 'Cluster', columns: storeColumns, schema: storeSchema },
      servedVersions,
    ),
  ];
}

interface Definition {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly columns: readonly object[];
  readonly schema: object;
}

function definition({ kind, plural, shortName, scope, columns, schema }: Definition, servedVersions: readonly string[]): ObjectInput {
  // The newest served version is stored; without v1 (before v0.16) that is v1beta1.
  const storage = servedVersions.includes('v1') ? 'v1' : 'v1beta1';
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${externalSecretsGroup}`, labels: { 'external-secrets.io/component': 'controller' } },
    spec: {
      group: externalSecretsGroup,
      names: { categories: ['external-secrets'], kind, listKind: `${kind}List`, plural, shortNames: [shortName], singular: kind.toLowerCase() },
      scope,
      versions: ['v1', 'v1beta1'].map((name) => ({
        name,
        served: servedVersions.includes(name),
        storage: name === storage,
        ...(name === 'v1beta1' && storage === 'v1' ? { deprecated: true } : {}),
        additionalPrinterColumns: columns,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {} },
      })),
    },
  };
}

const readyReason = '.status.conditions[?(@.type=="Ready")].reason';
const readyStatus = '.status.conditions[?(@.type=="Ready")].status';

const externalSecretColumns = [
  { jsonPath: '.spec.secretStoreRef.kind', name: 'StoreType', type: 'string' },
  { jsonPath: '.spec.secretStoreRef.name', name: 'Store', type: 'string' },
  { jsonPath: '.spec.refreshInterval', name: 'Refresh Interval', type: 'string' },
  { jsonPath: readyReason, name: 'Status', type: 'string' },
  { jsonPath: readyStatus, name: 'Ready', type: 'string' },
];

const storeColumns = [
  { jsonPath: '.metadata.creationTimestamp', name: 'AGE', type: 'date' },
  { jsonPath: readyReason, name: 'Status', type: 'string' },
  { jsonPath: '.status.capabilities', name: 'Capabilities', type: 'string' },
  { jsonPath: readyStatus, name: 'Ready', type: 'string' },
];

const text = { type: 'string' };
const choice = (...values: string[]): object => ({ type: 'string', enum: values });
const choiceWith = (preset: string, ...values: string[]): object => ({ type: 'string', enum: values, default: preset });
const record = (properties: object, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const list = (items: object): object => ({ type: 'array', items });
const texts = { type: 'object', additionalProperties: text };
const objectName = { type: 'string', minLength: 1, maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$' };
const secretKey = { type: 'string', minLength: 1, maxLength: 253, pattern: '^[-._a-zA-Z0-9]+$' };
const namespaceName = { type: 'string', minLength: 1, maxLength: 63, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' };

const storeReference = record({ kind: choice('SecretStore', 'ClusterSecretStore'), name: objectName });
const sourceReference = {
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  properties: { storeRef: storeReference, generatorRef: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
};
const remoteReference = record(
  {
    key: text,
    property: text,
    version: text,
    conversionStrategy: choiceWith('Default', 'Default', 'Unicode'),
    decodingStrategy: choiceWith('None', 'Auto', 'Base64', 'Base64URL', 'None'),
    metadataPolicy: choiceWith('None', 'None', 'Fetch'),
  },
  ['key'],
);
const conditions = list(
  record(
    { type: text, status: text, reason: text, message: text, lastTransitionTime: { type: 'string', format: 'date-time' } },
    ['status', 'type'],
  ),
);

const externalSecretSchema = record({
  apiVersion: text,
  kind: text,
  metadata: { type: 'object' },
  spec: record({
    data: list(record({ remoteRef: remoteReference, secretKey, sourceRef: sourceReference }, ['remoteRef', 'secretKey'])),
    dataFrom: list(
      record({
        extract: remoteReference,
        find: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        rewrite: list({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
        sourceRef: sourceReference,
      }),
    ),
    refreshInterval: { type: 'string', default: '1h' },
    refreshPolicy: choice('CreatedOnce', 'Periodic', 'OnChange'),
    secretStoreRef: storeReference,
    target: {
      type: 'object',
      default: { creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      properties: {
        creationPolicy: choiceWith('Owner', 'Owner', 'Orphan', 'Merge', 'None'),
        deletionPolicy: choiceWith('Retain', 'Delete', 'Merge', 'Retain'),
        immutable: { type: 'boolean' },
        name: objectName,
        template: record({
          type: text,
          engineVersion: choiceWith('v2', 'v2'),
          mergePolicy: choiceWith('Replace', 'Replace', 'Merge'),
          metadata: record({ annotations: texts, labels: texts, finalizers: list(text) }),
          data: texts,
          templateFrom: list({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
        }),
      },
    },
  }),
  status: record({
    binding: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { name: { type: 'string', default: '' } } },
    conditions,
    refreshTime: { type: 'string', format: 'date-time', nullable: true },
    syncedResourceVersion: text,
  }),
});

const secretKeyReference = record({ key: secretKey, name: objectName, namespace: namespaceName });

const storeSchema = record({
  apiVersion: text,
  kind: text,
  metadata: { type: 'object' },
  spec: record(
    {
      conditions: list(
        record({
          namespaceRegexes: list(text),
          namespaceSelector: {
            ...record({
              matchExpressions: list(record({ key: text, operator: text, values: list(text) }, ['key', 'operator'])),
              matchLabels: texts,
            }),
            'x-kubernetes-map-type': 'atomic',
          },
          namespaces: list(namespaceName),
        }),
      ),
      controller: text,
      provider: {
        type: 'object',
        minProperties: 1,
        maxProperties: 1,
        'x-kubernetes-preserve-unknown-fields': true,
        properties: {
          aws: record(
            {
              additionalRoles: list(text),
              auth: record({
                jwt: record({ serviceAccountRef: record({ audiences: list(text), name: objectName, namespace: namespaceName }, ['name']) }),
                secretRef: record({
                  accessKeyIDSecretRef: secretKeyReference,
                  secretAccessKeySecretRef: secretKeyReference,
                  sessionTokenSecretRef: secretKeyReference,
                }),
              }),
              externalID: text,
              prefix: text,
              region: text,
              role: text,
              secretsManager: record({ forceDeleteWithoutRecovery: { type: 'boolean' }, recoveryWindowInDays: { type: 'integer', format: 'int64' } }),
              service: choice('SecretsManager', 'ParameterStore'),
              sessionTags: list(record({ key: text, value: text }, ['key', 'value'])),
              transitiveTagKeys: list(text),
            },
            ['region', 'service'],
          ),
        },
      },
      refreshInterval: { type: 'integer' },
      retrySettings: record({ maxRetries: { type: 'integer', format: 'int32' }, retryInterval: text }),
    },
    ['provider'],
  ),
  status: record({ capabilities: text, conditions }),
});
