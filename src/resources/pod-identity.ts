/** What pods need to call as a role that EKS gives them: the association, and nothing of ours in the pod. */
import type { Access, PodIdentityCredentials } from '../access/types.ts';
import type { Partition } from '../bedrock/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { skipPodIdentityLabel } from './kept-out.ts';
import { reference } from './kind.ts';
import { roleOf, type PodRole } from './pod-role.ts';

/** Whom EKS assumes roles for pods as, and for whom the tokens of those pods are made (EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity"). */
export const podIdentityService = 'pods.eks.amazonaws.com';

/** The add-on that brings the agent onto the nodes (EKS user guide, "Set up the Amazon EKS Pod Identity Agent"). */
export const podIdentityAgent = 'eks-pod-identity-agent';

/** What EKS puts into every container of such a pod when it is made (EKS user guide, "How EKS Pod Identity works"). */
export const podIdentityVariables = { address: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', tokenFile: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE' } as const;

export interface PodIdentity {
  readonly roleArn: string;
  readonly declared: PodIdentityCredentials;
  readonly namespace: string;
  readonly clusterArn: string;
  /** `openhands/openhands`, as messages name it. */
  readonly account: string;
}

/** Undefined in another mode. */
export function podIdentityOf(access: Access, partition: Partition): PodIdentity | undefined {
  const { metadata, spec } = access;
  const declared = spec.credentials.podIdentity;
  const role = roleOf(access, partition);
  if (declared === undefined || role === undefined) return undefined;
  return {
    roleArn: role.arn,
    declared,
    namespace: metadata.namespace,
    clusterArn: `arn:${partition}:eks:${declared.region}:${spec.account}:cluster/${declared.cluster}`,
    account: `${metadata.namespace}/${declared.serviceAccount}`,
  };
}

/** A role whose session the SDK fetches from the agent on the node, by what EKS puts into the pod. */
export function podRoleOfPodIdentity(access: Access, partition: Partition): PodRole | undefined {
  const identity = podIdentityOf(access, partition);
  const role = roleOf(access, partition);
  if (identity === undefined || role === undefined) return undefined;
  const association = reference('pod-identity-association', 'association', 'id');
  return {
    ...role,
    trust: podIdentityTrust(identity),
    trusts: [],
    pods: {
      serviceAccount: identity.declared.serviceAccount,
      volumes: [],
      variables: [],
      // EKS changes a pod when it is made and never after: those that were there before are made anew.
      ready: [association],
      givenAtStart: { by: association, variable: podIdentityVariables.address, keptOutBy: skipPodIdentityLabel },
      // Earlier in the chain of credentials (AWS SDKs and tools reference guide, "Standardized credential providers").
      hiddenBy: ['AWS_WEB_IDENTITY_TOKEN_FILE'],
    },
  };
}

/**
 * EKS may assume the role, for pods of this cluster, namespace and ServiceAccount alone: it says so in the tags of the session
 * (EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity", Setting Conditions, and "Grant Pods access
 * to AWS resources based on tags"). Without the conditions whoever may make associations in the account could give the role to any pod.
 */
function podIdentityTrust({ clusterArn, namespace, declared }: PodIdentity): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'PodIdentity',
        Effect: 'Allow',
        Principal: { Service: podIdentityService },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: {
          StringEquals: {
            'aws:RequestTag/eks-cluster-arn': clusterArn,
            'aws:RequestTag/kubernetes-namespace': namespace,
            'aws:RequestTag/kubernetes-service-account': declared.serviceAccount,
          },
        },
      },
    ],
  };
}

/** The cluster that such a trust policy names: so associations are found where no revision tells of them. */
export function clusterOfTrust(trust: PolicyDocument): { readonly region: string; readonly cluster: string } | undefined {
  const arns = trust.Statement.flatMap(({ Condition = {} }) => [Condition['StringEquals']?.['aws:RequestTag/eks-cluster-arn'] ?? []].flat());
  const [, region, cluster] = /^arn:[^:]+:eks:([^:]+):\d+:cluster\/(.+)$/.exec(arns[0] ?? '') ?? [];
  return region === undefined || cluster === undefined ? undefined : { region, cluster };
}
