import { keyCredentialsOf } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import type { Aws } from '../../aws/types.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import type { StoreFacts } from '../../checks/live/store-facts.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { servedExternalSecrets } from '../../resources/external-secrets-version.ts';
import { at, recordsAt, textAt } from '../../resources/json.ts';
import { parametersOf } from '../../resources/parameter-names.ts';
import type { Readings } from '../../resources/readings.ts';
import { hasWildcard, judgedArn } from '../../resources/stores/iam.ts';
import { storeOf } from '../../resources/stores/index.ts';
import { followStore } from './follow.ts';
import { keyArnOf } from './key-arn.ts';

/** The store of an access and who reads through it; undefined where there is no store to follow, which is another check's finding. */
export async function gatherStore(access: Access, aws: Aws, readings: Readings): Promise<StoreFacts | undefined> {
  const declared = keyCredentialsOf(access.spec.credentials)?.secretStore;
  if (declared === undefined) return undefined;
  const served = await servedExternalSecrets(readings, declared.kind);
  if (!('apiVersion' in served)) return undefined;
  const { namespace } = access.metadata;
  const found = await readings.object({ apiVersion: served.apiVersion, kind: declared.kind, name: declared.name, ...(declared.kind === 'SecretStore' ? { namespace } : {}) });
  if (found === undefined && !declared.create) return undefined;
  const object: KubernetesObject = found ?? { apiVersion: served.apiVersion, kind: declared.kind, metadata: { name: declared.name }, spec: { provider: { aws: { role: declared.role } } } };
  if (at(object, 'spec', 'provider', 'aws') === undefined) return undefined;
  const { account, parameterKmsKeyId } = access.spec;
  const partition = partitionOf(access.spec.region) ?? 'aws';
  const { region, service } = declared;
  const parameters = parametersOf(access).map((place) => ({ place, arn: storeOf(place).iam.arnOf(place.name, { partition, region, account }) }));
  const judgedArns = await Promise.all(parameters.map(async ({ place, arn }) => (hasWildcard(arn) ? ((await readings.parameter(place))?.arn ?? judgedArn(arn)) : arn)));
  return {
    kind: declared.kind,
    name: declared.name,
    namespaces: declared.kind === 'SecretStore' ? [namespace] : admitted(object),
    identity: await followStore(object, { account, namespace }, aws, readings),
    account,
    partition,
    service,
    region,
    parameterArns: parameters.map(({ arn }) => arn),
    judgedArns,
    ...(parameterKmsKeyId === undefined ? {} : { kmsKey: keyArnOf(parameterKmsKeyId, { partition, region, account }) }),
  };
}

/** `spec.conditions`: any one of them is enough (External Secrets, "ClusterSecretStore"). */
function admitted(store: KubernetesObject): StoreFacts['namespaces'] {
  const conditions = recordsAt(store, 'spec', 'conditions');
  if (conditions.length === 0) return 'every';
  return conditions.flatMap((condition) => [
    ...textsAt(condition, 'namespaces').map((name) => `namespace ${name}`),
    ...textsAt(condition, 'namespaceRegexes').map((pattern) => `namespaces like ${pattern}`),
    ...(at(condition, 'namespaceSelector') === undefined ? [] : [`namespaces labelled ${labels(at(condition, 'namespaceSelector'))}`]),
  ]);
}

function labels(selector: unknown): string {
  const match = Object.entries(Object(at(selector, 'matchLabels'))).map(([key, value]) => `${key}=${String(value)}`);
  return [...match, ...recordsAt(selector, 'matchExpressions').map((expression) => `${textAt(expression, 'key') ?? ''} ${textAt(expression, 'operator') ?? ''}`)].join(', ');
}

function textsAt(value: unknown, field: string): readonly string[] {
  const found = at(value, field);
  return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
}
