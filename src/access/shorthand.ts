/**
 * A string for an object, expanded before validation. It is for files that people write: the CRD takes the long form
 * only, since a structural schema has no `type` inside `anyOf`.
 */
import { clientNames } from './schema/workloads.ts';
import { isRecord } from './source/documents.ts';

/** The document with every shorthand in its long form. What is no shorthand is left for the schema to judge. */
export function expandShorthands(document: unknown): unknown {
  if (!isRecord(document) || !isRecord(document.spec)) return document;
  const spec = { ...document.spec };
  if (typeof spec.models === 'string') spec.models = [spec.models];
  if (Array.isArray(spec.models)) spec.models = spec.models.map((model: unknown) => (typeof model === 'string' ? { id: model } : model));
  if (typeof spec.workloads === 'string') spec.workloads = [spec.workloads];
  if (Array.isArray(spec.workloads)) spec.workloads = spec.workloads.map(expandWorkload);
  if (isRecord(spec.credentials)) spec.credentials = expandCredentials(spec.credentials);
  if (typeof spec.endpoint === 'string') spec.endpoint = { url: spec.endpoint };
  if (typeof spec.budget === 'string') spec.budget = { monthly: spec.budget };
  return { ...document, spec };
}

export const workloadShorthand = 'Deployment/openhands, or Deployment/my-app:boto3 with the client after a colon';
export const storeShorthand = 'parameterstore@ap-northeast-1, or SecretStore/parameterstore@ap-northeast-1 for a store of the namespace';

/** `Kind/name` or `Kind/name:client`; without a client, a workload named like one is taken to be it. */
function expandWorkload(workload: unknown): unknown {
  if (typeof workload !== 'string') return workload;
  const parts = /^([A-Za-z]+)\/([^/:\s]+)(?::([a-z0-9-]+))?$/.exec(workload);
  if (parts === null) return workload;
  const [, kind, name, written] = parts;
  const client = written ?? clientNames.find((client) => client === name && client !== 'custom');
  return { kind, name, ...(client === undefined ? {} : { client }) };
}

function expandCredentials(credentials: Record<string, unknown>): Record<string, unknown> {
  const expanded = { ...credentials };
  for (const mode of ['accessKey', 'apiKey'] as const) {
    const declared = credentials[mode];
    if (typeof declared === 'string') expanded[mode] = { secretStore: expandStore(declared) };
    else if (isRecord(declared) && declared.secretStore !== undefined) expanded[mode] = { ...declared, secretStore: expandStore(declared.secretStore) };
  }
  return expanded;
}

/** `name@region` or `Kind/name@region`. A name alone is no shorthand: the store's region is never guessed from Bedrock's. */
function expandStore(store: unknown): unknown {
  const parts = typeof store === 'string' ? /^(?:(ClusterSecretStore|SecretStore)\/)?([^/@\s]+)@([^@\s]+)$/.exec(store) : null;
  return parts === null ? store : { ...(parts[1] === undefined ? {} : { kind: parts[1] }), name: parts[2], region: parts[3] };
}
