/**
 * The association of a ServiceAccount with the role (EKS Pod Identity). There is one at most for a ServiceAccount of a cluster.
 * It carries the owner tags.
 */
import { createHash } from 'node:crypto';
import type { EksCluster, PodIdentityAssociation } from '../aws/types.ts';
import type { Finding } from '../finding.ts';
import { KubernetesCallError } from '../kubernetes/error.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { gone } from './iam-user.ts';
import { isRecord, recordsAt, textAt } from './json.ts';
import type { Field, Hands, Resource, ResourceKind, Stray, Whereabouts } from './kind.ts';
import { address, reference } from './kind.ts';
import { ours, ownershipByTags, ownerTags, type Owner } from './owner.ts';
import { clusterOfTrust, podIdentityAgent, podIdentityOf, podIdentityVariables } from './pod-identity.ts';
import type { Readings } from './readings.ts';
import { rolesOf } from './search.ts';

export interface DesiredAssociation {
  readonly cluster: string;
  readonly region: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly role: Field;
}

export interface ObservedAssociation {
  readonly region: string;
  /** Absent where others than the declaration name it. */
  readonly cluster?: EksCluster;
  readonly agent?: AgentState;
  readonly association?: PodIdentityAssociation;
}

/** Is the agent on the nodes, which gives the pods their sessions? `unknown`: it could not be looked at. */
export type AgentState = 'there' | 'missing' | 'unknown';

export const podIdentityAssociation: ResourceKind<DesiredAssociation, ObservedAssociation> = {
  kind: 'pod-identity-association',
  where: 'aws',

  desired({ access, partition }) {
    const identity = podIdentityOf(access, partition);
    if (identity === undefined) return [];
    const { cluster, region, serviceAccount } = identity.declared;
    return [
      {
        kind: 'pod-identity-association',
        key: 'association',
        name: `${identity.account} in ${cluster}`,
        desired: { cluster, region, namespace: identity.namespace, serviceAccount, role: reference('iam-role', 'role', 'arn') },
        ...(access.spec.managedBy.iam === 'terraform' ? { required: true } : {}),
      },
    ];
  },
  identity: ({ desired }) => `${desired.region} ${desired.cluster} ${desired.namespace}/${desired.serviceAccount}`,

  async observe({ desired }, readings) {
    const { cluster: name, region, namespace, serviceAccount } = desired;
    const [cluster, association] = await Promise.all([readings.eksCluster(region, name), readings.podIdentityAssociation(region, name, namespace, serviceAccount)]);
    return {
      region,
      ...(cluster === undefined ? {} : { cluster, agent: await agentOf(cluster, region, readings) }),
      ...(association === undefined ? {} : { association }),
    };
  },
  async strays(where, readings) {
    const found = await Promise.all((await clustersOf(where, readings)).map(({ region, cluster }) => straysIn(region, cluster, where, readings)));
    return found.flat();
  },
  present: ({ association }) => association !== undefined,
  ownership: ({ association }, owner) => (association === undefined ? ours : ownershipByTags(association.tags, owner)),

  expected: ({ role }, resolve) => ({ role: resolve(role), 'session tags': 'given' }),
  found: ({ association }): Readonly<Record<string, string>> => (association === undefined ? {} : { role: association.roleArn, 'session tags': association.sessionTags ? 'given' : 'none' }),
  problems,

  foreseen: (_desired) => ({}),
  outputs: ({ association }): Readonly<Record<string, string>> => (association === undefined ? {} : { id: association.id }),

  async create(desired, hands) {
    const { cluster, region, namespace, serviceAccount } = desired;
    const roleArn = hands.value(desired.role);
    const made = await hands.aws.eks(region).createAssociation({ cluster, namespace, serviceAccount, roleArn, token: tokenOf(hands.owner, desired, roleArn), tags: ownerTags(hands.owner) });
    return { id: made.id };
  },
  async update(desired, { association }, differences, hands) {
    if (association === undefined) throw new TypeError('an association is changed that is not there');
    const eks = hands.aws.eks(desired.region);
    if (differences.includes('owner')) await eks.tagAssociation(association.arn, ownerTags(hands.owner));
    const roleArn = hands.value(desired.role);
    if (differences.some((field) => field !== 'owner')) await eks.updateAssociation(desired.cluster, association.id, { roleArn, token: tokenOf(hands.owner, desired, roleArn) });
    return { id: association.id };
  },
  async remove({ region, association }, hands) {
    if (association !== undefined) await gone(() => hands.aws.eks(region).deleteAssociation(association.cluster, association.id));
  },

  settle: effective,
  patience: {
    seconds: 180,
    id: 'pod-identity-not-given',
    cause: 'EKS gives new pods of the ServiceAccount no identity. The cluster of the context is not the one that the access declares, or EKS has not taken up the association yet.',
    remedy: 'Compare spec.credentials.podIdentity.cluster with the cluster of the context (kubectl cluster-info; aws eks describe-cluster), then run the same command again.',
  },

  permissions: [
    'eks:DescribeCluster',
    'eks:DescribeAddon',
    'eks:ListPodIdentityAssociations',
    'eks:DescribePodIdentityAssociation',
    'eks:CreatePodIdentityAssociation',
    'eks:TagResource',
    'eks:UpdatePodIdentityAssociation',
    'eks:DeletePodIdentityAssociation',
    // EKS is handed the role (EKS user guide, "Assign an IAM role to a Kubernetes service account").
    'iam:PassRole',
    'iam:GetAccountAuthorizationDetails',
  ],
  repeatable: ['eks:TagResource', 'eks:UpdatePodIdentityAssociation', 'eks:DeletePodIdentityAssociation'],
};

/** The same for the same wish of the same access, so that a repeated call makes nothing twice. */
function tokenOf(owner: Owner, { cluster, namespace, serviceAccount }: DesiredAssociation, roleArn: string): string {
  return createHash('sha256').update([owner.cluster, owner.namespace, owner.name, cluster, namespace, serviceAccount, roleArn].join('\n')).digest('hex').slice(0, 32);
}

function problems(resource: Resource<DesiredAssociation>, observed: ObservedAssociation | undefined): readonly Finding[] {
  const { cluster, region } = resource.desired;
  const of = (id: string, field: string, message: string, cause: string, remedy: string): readonly Finding[] => [
    { id, severity: 'error', message, cause, remedy, place: { field: `spec.credentials.podIdentity.${field}`, resource: address(resource) } },
  ];
  if (observed?.cluster === undefined) {
    return of('eks-cluster-missing', 'cluster', `there is no EKS cluster ${cluster} in ${region}`, 'The account has no cluster of that name there.', `Correct spec.credentials.podIdentity: aws eks list-clusters --region ${region} names them.`);
  }
  if (observed.agent === 'missing') return of('pod-identity-agent-missing', 'cluster', agentMissing(cluster), agentCause, agentRemedy(cluster, region));
  const target = observed.association?.targetRoleArn;
  if (target !== undefined) {
    return of('pod-identity-target-role', 'role', `the association of ${resource.name} sends its pods on to ${target}`, 'Somebody gave it a target role: the pods call as that one, not as the role of this access.', 'Let who set it take it away: aws eks delete-pod-identity-association, then apply.');
  }
  return [];
}

export const agentCause = 'Pods would be told to fetch their credentials from an address of the node at which nobody answers.';

export function agentMissing(cluster: string): string {
  return `the Pod Identity agent is not on the nodes of ${cluster}`;
}

export function agentRemedy(cluster: string, region: string): string {
  return `Install the add-on: aws eks create-addon --cluster-name ${cluster} --addon-name ${podIdentityAgent} --region ${region}`;
}

/** Of the add-on, of EKS Auto Mode, or installed by hand as a DaemonSet (EKS user guide, "Set up the Amazon EKS Pod Identity Agent"). */
export async function agentOf(cluster: EksCluster, region: string, readings: Readings): Promise<AgentState> {
  if (cluster.autoMode || (await readings.eksAddonStatus(region, cluster.name, podIdentityAgent)) !== undefined) return 'there';
  try {
    const byHand = await readings.object({ apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: podIdentityAgent });
    return byHand === undefined ? 'missing' : 'there';
  } catch (error) {
    if (error instanceof KubernetesCallError && error.kind === 'forbidden') return 'unknown';
    throw error;
  }
}

/**
 * Is a pod given its identity that is made now? Associations take effect some seconds after they are made (EKS API reference,
 * CreatePodIdentityAssociation), and a pod that is made before goes without for its whole life. A dry run passes admission,
 * where EKS puts it in, and makes nothing (Kubernetes docs, "API Concepts", dry-run; the webhook `pod-identity-webhook` of an EKS
 * cluster has `sideEffects: None`, else a dry run would be refused).
 */
async function effective({ namespace, serviceAccount }: DesiredAssociation, hands: Hands): Promise<string | undefined> {
  const given = await isGiven(trialPod(namespace, serviceAccount), hands.kubernetes);
  return given ? undefined : `new pods of the ServiceAccount ${serviceAccount} are not given their identity yet`;
}

async function isGiven(pod: KubernetesObject, kubernetes: Hands['kubernetes']): Promise<boolean> {
  const made = await kubernetes.create(pod, { dryRun: true });
  return recordsAt(made, 'spec', 'containers').every((container) => recordsAt(container, 'env').some(({ name }) => name === podIdentityVariables.address));
}

/** Is a pod of an associated ServiceAccount given its identity all the same, when it carries the label? */
export function isGivenDespite(label: string, { namespace, serviceAccount }: Pick<DesiredAssociation, 'namespace' | 'serviceAccount'>, kubernetes: Hands['kubernetes']): Promise<boolean> {
  const pod = trialPod(namespace, serviceAccount);
  return isGiven({ ...pod, metadata: { ...pod.metadata, labels: { [label]: 'true' } } }, kubernetes);
}

/** As the strictest policy wants it (Kubernetes docs, "Pod Security Standards", restricted). */
function trialPod(namespace: string, serviceAccountName: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'bedrock-access-trial-', namespace },
    spec: {
      serviceAccountName,
      restartPolicy: 'Never',
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'trial',
          image: 'bedrock-access',
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '10m', memory: '16Mi' } },
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

/** Clusters in which this access has or had an association: revisions name them, and the trust policies of its roles. */
async function clustersOf(where: Whereabouts, readings: Readings): Promise<readonly { readonly region: string; readonly cluster: string }[]> {
  const named = where.named.flatMap(({ kind, desired }) => {
    const [region, cluster] = kind === 'pod-identity-association' && isRecord(desired) ? [textAt(desired, 'region'), textAt(desired, 'cluster')] : [];
    return region === undefined || cluster === undefined ? [] : [{ region, cluster }];
  });
  const roles = where.sweep ? await Promise.all((await rolesOf(where, readings)).map((name) => readings.role(name))) : [];
  const trusted = roles.flatMap((role) => (role === undefined || ownershipByTags(role.tags, where.owner).by !== 'us' ? [] : (clusterOfTrust(role.trust) ?? [])));
  return [...new Map([...named, ...trusted].map((place) => [`${place.region} ${place.cluster}`, place])).values()];
}

async function straysIn(region: string, cluster: string, where: Whereabouts, readings: Readings): Promise<readonly Stray<ObservedAssociation>[]> {
  const associations = await readings.podIdentityAssociations(region, cluster, where.owner.namespace);
  return associations
    .filter(({ tags }) => ownershipByTags(tags, where.owner).by === 'us')
    .filter(({ namespace, serviceAccount }) => !where.accounted.has(`${region} ${cluster} ${namespace}/${serviceAccount}`))
    .map((association) => ({ name: `${association.namespace}/${association.serviceAccount} in ${cluster}`, observed: { region, association }, reason: 'not in the declaration any more' }));
}
