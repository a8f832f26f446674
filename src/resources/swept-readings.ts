/**
 * Readings for many accesses in one run: AWS is listed page by page, once, instead of asked about each access. What no
 * list of AWS shows stays pointed: access keys (GetAccountAuthorizationDetails holds none; ListAccessKeys is by user).
 */
import type { Aws, IamUser, ManagedPolicy, ParameterMetadata, Tags } from '../aws/types.ts';
import type { Kubernetes, ListOptions } from '../kubernetes/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { ownerTagKeys, type Owner } from './owner.ts';
import { ownerNamedIn } from './parameter-names.ts';
import { describeNamed, once, takeReadings, type Readings } from './readings.ts';

/** What will be asked for, known before. */
export interface Expected {
  readonly cluster: string;
  readonly parameters: readonly { readonly region: string; readonly name: string }[];
}

type SweptUser = IamUser & { readonly attachedPolicies: readonly string[] };
type SweptPolicy = Omit<ManagedPolicy, 'tags' | 'description'> & { readonly document: PolicyDocument };

/** Readings for one access each, which share all that AWS answers; what is read of an access's own objects in the cluster is let go with it. */
export function sweepReadings(aws: Aws, kubernetes: Kubernetes, expected: Expected): () => Readings {
  const users = once(async () => new Map((await aws.iam.listUsersWithTags()).map((user) => [user.name.toLowerCase(), user])));
  const policies = once(async () => new Map((await aws.iam.listPoliciesWithDocuments()).map((policy) => [policy.arn, policy])));
  const holders = once(async () => Map.groupBy([...(await users()).values()].flatMap((user) => user.attachedPolicies.map((arn) => ({ arn, user }))), ({ arn }) => arn));
  const parameters = once(async (region: string) => byName(await aws.ssm(region).describeParametersByTags({ [ownerTagKeys.cluster]: expected.cluster })));
  const unswept = once(async (region: string) => {
    const swept = await parameters(region);
    return byName(await describeNamed(aws, region, expected.parameters.filter((parameter) => parameter.region === region && !swept.has(parameter.name)).map(({ name }) => name)));
  });
  const tagsOf = once((region: string, name: string) => aws.ssm(region).listTags(name));
  /** DescribeParameters tells no tags. The sweep has compared the cluster's; namespace and name are in the Description that every put of ours writes. */
  const owned = once(async (region: string) => {
    const found = await Promise.all([...(await parameters(region)).values()].map(async (parameter) => ({ parameter, owner: ownerNamedIn(parameter.description) ?? ownerTagged(await tagsOf(region, parameter.name)) })));
    return new Map([...Map.groupBy(found, ({ owner }) => owner)].map(([owner, all]) => [owner, all.map(({ parameter }) => parameter)]));
  });
  const names = new Set(expected.parameters.map(({ region, name }) => `${region} ${name}`));
  const pointed = takeReadings(aws, kubernetes);
  // Names of users differ by more than case (IAM user guide, "IAM identifiers").
  const user = async (name: string): Promise<SweptUser | undefined> => (await users()).get(name.toLowerCase());

  const shared = {
    user,
    roleWithPolicies: pointed.roleWithPolicies,
    usersWithTags: async () => [...(await users()).values()],
    attachedPolicies: async (name: string) => (await user(name))?.attachedPolicies ?? [],
    async policy(arn: string) {
      const found = await localPolicy(arn);
      if (found === undefined) return arn.includes('::aws:') ? pointed.policy(arn) : undefined;
      const tags = tagsByHolder(found, ((await holders()).get(arn) ?? []).map((held) => held.user));
      return tags === undefined ? pointed.policy(arn) : { ...found, tags };
    },
    async policyDocument(arn: string, version: string) {
      const found = await localPolicy(arn);
      return found?.defaultVersionId === version ? found.document : pointed.policyDocument(arn, version);
    },
    async parameter(region: string, name: string) {
      const swept = (await parameters(region)).get(name);
      if (swept !== undefined) return swept;
      return names.has(`${region} ${name}`) ? (await unswept(region)).get(name) : pointed.parameter(region, name);
    },
    async ownedParameters(region: string, owner: Owner) {
      if (owner.cluster !== expected.cluster) return pointed.ownedParameters(region, owner);
      return (await owned(region)).get(`${owner.namespace}/${owner.name}`) ?? [];
    },
    parameterTags: tagsOf,
  };

  async function localPolicy(arn: string): Promise<SweptPolicy | undefined> {
    return (await policies()).get(arn);
  }

  return () => {
    const own = takeReadings(aws, kubernetes);
    return {
      ...pointed,
      ...shared,
      object: own.object,
      // Lists of the whole cluster or of a namespace are the same for all.
      objects: (apiVersion: string, kind: string, options: ListOptions) => (options.namespace === undefined || options.labelSelector === undefined ? pointed : own).objects(apiVersion, kind, options),
    };
  };
}

/**
 * ManagedPolicyDetail has no tags (IAM API reference). A policy that is attached to one user alone belongs to whom that
 * user belongs to; of every other its tags are asked for. A run that changes something asks for the tags of each.
 */
function tagsByHolder({ attachmentCount }: SweptPolicy, holders: readonly SweptUser[]): Tags | undefined {
  const [holder] = holders;
  if (attachmentCount !== 1 || holder === undefined || holder.tags[ownerTagKeys.cluster] === undefined) return undefined;
  return Object.fromEntries(Object.entries(holder.tags).filter(([key]) => key === ownerTagKeys.cluster || key === ownerTagKeys.namespace || key === ownerTagKeys.name));
}

function ownerTagged(tags: Tags = {}): string {
  return `${tags[ownerTagKeys.namespace] ?? ''}/${tags[ownerTagKeys.name] ?? ''}`;
}

function byName(parameters: readonly ParameterMetadata[]): ReadonlyMap<string, ParameterMetadata> {
  return new Map(parameters.map((parameter) => [parameter.name, parameter]));
}
