/**
 * Readings, not calls: one answer of AWS or Kubernetes each, asked for at most once in a run and shared by every kind
 * that looks at it. Pointed readings serve one access and never sweep the account; swept ones serve many.
 */
import type { AccessKeyMetadata, ApiKeyMetadata, Aws, CallerIdentity, EksCluster, IamRole, IamUser, InferenceProfileSummary, ManagedPolicy, OidcProvider, PodIdentityAssociation, RolesAnywhereProfile, Tags, TrustAnchor, TrustedRole } from '../aws/types.ts';
import type { Kubernetes, KubernetesObject, ListOptions, ObjectReference } from '../kubernetes/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { ownershipByTags, ownerTags, type Owner } from './owner.ts';
import { storeOf } from './stores/index.ts';
import type { ParameterPlace, StoredParameter, StorePlace, StoreService } from './stores/store.ts';

export interface RoleWithPolicies {
  readonly role: IamRole;
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
  readonly inline: readonly { readonly name: string; readonly document: PolicyDocument | undefined }[];
}

export interface Readings {
  callerIdentity(): Promise<CallerIdentity>;
  user(name: string): Promise<IamUser | undefined>;
  accessKeys(user: string): Promise<readonly AccessKeyMetadata[]>;
  apiKeys(user: string): Promise<readonly ApiKeyMetadata[]>;
  /** When a key of that user was last used; only asked for a key that nobody knows. Undefined: it is no more. */
  accessKeyUse(id: string, user: string): Promise<{ readonly at?: Date } | undefined>;
  attachedPolicies(user: string): Promise<readonly string[]>;
  policy(arn: string): Promise<ManagedPolicy | undefined>;
  policyDocument(arn: string, versionId: string): Promise<PolicyDocument | undefined>;
  /** A role that a store reads with, and its policies: mostly one for all accesses of a cluster. */
  roleWithPolicies(name: string): Promise<RoleWithPolicies | undefined>;
  /** Names asked for in the same turn of the event loop travel in one call. */
  parameter(place: ParameterPlace): Promise<StoredParameter | undefined>;
  /** Parameters with all three owner tags. A list that lags may lack one that was just made; it is there by its name. */
  ownedParameters(place: StorePlace, owner: Owner): Promise<readonly StoredParameter[]>;
  /** Only asked for a name that is taken, where the store does not show them by itself. */
  parameterTags(place: ParameterPlace): Promise<Tags | undefined>;
  /** What the account holds of IAM's quotas; only asked where something is to be made. */
  accountSummary(): Promise<Readonly<Record<string, number>>>;
  /** Swept: every user of the account with tags. */
  usersWithTags(): Promise<readonly IamUser[]>;
  role(name: string): Promise<TrustedRole | undefined>;
  rolePolicies(role: string): Promise<readonly string[]>;
  /** Swept: every role of the account, with its trust policy. */
  rolesWithTags(): Promise<readonly TrustedRole[]>;
  /** Every application inference profile of the account in a region. */
  applicationProfiles(region: string): Promise<readonly InferenceProfileSummary[]>;
  /** A list shows no tags. */
  profileTags(region: string, arn: string): Promise<Tags | undefined>;
  oidcProvider(arn: string): Promise<OidcProvider | undefined>;
  eksCluster(region: string, name: string): Promise<EksCluster | undefined>;
  /** `ACTIVE`, `DEGRADED`, …; undefined where the add-on is not installed. */
  eksAddonStatus(region: string, cluster: string, addon: string): Promise<string | undefined>;
  podIdentityAssociation(region: string, cluster: string, namespace: string, serviceAccount: string): Promise<PodIdentityAssociation | undefined>;
  /** Every association of a namespace, with tags. */
  podIdentityAssociations(region: string, cluster: string, namespace: string): Promise<readonly PodIdentityAssociation[]>;
  trustAnchor(region: string, id: string): Promise<TrustAnchor | undefined>;
  /** Every profile of IAM Roles Anywhere of the account in a region. */
  rolesAnywhereProfiles(region: string): Promise<readonly RolesAnywhereProfile[]>;
  rolesAnywhereTags(region: string, arn: string): Promise<Tags | undefined>;
  object(reference: ObjectReference): Promise<KubernetesObject | undefined>;
  objects(apiVersion: string, kind: string, options: ListOptions): Promise<readonly KubernetesObject[]>;
  servedVersions(group: string, kind: string): Promise<readonly string[]>;
}

/** Readings of one run; a later look at the world takes new ones. */
export function takeReadings(aws: Aws, kubernetes: Kubernetes): Readings {
  const parameter = once(parametersTogether(aws));
  const tagged = once((service: StoreService, region: string, owner: Owner) => storeOf({ service }).tagged(ownerTags(owner), region, aws));
  const tagsOf = once((service: StoreService, region: string, name: string) => storeOf({ service }).tagsOf(name, region, aws));
  return {
    callerIdentity: once(() => aws.sts.getCallerIdentity()),
    user: once((name: string) => aws.iam.getUser(name)),
    accessKeys: once(async (user: string) => (await aws.iam.listAccessKeys(user)) ?? []),
    apiKeys: once(async (user: string) => (await aws.apiKeys.list(user)) ?? []),
    accessKeyUse: once((id: string, user: string) => aws.iam.accessKeyUse(user, id)),
    attachedPolicies: once(async (user: string) => (await aws.iam.listAttachedUserPolicies(user)) ?? []),
    policy: once((arn: string) => aws.iam.getPolicy(arn)),
    policyDocument: once((arn: string, version: string) => aws.iam.getPolicyDocument(arn, version)),
    roleWithPolicies: once(async (name: string) => {
      const role = await aws.iam.getRole(name);
      if (role === undefined) return undefined;
      const [attached, names] = await Promise.all([aws.iam.listAttachedRolePolicies(name), aws.iam.listRolePolicies(name)]);
      const inline = await Promise.all((names ?? []).map(async (policy) => ({ name: policy, document: await aws.iam.getRolePolicy(name, policy) })));
      return { role, attached: attached ?? [], inline };
    }),
    parameter: ({ service, region, name }) => parameter(service, region, name),
    async ownedParameters({ service, region }, owner) {
      const listed = await tagged(service, region, owner);
      if (!storeOf({ service }).listLags) return listed;
      const now = await Promise.all(listed.map(({ name }) => parameter(service, region, name)));
      return now.filter((found) => found !== undefined && ownershipByTags(found.tags ?? {}, owner).by === 'us').filter((found) => found !== undefined);
    },
    parameterTags: ({ service, region, name }) => tagsOf(service, region, name),
    accountSummary: once(() => aws.iam.accountSummary()),
    usersWithTags: once(() => aws.iam.listUsersWithTags()),
    role: once((name: string) => aws.webIdentity.getRole(name)),
    rolePolicies: once(async (role: string) => (await aws.iam.listAttachedRolePolicies(role)) ?? []),
    rolesWithTags: once(() => aws.webIdentity.listRolesWithTags()),
    applicationProfiles: once((region: string) => aws.bedrock(region).listInferenceProfiles('APPLICATION')),
    profileTags: once((region: string, arn: string) => aws.bedrock(region).listTags(arn)),
    oidcProvider: once((arn: string) => aws.webIdentity.getProvider(arn)),
    eksCluster: once((region: string, name: string) => aws.eks(region).getCluster(name)),
    eksAddonStatus: once((region: string, cluster: string, addon: string) => aws.eks(region).getAddonStatus(cluster, addon)),
    podIdentityAssociation: once(async (region: string, cluster: string, namespace: string, serviceAccount: string) => {
      const [association] = await associationsOf(aws, region, cluster, { namespace, serviceAccount });
      return association;
    }),
    podIdentityAssociations: once((region: string, cluster: string, namespace: string) => associationsOf(aws, region, cluster, { namespace })),
    trustAnchor: once((region: string, id: string) => aws.rolesAnywhere(region).getTrustAnchor(id)),
    rolesAnywhereProfiles: once((region: string) => aws.rolesAnywhere(region).listProfiles()),
    rolesAnywhereTags: once((region: string, arn: string) => aws.rolesAnywhere(region).listTags(arn)),
    object: once((target: ObjectReference) => kubernetes.get(target)),
    objects: once((apiVersion: string, kind: string, options: ListOptions) => kubernetes.list(apiVersion, kind, options)),
    servedVersions: once((group: string, kind: string) => kubernetes.servedVersions(group, kind)),
  };
}

/** The list tells neither role nor tags: each is asked for. */
async function associationsOf(aws: Aws, region: string, cluster: string, filter: { readonly namespace: string; readonly serviceAccount?: string }): Promise<readonly PodIdentityAssociation[]> {
  const eks = aws.eks(region);
  const found = await Promise.all((await eks.listAssociations(cluster, filter)).map((id) => eks.getAssociation(cluster, id)));
  return found.filter((association) => association !== undefined);
}

/** Asks once for each set of arguments, however many ask. */
export function once<Arguments extends readonly unknown[], Answer>(ask: (...asked: Arguments) => Promise<Answer>): (...asked: Arguments) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>();
  return (...asked) => {
    const name = JSON.stringify(asked);
    const answer = answers.get(name) ?? ask(...asked);
    answers.set(name, answer);
    return answer;
  };
}

/** Gathers the names that are asked for in one turn of the event loop into as few calls of their store as they fit in. */
function parametersTogether(aws: Aws): (service: StoreService, region: string, name: string) => Promise<StoredParameter | undefined> {
  interface Batch {
    readonly names: Set<string>;
    readonly found: Promise<ReadonlyMap<string, StoredParameter>>;
  }
  const open = new Map<string, Batch>();

  function batchOf(service: StoreService, region: string): Batch {
    const names = new Set<string>();
    const found = new Promise<void>((resolve) => setImmediate(resolve)).then(async () => {
      open.delete(`${service} ${region}`);
      const parameters = await storeOf({ service }).describe([...names], region, aws);
      return new Map(parameters.map((parameter) => [parameter.name, parameter]));
    });
    const batch = { names, found };
    open.set(`${service} ${region}`, batch);
    return batch;
  }

  return async (service, region, name) => {
    const batch = open.get(`${service} ${region}`) ?? batchOf(service, region);
    batch.names.add(name);
    return (await batch.found).get(name);
  };
}
