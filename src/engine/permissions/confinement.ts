import { keyCredentialsOf, type KeyCredentials } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import type { Partition } from '../../bedrock/types.ts';
import { ownerTagKeys } from '../../resources/owner.ts';
import { podIdentityAgent, podIdentityOf } from '../../resources/pod-identity.ts';
import { profileParameters } from '../../resources/profile-delivery.ts';
import { policyNamePatterns } from '../../resources/policy-names.ts';
import { roleOf } from '../../resources/pod-role.ts';
import { rolesAnywhereOf } from '../../resources/roles-anywhere.ts';
import { storeOf } from '../../resources/stores/index.ts';
import type { StoreService } from '../../resources/stores/store.ts';
import { webIdentityOf } from '../../resources/web-identity.ts';

/** What the program's own permissions are confined to: the things of one access. */
export interface Confinement {
  readonly access: { readonly namespace: string; readonly name: string };
  readonly partition: Partition;
  readonly account: string;
  /** Owner tags with their values. The cluster's id is among them only when it was given. */
  readonly owner: Readonly<Record<string, string>>;
  readonly userArn: string;
  /** Which sort of key the user has; undefined where there is no user. */
  readonly keyMode?: KeyCredentials['mode'];
  /** In a mode in which the pods call as a role: then there is no user and no parameter. */
  readonly identity?: {
    readonly roleArn: string;
    readonly pathlessRoleArn: string;
    readonly session?: boolean; readonly providerArn?: string;
    readonly eks?: { readonly clusterArn: string; readonly addonArns: string; readonly associationArns: string };
    readonly trustAnchor?: { readonly arn: string; readonly region: string };
  };
  /** The user without its path: a call that names a user who does not exist yet is judged on this ARN. */
  readonly pathlessUserArn: string;
  /** The managed policy, and further ones that a long list of models needs (`…-2`). */
  readonly policyArns: readonly string[];
  /** Where the parameters lie. */
  readonly service: StoreService;
  readonly parameterArns: readonly string[];
  /** The role that the store reads with: the declared one, else any, since only the cluster knows it. */
  readonly storeRoleArn: string;
  /** Where Bedrock is called. */
  readonly region: string;
  /** Does the access make application inference profiles? */
  readonly ownProfiles: boolean;
  readonly parameterRegion: string;
  /** The customer's own key of the parameters: id, ARN or alias. */
  readonly kmsKey?: string;
  /** What bounds every user and role that the program makes. */
  readonly boundaryArn: string;
  /** The policy that holds these permissions and protects itself; further ones take `-2`, `-3`. */
  readonly programPolicyArn: string;
}

/** Path of the boundary and of the program's own policy: apart from whatever the program may write. */
export const programPath = '/bedrock-access/';

/** @param clusterId as `clusterIdOf` answers it; without it the owner tags are compared by namespace and name alone */
export function confinementOf(access: Access, clusterId?: string): Confinement {
  const { account, region, names, permissionsBoundary, parameterKmsKeyId, credentials } = access.spec;
  const { namespace, name } = access.metadata;
  const partition = partitionOf(region) ?? 'aws';
  const role = roleOf(access, partition);
  const provider = webIdentityOf(access, partition)?.providerArn;
  const eks = podIdentityOf(access, partition);
  const anywhere = rolesAnywhereOf(access, partition);
  const iam = (resource: string): string => `arn:${partition}:iam::${account}:${resource}`;
  const key = keyCredentialsOf(credentials);
  const parameterRegion = key?.secretStore.region ?? region;
  const service = key?.secretStore.service ?? 'ParameterStore';
  // Of both layouts: an access moves from one to the other. A secret of Secrets Manager holds the pair.
  const profiles = profileParameters(access);
  const parameters = [...(service === 'ParameterStore' ? [names.parameter, names.accessKeyIdParameter, names.secretAccessKeyParameter] : [names.parameter]), ...(profiles === undefined ? [] : [profiles])];
  return {
    access: { namespace, name },
    partition,
    account,
    owner: { ...(clusterId === undefined ? {} : { [ownerTagKeys.cluster]: clusterId }), [ownerTagKeys.namespace]: namespace, [ownerTagKeys.name]: name },
    userArn: iam(`user${names.path}${names.user}`),
    pathlessUserArn: iam(`user/${names.user}`),
    ...(role === undefined
      ? {}
      : {
          identity: {
            roleArn: role.arn,
            pathlessRoleArn: iam(`role/${role.name}`),
            ...(provider === undefined ? {} : { providerArn: provider }),
            ...(eks === undefined ? {} : { eks: eksOf(eks.clusterArn) }),
            ...(credentials.session === undefined ? {} : { session: true }),
            ...(anywhere === undefined ? {} : { trustAnchor: { arn: anywhere.declared.trustAnchor, region: anywhere.region } }),
          },
        }),
    policyArns: policyNamePatterns(names.policy).map((pattern) => iam(`policy${names.path}${pattern}`)),
    region,
    ownProfiles: access.spec.models.some(({ applicationProfile }) => applicationProfile),
    service,
    parameterArns: parameters.map((parameter) => storeOf({ service }).iam.arnOf(parameter, { partition, account, region: parameterRegion })),
    parameterRegion,
    ...(parameterKmsKeyId === undefined ? {} : { kmsKey: parameterKmsKeyId }),
    storeRoleArn: key?.secretStore.role ?? iam('role/*'),
    ...(key === undefined ? {} : { keyMode: key.mode }),
    boundaryArn: permissionsBoundary ?? iam(`policy${programPath}bedrock-access-boundary`),
    programPolicyArn: iam(`policy${programPath}for-${names.user}`),
  };
}

/** Of `arn:aws:eks:us-west-2:123456789012:cluster/lolice`, the ids that EKS chooses left open. */
function eksOf(clusterArn: string): NonNullable<NonNullable<Confinement['identity']>['eks']> {
  const of = (type: string, rest: string): string => clusterArn.replace(/:cluster\/(.*)$/, `:${type}/$1/${rest}`);
  return { clusterArn, addonArns: of('addon', `${podIdentityAgent}/*`), associationArns: of('podidentityassociation', '*') };
}
