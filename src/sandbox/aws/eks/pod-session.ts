/** What the EKS Auth API answers to the token of a pod: a session of the associated role (EKS API reference, AssumeRoleForPodIdentity). */
import { evaluate } from '../../../policy/evaluate.ts';
import type { NamedPolicy } from '../../../policy/types.ts';
import type { World } from '../../world.ts';
import type { Call, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import { isRecord } from '../fields.ts';
import { roleByArn } from '../iam/lookup.ts';
import { trustOf } from '../sts/assume-role.ts';
import { makeSession } from '../sts/make-session.ts';
import type { Session } from '../sts/sessions.ts';
import type { AwsState } from '../state.ts';
import { tagsAsked } from '../tag-context.ts';
import { clusterArn, readCluster } from './cluster.ts';
import { associationOf } from './state.ts';

const audience = 'pods.eks.amazonaws.com';

/** EKS user guide, "How EKS Pod Identity works": six hours. */
const sessionSeconds = 6 * 3600;

export interface PodSession {
  readonly session: Session;
  readonly associationId: string;
  readonly roleArn: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

export const assumeRoleForPodIdentity: Operation = {
  action: 'eks-auth:AssumeRoleForPodIdentity',
  checks: (call) => [{ action: 'eks-auth:AssumeRoleForPodIdentity', resource: clusterArn(call) }],
  run(call) {
    readCluster(call);
    const { session, associationId, roleArn, namespace, serviceAccount } = sessionForPod(call.input.text('token', { min: 1 }), call);
    return {
      subject: { namespace, serviceAccount },
      audience,
      podIdentityAssociation: { associationId },
      assumedRoleUser: { arn: roleArn, assumeRoleId: session.accessKeyId },
      credentials: { accessKeyId: session.accessKeyId, secretAccessKey: session.secret, sessionToken: session.token, expiration: Math.floor(session.expiresAt.getTime() / 1000) },
    };
  },
};

/**
 * @throws AwsError InvalidTokenException for a token of another cluster or audience, or of no pod that runs;
 * ResourceNotFoundException without an association; AccessDeniedException where the trust policy does not let EKS
 */
export function sessionForPod(token: string, { world, state }: Pick<Call, 'world' | 'state'>): PodSession {
  const { cluster } = state.eks;
  const { namespace, serviceAccount, pod, podUid } = readToken(token, world);
  const association = associationOf(state.eks, namespace, serviceAccount);
  if (cluster === undefined || association === undefined || association.effectiveAt > world.clock.now().getTime()) {
    throw new AwsError('ResourceNotFoundException', 404, `No pod identity association was found for the service account ${namespace}/${serviceAccount}`);
  }
  // EKS user guide, "Grant Pods access to AWS resources based on tags": the tags of every session.
  const tags = association.disableSessionTags
    ? {}
    : { 'eks-cluster-arn': cluster.arn, 'eks-cluster-name': cluster.name, 'kubernetes-namespace': namespace, 'kubernetes-service-account': serviceAccount, 'kubernetes-pod-name': pod, 'kubernetes-pod-uid': podUid };
  const { roleArn } = association;
  const role = roleByArn(state.iam, roleArn);
  authorize(trustOf(role, roleArn), roleArn, tags, { world, state });
  if (role === undefined) throw refusal(roleArn, []);
  const sessionName = `eks-${cluster.name}-${pod}`.slice(0, 64);
  const session = makeSession({ world, state }, sessionSeconds, { of: { kind: 'role', role: role.name, roleId: role.id, sessionName }, policies: [], tags });
  return { session, associationId: association.id, roleArn, namespace, serviceAccount };
}

/** EKS assumes the role, and tags the session: both have to be trusted to it. */
function authorize(trust: NamedPolicy, roleArn: string, tags: Readonly<Record<string, string>>, { world, state }: { readonly world: World; readonly state: AwsState }): void {
  const context = {
    'aws:SourceAccount': world.account,
    'aws:SourceArn': state.eks.cluster?.arn ?? '',
    ...tagsAsked(Object.entries(tags)),
  };
  for (const action of ['sts:AssumeRole', ...(Object.keys(tags).length === 0 ? [] : ['sts:TagSession'])]) {
    const verdict = evaluate({ principal: audience, action, resource: roleArn, context }, { identity: [], resource: [trust] });
    if (verdict.decision !== 'allow') throw refusal(roleArn, verdict.explanation);
  }
}

function refusal(roleArn: string, explanation: readonly string[]): AwsError {
  return new AwsError('AccessDeniedException', 403, `Unauthorized Exception! EKS does not have permissions to assume the associated role.`, { explanation, resource: roleArn });
}

interface PodToken {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pod: string;
  readonly podUid: string;
}

function readToken(token: string, { tokenIssuer, store }: World): PodToken {
  const claims = tokenIssuer?.verified(token);
  const about = isRecord(claims) ? claims['kubernetes.io'] : undefined;
  const [pod, account] = isRecord(about) ? [about['pod'], about['serviceaccount']] : [];
  if (!isRecord(claims) || ![claims['aud']].flat().includes(audience)) throw invalid('The provided token is not of this cluster, has expired, or is for another audience');
  if (!isRecord(about) || !isRecord(pod) || !isRecord(account)) throw invalid('The provided token is bound to no pod');
  const found = { namespace: String(about['namespace']), serviceAccount: String(account['name']), pod: String(pod['name']), podUid: String(pod['uid']) };
  const live = store?.get({ apiVersion: 'v1', kind: 'Pod', namespace: found.namespace, name: found.pod });
  if (live === undefined || live.metadata.uid !== found.podUid) throw invalid('The pod of the provided token does not exist');
  return found;
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidTokenException', 400, message);
}
