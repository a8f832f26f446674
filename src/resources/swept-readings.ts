/**
 * Readings for many accesses in one run: AWS is listed page by page, once, instead of asked about each access. What no
 * list of AWS shows stays pointed: access keys (GetAccountAuthorizationDetails holds none; ListAccessKeys is by user).
 */
import type { Aws, IamUser, ManagedPolicy, Tags } from '../aws/types.ts';
import type { Kubernetes, ListOptions } from '../kubernetes/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { ownerTagKeys, type Owner } from './owner.ts';
import { once, takeReadings, type Readings } from './readings.ts';
import { storeOf } from './stores/index.ts';
import type { ParameterPlace, StoredParameter, StorePlace, StoreService } from './stores/store.ts';

/** What will be asked for, known before. */
export interface Expected {
  readonly cluster: string;
  readonly parameters: readonly ParameterPlace[];
}

type SweptUser = IamUser & { readonly attachedPolicies: readonly string[] };
type SweptPolicy = Omit<ManagedPolicy, 'tags' | 'description'> & { readonly document: PolicyDocument };

/** Readings for one access each, which share all that AWS answers; what is read of an access's own objects in the cluster is let go with it. */
export function sweepReadings(aws: Aws, kubernetes: Kubernetes, expected: Expected): () => Readings {
  const users = once(async () => new Map((await aws.iam.listUsersWithTags()).map((user) => [user.name.toLowerCase(), user])));
  const policies = once(async () => new Map((await aws.iam.listPoliciesWithDocuments()).map((policy) => [policy.arn, policy])));
  const holders = once(async () => Map.groupBy([...(await users()).values()].flatMap((user) => user.attachedPolicies.map((arn) => ({ arn, user }))), ({ arn }) => arn));
  const parameters = once(async (service: StoreService, region: string) => byName(await storeOf({ service }).tagged({ [ownerTagKeys.cluster]: expected.cluster }, region, aws)));
  const unswept = once(async (service: StoreService, region: string) => {
    const swept = await parameters(service, region);
    const names = expected.parameters.filter((parameter) => parameter.service === service && parameter.region === region && !swept.has(parameter.name)).map(({ name }) => name);
    return byName(await storeOf({ service }).describe(names, region, aws));
  });
  const tagsOf = once((service: StoreService, region: string, name: string) => storeOf({ service }).tagsOf(name, region, aws));
  /** The sweep has compared the cluster's tag; of namespace and name its text says, where the store shows no tags. */
  const owned = once(async (service: StoreService, region: string) => {
    const found = await Promise.all(
      [...(await parameters(service, region)).values()].map(async (parameter) => ({ parameter, owner: parameter.owner ?? ownerTagged(await tagsOf(service, region, parameter.name)) })),
    );
    return new Map([...Map.groupBy(found, ({ owner }) => owner)].map(([owner, all]) => [owner, all.map(({ parameter }) => parameter)]));
  });
  const names = new Set(expected.parameters.map(placeOf));
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
    async parameter(place: ParameterPlace) {
      const { service, region, name } = place;
      const swept = (await parameters(service, region)).get(name);
      if (swept !== undefined) return swept;
      return names.has(placeOf(place)) ? (await unswept(service, region)).get(name) : pointed.parameter(place);
    },
    async ownedParameters({ service, region }: StorePlace, owner: Owner) {
      if (owner.cluster !== expected.cluster) return pointed.ownedParameters({ service, region }, owner);
      return (await owned(service, region)).get(`${owner.namespace}/${owner.name}`) ?? [];
    },
    parameterTags: ({ service, region, name }: ParameterPlace) => tagsOf(service, region, name),
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

function placeOf({ service, region, name }: ParameterPlace): string {
  return `${service} ${region} ${name}`;
}

function byName(parameters: readonly StoredParameter[]): ReadonlyMap<string, StoredParameter> {
  return new Map(parameters.map((parameter) => [parameter.name, parameter]));
}
