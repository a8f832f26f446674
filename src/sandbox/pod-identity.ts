/**
 * EKS Pod Identity in the cluster: the admission that gives a pod its identity when it is made, and the agent on the node that
 * gives a session for the pod's token (EKS user guide, "How EKS Pod Identity works").
 */
import { listen, type WireRequest, type WireResponse } from './aws/wire.ts';
import { AwsError } from './aws/error.ts';
import { sessionForPod } from './aws/eks/pod-session.ts';
import { associationOf } from './aws/eks/state.ts';
import type { AwsState } from './aws/state.ts';
import { isObject, listAt, objectAt, textAt, type ObjectInput } from './kubernetes/object.ts';
import type { Part, World } from './world.ts';

const folder = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const volume = 'eks-pod-identity-token';
const audience = 'pods.eks.amazonaws.com';
const skipLabel = 'eks.amazonaws.com/skip-pod-identity-webhook';

/** AWS and Kubernetes must have been started. Without the agent pods are given their identity all the same, and nobody answers them. */
export async function startPodIdentity(world: World, state: AwsState): Promise<Part> {
  const { store } = world;
  const agent = await listen((request) => Promise.resolve(state.eks.cluster?.hasAgent === true ? answer(request, world, state) : ('drop' as const)));
  const address = `http://127.0.0.1:${agent.port}/v1/credentials`;
  store?.admit((input) => (input.kind === 'Pod' && input.apiVersion === 'v1' ? withIdentity(input, address, world, state) : input));
  return { stop: () => agent.close() };
}

/** The containers' variables and the token, for the pods of an associated ServiceAccount (amazon-eks-pod-identity-webhook). */
function withIdentity(pod: ObjectInput, address: string, { clock }: World, state: AwsState): ObjectInput {
  // The webhook's objectSelector (deploy/mutatingwebhook.yaml): with any value.
  if (state.eks.cluster?.heedsSkipLabel === true && skipLabel in objectAt(pod, 'metadata', 'labels')) return pod;
  const spec = objectAt(pod, 'spec');
  const association = associationOf(state.eks, pod.metadata?.namespace ?? 'default', textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount') ?? 'default');
  if (association === undefined || association.effectiveAt > clock.now().getTime()) return pod;
  const given = (container: unknown): unknown => {
    if (!isObject(container) || listAt(container, 'env').some((entry) => textAt(entry, 'name') === 'AWS_CONTAINER_CREDENTIALS_FULL_URI')) return container;
    return {
      ...container,
      env: [...listAt(container, 'env'), { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: address }, { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: `${folder}/${volume}` }],
      volumeMounts: [...listAt(container, 'volumeMounts'), { name: volume, mountPath: folder, readOnly: true }],
    };
  };
  const source = { projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds: 86_400, path: volume } }] } };
  return {
    ...pod,
    spec: {
      ...spec,
      containers: listAt(spec, 'containers').map(given),
      ...(spec['initContainers'] === undefined ? {} : { initContainers: listAt(spec, 'initContainers').map(given) }),
      volumes: [...listAt(spec, 'volumes'), { name: volume, ...source }],
    },
  };
}

/** What the SDKs' container credentials provider asks (AWS SDKs and tools reference guide, "Container credential provider"). */
function answer(request: WireRequest, world: World, state: AwsState): WireResponse {
  const { cluster } = state.eks;
  const log = (verdict: 'allow' | 'deny' | 'error', status: number, code?: string): void => {
    world.audit.record({ service: 'aws', action: 'eks-auth:AssumeRoleForPodIdentity', operation: 'AssumeRoleForPodIdentity', identity: 'the Pod Identity agent', resource: cluster?.arn ?? '*', verdict, status, ...(code === undefined ? {} : { code }) });
  };
  if (request.method !== 'GET' || request.path !== '/v1/credentials') return written(404, { code: 'NotFound', message: request.path });
  try {
    const { session, roleArn } = sessionForPod(request.headers['authorization'] ?? '', { world, state });
    log('allow', 200);
    return written(200, { AccessKeyId: session.accessKeyId, SecretAccessKey: session.secret, Token: session.token, AccountId: roleArn.split(':')[4], Expiration: session.expiresAt.toISOString() });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    log('deny', error.status, error.code);
    return written(error.status, { Code: error.code, Message: error.message });
  }
}

function written(status: number, body: object): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
