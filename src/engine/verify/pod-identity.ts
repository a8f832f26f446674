/** A session of the workload's role, got as the agent on the node gets it for a pod: with a token bound to that pod. */
import { AwsCallError } from '../../aws/error.ts';
import type { AwsCredentials, PodIdentityAssociation } from '../../aws/types.ts';
import type { Finding } from '../../finding.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { textAt } from '../../resources/json.ts';
import { ownershipByTags } from '../../resources/owner.ts';
import { agentCause, agentMissing, agentOf, agentRemedy } from '../../resources/pod-identity-association.ts';
import { podIdentityOf, podIdentityService, type PodIdentity } from '../../resources/pod-identity.ts';
import { Secret } from '../../secret.ts';
import type { Inquiry } from './inquiry.ts';
import type { SessionWay } from './role.ts';

/** Undefined in another mode. */
export function wayOfPodIdentity(inquiry: Inquiry): SessionWay | undefined {
  const identity = podIdentityOf(inquiry.access, inquiry.implied.partition);
  if (identity === undefined) return undefined;
  const { cluster } = identity.declared;
  return {
    holder: `EKS for the pods of ${identity.account} in ${cluster}`,
    title: 'Association and session',
    pods: 'an address for their credentials',
    around: () => associationAndAgent(identity, inquiry),
    session: () => podSession(identity, inquiry),
  };
}

async function associationAndAgent(identity: PodIdentity, { readings, implied }: Inquiry): Promise<readonly Finding[]> {
  const { cluster: name, region, serviceAccount } = identity.declared;
  const wrong = (id: string, message: string, cause: string, remedy = 'Run `bedrock-access plan` to see what differs; `bedrock-access apply` puts it right.'): Finding => ({ id, severity: 'error', message, cause, remedy, place: { resource: identity.clusterArn } });
  const [cluster, association] = await Promise.all([readings.eksCluster(region, name), readings.podIdentityAssociation(region, name, identity.namespace, serviceAccount)]);
  if (cluster === undefined) return [wrong('eks-cluster-missing', `there is no EKS cluster ${name} in ${region}`, 'The account has no cluster of that name there.', 'Correct spec.credentials.podIdentity.')];
  const agent = (await agentOf(cluster, region, readings)) === 'missing' ? [wrong('pod-identity-agent-missing', agentMissing(name), agentCause, agentRemedy(name, region))] : [];
  return [...agent, ...associationFindings(association, identity, wrong, implied.owner)];
}

function associationFindings(association: PodIdentityAssociation | undefined, { roleArn, account }: PodIdentity, wrong: (id: string, message: string, cause: string) => Finding, owner: Inquiry['implied']['owner']): readonly Finding[] {
  if (association === undefined) return [wrong('pod-identity-association-missing', `no role is associated with the ServiceAccount ${account}`, 'The association was deleted, or never made: new pods are given no identity.')];
  const differs = (what: string): Finding => wrong('pod-identity-association-differs', `the association of ${account} ${what}`, 'Somebody changed it.');
  return [
    ...(association.roleArn === roleArn ? [] : [differs(`gives its pods ${association.roleArn}, not ${roleArn}`)]),
    ...(association.sessionTags ? [] : [differs('gives no session tags, by which the role tells the ServiceAccount')]),
    ...(association.targetRoleArn === undefined ? [] : [differs(`sends its pods on to ${association.targetRoleArn}`)]),
    ...(ownershipByTags(association.tags, owner).by === 'us' ? [] : [differs("does not carry this access's tags")]),
  ];
}

/** Seconds; the shortest that the API server gives (TokenRequest, expirationSeconds). */
const tokenSeconds = 600;
/** An association or a trust policy is known everywhere within seconds, with no bound given: asked again over half a minute. */
const attempts = 4;

type TakenSession = Awaited<ReturnType<SessionWay['session']>>;

async function podSession(identity: PodIdentity, { context, readings }: Inquiry): Promise<TakenSession> {
  const { cluster, region, serviceAccount } = identity.declared;
  const { namespace } = identity;
  const pods = await readings.objects('v1', 'Pod', { namespace });
  const pod = pods.find((one) => textAt(one, 'spec', 'serviceAccountName') === serviceAccount && one.metadata.deletionTimestamp === undefined && textAt(one, 'status', 'phase') === 'Running');
  if (pod === undefined) return { detail: `no pod of ${identity.account} runs whose session could be taken`, findings: [], skipped: true };
  const token = await boundToken(pod, namespace, serviceAccount, context.kubernetes);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const credentials: AwsCredentials = await context.aws.eks(region).assumeRoleForPod({ cluster, token });
      return { detail: `a token of pod ${pod.metadata.name ?? ''} gave the session ${credentials.accessKeyId}`, findings: [], credentials };
    } catch (error) {
      if (!(error instanceof AwsCallError) || ['throttled', 'unavailable', 'unreachable'].includes(error.kind)) throw error;
      if (attempt > attempts) return { detail: `no session for ${identity.account}`, findings: [refused(identity, error)] };
      await context.clock.sleep(1000 * 2 ** attempt, context.signal);
    }
  }
}

/** The token of a pod as the kubelet projects it: for EKS alone, and bound to this pod (Kubernetes API reference, TokenRequest, boundObjectRef). */
async function boundToken({ metadata }: KubernetesObject, namespace: string, serviceAccount: string, kubernetes: Inquiry['context']['kubernetes']): Promise<Secret> {
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { audiences: [podIdentityService], expirationSeconds: tokenSeconds, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid } },
  };
  const made = await kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: serviceAccount }, 'token', request);
  return new Secret(textAt(made, 'status', 'token') ?? '');
}

function refused({ account, roleArn }: PodIdentity, error: AwsCallError): Finding {
  return {
    id: 'role-not-assumed',
    severity: 'error',
    message: `EKS gives ${account} no session of ${roleArn}: ${error.code}`,
    cause: `${error.message}. ${causes[error.code.replace(/Exception$/, '')] ?? 'The association, the role or its trust policy is not as declared, or a change of them is not known everywhere yet.'}`,
    remedy: 'See "Role and trust" above; `bedrock-access apply` puts association, role and trust right.',
    place: { resource: roleArn },
  };
}

/** EKS API reference, AssumeRoleForPodIdentity, Errors. */
const causes: Readonly<Record<string, string>> = {
  AccessDenied: 'The trust policy does not let EKS assume the role for this ServiceAccount, or you lack eks-auth:AssumeRoleForPodIdentity.',
  InvalidToken: 'The token is of another cluster than the one that is declared.',
  ExpiredToken: "The clocks of the cluster and of AWS differ by more than the token's life.",
  ResourceNotFound: 'No role is associated with the ServiceAccount in that cluster.',
};
