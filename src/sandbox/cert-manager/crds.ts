/** The CustomResourceDefinitions of cert-manager v1 as far as the stand-in acts on them; the rest is kept, not validated (cert-manager.io/docs/reference/api-docs). */
import type { ObjectInput } from '../kubernetes/object.ts';

export const certManagerGroup = 'cert-manager.io';
export const certManagerVersion = `${certManagerGroup}/v1`;

const text = { type: 'string' };
const record = (properties: object, required: readonly string[] = []): object => ({ type: 'object', properties, ...(required.length === 0 ? {} : { required }) });
const texts = { type: 'object', additionalProperties: text };
const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const conditions = {
  type: 'array',
  'x-kubernetes-list-map-keys': ['type'],
  'x-kubernetes-list-type': 'map',
  items: record({ type: text, status: { type: 'string', enum: ['True', 'False', 'Unknown'] }, reason: text, message: text, lastTransitionTime: { type: 'string', format: 'date-time' }, observedGeneration: { type: 'integer', format: 'int64' } }, ['status', 'type']),
};
const time = { type: 'string', format: 'date-time' };

const certificate = record({
  spec: record(
    {
      commonName: text,
      dnsNames: { type: 'array', items: text },
      uris: { type: 'array', items: text },
      duration: text,
      renewBefore: text,
      isCA: { type: 'boolean' },
      issuerRef: record({ name: text, kind: text, group: text }, ['name']),
      privateKey: record({
        algorithm: { type: 'string', enum: ['RSA', 'ECDSA', 'Ed25519'] },
        encoding: { type: 'string', enum: ['PKCS1', 'PKCS8'] },
        rotationPolicy: { type: 'string', enum: ['Never', 'Always'] },
        size: { type: 'integer' },
      }),
      revisionHistoryLimit: { type: 'integer', format: 'int32' },
      secretName: text,
      secretTemplate: record({ annotations: texts, labels: texts }),
      subject: free,
      usages: { type: 'array', items: text },
    },
    ['issuerRef', 'secretName'],
  ),
  status: record({ conditions, notBefore: time, notAfter: time, renewalTime: time, revision: { type: 'integer' } }),
});

const issuer = record({ spec: { ...record({ ca: record({ secretName: text }, ['secretName']) }), 'x-kubernetes-preserve-unknown-fields': true }, status: record({ conditions }) }, ['spec']);

export const certManagerDefinitions: readonly ObjectInput[] = [
  definition('Certificate', 'certificates', ['cert', 'certs'], 'Namespaced', certificate),
  definition('Issuer', 'issuers', [], 'Namespaced', issuer),
  definition('ClusterIssuer', 'clusterissuers', [], 'Cluster', issuer),
];

function definition(kind: string, plural: string, shortNames: readonly string[], scope: 'Namespaced' | 'Cluster', schema: object): ObjectInput {
  const ready = (field: 'status' | 'message'): string => `.status.conditions[?(@.type=="Ready")].${field}`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${certManagerGroup}`, labels: { app: 'cert-manager' } },
    spec: {
      group: certManagerGroup,
      names: { categories: ['cert-manager'], kind, listKind: `${kind}List`, plural, shortNames, singular: kind.toLowerCase() },
      scope,
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          additionalPrinterColumns: [
            { jsonPath: ready('status'), name: 'Ready', type: 'string' },
            ...(kind === 'Certificate' ? [{ jsonPath: '.spec.secretName', name: 'Secret', type: 'string' }] : []),
            { jsonPath: ready('message'), name: 'Status', priority: 1, type: 'string' },
            { jsonPath: '.metadata.creationTimestamp', name: 'Age', type: 'date' },
          ],
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
        },
      ],
    },
  };
}
