/** The credentials that a pod's process would take, by what its own specification gives it: in the order in which AWS SDKs look. */
import type { Access } from '../../src/access/types.ts';
import { openAws } from '../../src/aws/open.ts';
import type { Aws, AwsCredentials } from '../../src/aws/types.ts';
import { openInquiry } from '../../src/engine/verify/inquiry.ts';
import { sessionWayOf } from '../../src/engine/verify/role.ts';
import { at, recordsAt, textAt } from '../../src/resources/json.ts';
import { heldSession } from '../../src/resources/session-document.ts';
import { Secret } from '../../src/secret.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { namespace, type EngineWorld } from './engine-world.ts';

export interface PodCredentials {
  /** The key's id, or the way to a role: `webIdentity`. */
  readonly id: string;
  /** Makes a call with what a call made now goes out with. */
  call(): Promise<unknown>;
}

/** A world in which an access may have any mode. */
export type CallingWorld = EngineWorld & { readonly in?: (mode: 'podIdentity' | 'rolesAnywhere') => Access };

/** World milliseconds after which a process takes another session; SDKs do well before it ends. */
const renewAfter = 600_000;

/** Read in the turn of the world in which the container starts, as the kubelet does. Undefined: it has none. */
export async function podCredentials(pod: KubernetesObject, world: CallingWorld, random: () => number): Promise<PodCredentials | undefined> {
  const { sandbox, kubernetes } = world;
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
  const [accessKeyId, secretAccessKey, tokenFile] = [await value('AWS_ACCESS_KEY_ID'), await value('AWS_SECRET_ACCESS_KEY'), await value('AWS_WEB_IDENTITY_TOKEN_FILE')];
  const opened = (given: { readonly credentials?: AwsCredentials } = {}): Aws => openAws({ region: 'us-west-2', environment: sandbox.environment, clock: sandbox.productClock, random, userAgent: 'the-workload', ...given });
  const converse = (aws: Pick<Aws, 'runtime'>): Promise<unknown> => aws.runtime('us-west-2').converse(modelId, 'hello', 16);
  const bearer = await value('AWS_BEARER_TOKEN_BEDROCK');
  if (bearer !== undefined) return { id: 'apiKey', call: () => converse(opened().withToken(new Secret(bearer))) };
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const pair = { accessKeyId, secretAccessKey: new Secret(secretAccessKey) };
    // One client for as long as the process lives, as an app has it.
    const aws = opened({ credentials: pair });
    return { id: accessKeyId, call: () => converse(aws) };
  }
  let last: { readonly since: number; readonly credentials: AwsCredentials } | undefined;
  const session = (id: string, take: () => Promise<AwsCredentials>): PodCredentials => ({
    id,
    async call() {
      const time = sandbox.clock.now().getTime();
      if (last === undefined || time - last.since > renewAfter) last = { since: time, credentials: await take() };
      return converse(opened({ credentials: last.credentials }));
    },
  });
  const volumes = recordsAt(pod, 'spec', 'volumes').filter((volume) => recordsAt(container, 'volumeMounts').some(({ name }) => name === volume['name']));
  if (tokenFile !== undefined) {
    const roleArn = (await value('AWS_ROLE_ARN')) ?? '';
    const audience = volumes.map((volume) => textAt(recordsAt(volume, 'projected', 'sources')[0], 'serviceAccountToken', 'audience')).find((each) => each !== undefined) ?? '';
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: textAt(pod, 'spec', 'serviceAccountName') ?? 'default' };
    const { webIdentity } = opened();
    return session('webIdentity', async () => {
      const made = await kubernetes.createSubresource(account, 'token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: [audience], expirationSeconds: 3600 } });
      return webIdentity.assumeRole({ roleArn, sessionName: 'pod', token: new Secret(textAt(made, 'status', 'token') ?? '') });
    });
  }
  if ((await value('AWS_CONFIG_FILE')) !== undefined) {
    const name = volumes.map((volume) => textAt(volume, 'secret', 'secretName')).find((each) => each !== undefined) ?? '';
    return session('session', async () => {
      const held = await kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
      const found = held === undefined ? undefined : heldSession(held);
      if (found === undefined) throw new Error(`Secret ${name} holds no session`);
      return found;
    });
  }
  // As the agent on the node, and AWS's helper beside the container, get it: so does verify.
  const mode = (await value('AWS_CONTAINER_CREDENTIALS_FULL_URI')) !== undefined ? 'podIdentity' : (await value('AWS_EC2_METADATA_SERVICE_ENDPOINT')) !== undefined ? 'rolesAnywhere' : undefined;
  if (mode === undefined || world.in === undefined) return undefined;
  const declaration = world.in(mode);
  return session(mode, async () => {
    const taken = await sessionWayOf(openInquiry(declaration, await world.run()))?.way.session();
    if (taken?.credentials === undefined || 'token' in taken.credentials) throw new Error(`${mode}: ${JSON.stringify(taken)}`);
    return taken.credentials;
  });
}
