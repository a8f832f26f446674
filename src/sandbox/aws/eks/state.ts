import type { World } from '../../world.ts';

/** What EKS keeps for pods' identities. There is one cluster at most: the sandbox's own. */
export interface EksState {
  readonly cluster?: EksClusterState;
  /** By id. */
  readonly associations: Map<string, Association>;
}

export interface EksClusterState {
  readonly name: string;
  readonly region: string;
  readonly arn: string;
  readonly hasAgent: boolean;
  readonly heedsSkipLabel: boolean;
}

export interface Association {
  readonly id: string;
  readonly arn: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  roleArn: string;
  disableSessionTags: boolean;
  targetRoleArn: string | undefined;
  readonly clientRequestToken: string | undefined;
  readonly tags: Map<string, string>;
  readonly createdAt: Date;
  /** World time from which admission and the EKS Auth API know it. */
  readonly effectiveAt: number;
}

export function createEksState({ options, account }: World): EksState {
  const { eks } = options;
  return {
    ...(eks === undefined ? {} : { cluster: { name: eks.cluster, region: eks.region, arn: `arn:aws:eks:${eks.region}:${account}:cluster/${eks.cluster}`, hasAgent: eks.agent ?? true, heedsSkipLabel: eks.heedsSkipLabel ?? true } }),
    associations: new Map(),
  };
}

export function associationOf(state: EksState, namespace: string, serviceAccount: string): Association | undefined {
  return [...state.associations.values()].find((one) => one.namespace === namespace && one.serviceAccount === serviceAccount);
}
