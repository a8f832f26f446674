/** The IAM user that the workload calls Bedrock as. It carries the owner tags and the marks of the whole access. */
import type { IamUser, Tags } from '../aws/types.ts';
import { ownProfileSource } from '../bedrock/own-profile.ts';
import type { ResolvedModel } from '../bedrock/types.ts';
import { keyCredentialsOf } from '../access/credential-mode.ts';
import { AwsCallError } from '../aws/error.ts';
import type { Finding } from '../finding.ts';
import { keeperByTags } from './gitops.ts';
import type { Hands, ResourceKind, Stray } from './kind.ts';
import { address } from './kind.ts';
import type { KeySort } from './key-sort.ts';
import { keysMark } from './keys-mark.ts';
import { markKeys, ownershipByTags, ownerTags } from './owner.ts';
import { placeMark } from './stores/marked.ts';

export interface DesiredUser {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly permissionsBoundary?: string;
  /** Which sort of key it has. */
  readonly keyMode: KeySort['mode'];
  /** Where the access owns things: the mark `bedrock-access/regions`. */
  readonly regions: readonly string[];
  /** Where it has application inference profiles: the mark `bedrock-access/profiles`. */
  readonly profileRegions: readonly string[];
}

export const iamUser: ResourceKind<DesiredUser, IamUser> = {
  kind: 'iam-user',
  where: 'aws',

  desired({ access, partition, models }) {
    const { account, names, permissionsBoundary, credentials, managedBy } = access.spec;
    const key = keyCredentialsOf(credentials);
    if (key === undefined) return [];
    const desired: DesiredUser = {
      name: names.user,
      path: names.path,
      arn: `arn:${partition}:iam::${account}:user${names.path}${names.user}`,
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      keyMode: key.mode,
      regions: [placeMark(key.secretStore)],
      profileRegions: ownProfileRegions(models),
    };
    return [{ kind: 'iam-user', key: 'user', name: names.user, nameField: 'spec.names.user', desired, ...(managedBy.iam === 'terraform' ? { required: true } : {}) }];
  },
  identity: (resource) => resource.desired.name,

  observe: (resource, readings) => readings.user(resource.desired.name),
  async strays(where, readings) {
    // IAM cannot be listed by tag: only when nothing tells the names is the account swept (issue "The main job", destroy without a document).
    if (!where.sweep) return [];
    const users = await readings.usersWithTags();
    return users
      .filter((user) => ownershipByTags(user.tags, where.owner).by === 'us' && !where.accounted.has(user.name))
      .map((user): Stray<IamUser> => ({ name: user.name, observed: user, reason: 'carries the tags of this access' }));
  },
  ownership: (observed, owner) => ownershipByTags(observed.tags, owner),
  keptBy: ({ tags }) => keeperByTags(tags),

  expected(desired, _resolve, observed) {
    return {
      'permissions boundary': desired.permissionsBoundary ?? '',
      'tag bedrock-access/regions': joined(markedRegions(observed), desired.regions),
      'tag bedrock-access/profiles': joined(markedProfileRegions(observed), desired.profileRegions),
    };
  },
  found: (observed) => ({
    'permissions boundary': observed.permissionsBoundary ?? '',
    'tag bedrock-access/regions': markedRegions(observed).join(' '),
    'tag bedrock-access/profiles': markedProfileRegions(observed).join(' '),
  }),
  problems(resource, observed): readonly Finding[] {
    if (observed === undefined || observed.path === resource.desired.path) return [];
    return [
      {
        id: 'user-path-differs',
        severity: 'error',
        message: `IAM user ${observed.name} lies under the path ${observed.path}, not ${resource.desired.path}`,
        cause: 'A user keeps the path that it was made with, and names are unique in an account whatever the path.',
        remedy: `Set spec.names.path to ${observed.path}, or choose another spec.names.user.`,
        place: { field: 'spec.names.path', resource: address(resource) },
      },
    ];
  },

  foreseen: (desired) => ({ name: desired.name, arn: desired.arn }),
  outputs: (observed) => ({ name: observed.name, arn: observed.arn }),

  async create(desired, hands) {
    const user = await hands.aws.iam.createUser({
      name: desired.name,
      path: desired.path,
      tags: {
        ...ownerTags(hands.owner),
        [markKeys.regions]: [...desired.regions].sort().join(' '),
        ...profileMark(undefined, desired.profileRegions),
        // A new user has no keys: the mark that comes before the first one travels in the same call.
        ...keysMark(desired.keyMode, hands.clock.now(), []),
      },
      ...(desired.permissionsBoundary === undefined ? {} : { permissionsBoundary: desired.permissionsBoundary }),
    });
    return { name: user.name, arn: user.arn };
  },
  async update(desired, observed, differences, hands) {
    if (differences.some((field) => field === 'owner' || field.startsWith('tag '))) {
      await hands.aws.iam.tagUser(observed.name, { ...ownerTags(hands.owner), [markKeys.regions]: joined(markedRegions(observed), desired.regions), ...profileMark(observed, desired.profileRegions) });
    }
    if (differences.includes('permissions boundary')) await setBoundary(desired, observed, hands);
    return { name: observed.name, arn: observed.arn };
  },
  async remove(observed, hands) {
    await gone(() => hands.aws.iam.deleteUser(observed.name));
  },

  permissions: [
    'iam:GetUser',
    'iam:CreateUser',
    'iam:TagUser',
    'iam:DeleteUser',
    'iam:PutUserPermissionsBoundary',
    'iam:DeleteUserPermissionsBoundary',
    'iam:GetAccountAuthorizationDetails',
  ],
  repeatable: ['iam:TagUser', 'iam:PutUserPermissionsBoundary', 'iam:DeleteUserPermissionsBoundary', 'iam:DeleteUser'],
};

/** What a mark names: regions. */
export function markedRegions(holder: Pick<IamUser, 'tags'> | undefined): readonly string[] {
  return regionsIn(holder?.tags[markKeys.regions]);
}

export function markedProfileRegions(holder: Pick<IamUser, 'tags'> | undefined): readonly string[] {
  return regionsIn(holder?.tags[markKeys.profiles]);
}

function regionsIn(mark = ''): readonly string[] {
  return mark.split(' ').filter((region) => region !== '');
}

/** A mark of regions only grows. */
function joined(marked: readonly string[], regions: readonly string[]): string {
  return [...new Set([...marked, ...regions])].sort().join(' ');
}

/** The mark of profiles, where there are or were any: as a line of a state, and as a tag. */
export function profileMark(holder: Pick<IamUser, 'tags'> | undefined, regions: readonly string[]): Tags {
  const value = joined(markedProfileRegions(holder), regions);
  return value === '' ? {} : { [markKeys.profiles]: value };
}

/** Regions of the application inference profiles that models are called through. */
export function ownProfileRegions(models: readonly ResolvedModel[]): readonly string[] {
  return [...new Set(models.filter((model) => ownProfileSource(model) !== undefined).map(({ sourceRegion }) => sourceRegion))];
}

async function setBoundary(desired: DesiredUser, observed: IamUser, hands: Hands): Promise<void> {
  if (desired.permissionsBoundary === undefined) await hands.aws.iam.deleteUserPermissionsBoundary(observed.name);
  else await hands.aws.iam.putUserPermissionsBoundary(observed.name, desired.permissionsBoundary);
}

/** A removal of what is gone already has done its work. */
export async function gone(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!(error instanceof AwsCallError && error.kind === 'not-found')) throw error;
  }
}
