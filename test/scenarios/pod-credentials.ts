/** The credentials that a pod's process would take, by what its own specification gives it: in the order in which AWS SDKs look. */
import { openAws } from '../../src/aws/open.ts';
import type { AwsCredentials } from '../../src/aws/types.ts';
import { at, recordsAt, textAt } from '../../src/resources/json.ts';
import { Secret } from '../../src/secret.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { namespace, type EngineWorld } from './engine-world.ts';

export interface PodCredentials {
  /** The key's id, or the role's ARN. */
  readonly id: string;
  /** What its variables say is to be called. */
  readonly modelId: string;
  /** Those that a call made now goes out with. */
  now(): Promise<AwsCredentials>;
}

/** World milliseconds after which a process takes another session; SDKs do well before it ends. */
const renewAfter = 600_000;

/** Read in the turn of the world in which the container starts, as the kubelet does. Undefined: it has none. */
export async function podCredentials(pod: KubernetesObject, { sandbox, kubernetes }: EngineWorld, random: () => number): Promise<PodCredentials | undefined> {
  const [container] = recordsAt(pod, 'spec', 'containers');
  const value = async (name: string): Promise<string | undefined> => {
    const entry = recordsAt(container, 'env').find((variable) => variable['name'] === name);
    for (const [field, kind] of [['secretKeyRef', 'Secret'], ['configMapKeyRef', 'ConfigMap']] as const) {
      const source = at(entry, 'valueFrom', field);
      const object = source === undefined ? undefined : await kubernetes.get({ apiVersion: 'v1', kind, namespace, name: textAt(source, 'name') ?? '' });
      const found = textAt(at(object, 'data'), textAt(source, 'key') ?? '');
      if (found !== undefined) return kind === 'Secret' ? Buffer.from(found, 'base64').toString() : found;
    }
    return textAt(entry, 'value');
  };
  const modelId = (await value('BEDROCK_MODEL_ID')) ?? 'us.anthropic.claude-sonnet-4-6';
  const [accessKeyId, secretAccessKey, roleArn, tokenFile] = [await value('AWS_ACCESS_KEY_ID'), await value('AWS_SECRET_ACCESS_KEY'), await value('AWS_ROLE_ARN'), await value('AWS_WEB_IDENTITY_TOKEN_FILE')];
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const pair = { accessKeyId, secretAccessKey: new Secret(secretAccessKey) };
    return { id: accessKeyId, modelId, now: () => Promise.resolve(pair) };
  }
  if (roleArn === undefined || tokenFile === undefined) return undefined;
  const volume = recordsAt(pod, 'spec', 'volumes').find((each) => at(each, 'projected') !== undefined && recordsAt(container, 'volumeMounts').some((mount) => mount['name'] === each['name'] && tokenFile.startsWith(textAt(mount, 'mountPath') ?? '-')));
  const audience = textAt(recordsAt(volume, 'projected', 'sources')[0], 'serviceAccountToken', 'audience') ?? '';
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: textAt(pod, 'spec', 'serviceAccountName') ?? 'default' };
  const { webIdentity } = openAws({ region: 'us-west-2', environment: sandbox.environment, clock: sandbox.productClock, random, userAgent: 'the-workload' });
  let session: { readonly since: number; readonly credentials: AwsCredentials } | undefined;
  return {
    id: roleArn,
    modelId,
    async now() {
      const time = sandbox.clock.now().getTime();
      if (session === undefined || time - session.since > renewAfter) {
        const made = await kubernetes.createSubresource(account, 'token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: [audience], expirationSeconds: 3600 } });
        session = { since: time, credentials: await webIdentity.assumeRole({ roleArn, sessionName: 'pod', token: new Secret(textAt(made, 'status', 'token') ?? '') }) };
      }
      return session.credentials;
    },
  };
}
