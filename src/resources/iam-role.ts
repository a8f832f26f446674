/** The IAM role that the workload's pods call Bedrock as. It carries the owner tags. */
import { modeField } from '../access/credential-mode.ts';
import type { TrustedRole } from '../aws/types.ts';
import type { Finding } from '../finding.ts';
import type { PolicyDocument } from '../policy/types.ts';
import { keeperByTags } from './gitops.ts';
import { gone, markedProfileRegions, ownProfileRegions, profileMark } from './iam-user.ts';
import type { Field, ResourceKind, State, Stray } from './kind.ts';
import { address } from './kind.ts';
import { ownershipByTags, ownerTags } from './owner.ts';
import { podRoleOf } from './pod-role.ts';
import { policyLines } from './policy-lines.ts';

export interface DesiredRole {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly trust: PolicyDocument;
  readonly description: string;
  readonly permissionsBoundary?: string;
  /** The longest session that is asked for, where that is more than an hour. */
  readonly sessionSeconds?: number;
  /** What the trust policy names and must be there before the role. */
  readonly trusts: readonly Field[];
  /** Where the access has application inference profiles: the mark `bedrock-access/profiles`. */
  readonly profileRegions: readonly string[];
}

export const iamRole: ResourceKind<DesiredRole, TrustedRole> = {
  kind: 'iam-role',
  where: 'aws',

  desired({ access, partition, models }) {
    const role = podRoleOf(access, partition);
    if (role === undefined) return [];
    const { permissionsBoundary, names, credentials, managedBy } = access.spec;
    const desired: DesiredRole = {
      name: role.name,
      path: names.path,
      arn: role.arn,
      trust: role.trust,
      description: `Models on Amazon Bedrock for ${access.metadata.namespace}/${access.metadata.name} (bedrock-access)`,
      trusts: role.trusts,
      profileRegions: ownProfileRegions(models),
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      ...(role.sessionSeconds === undefined ? {} : { sessionSeconds: role.sessionSeconds }),
    };
    return [{ kind: 'iam-role', key: 'role', name: role.name, nameField: `${modeField(credentials)}.role`, desired, ...(managedBy.iam === 'terraform' ? { required: true } : {}) }];
  },
  identity: ({ desired }) => desired.name,

  observe: ({ desired }, readings) => readings.role(desired.name),
  async strays(where, readings) {
    if (!where.sweep) return [];
    return (await readings.rolesWithTags())
      .filter((role) => ownershipByTags(role.tags, where.owner).by === 'us' && !where.accounted.has(role.name))
      .map((role): Stray<TrustedRole> => ({ name: role.name, observed: role, reason: 'carries the tags of this access' }));
  },
  ownership: (observed, owner) => ownershipByTags(observed.tags, owner),
  keptBy: ({ tags }) => keeperByTags(tags),

  expected: (desired, _resolve, observed) => ({
    // A statement that somebody added shall go: it lets others call as the workload.
    ...(observed === undefined ? {} : Object.fromEntries(Object.keys(trustLines(observed.trust)).map((line) => [line, '']))),
    ...trustLines(desired.trust),
    [markLine]: Object.values(profileMark(observed, desired.profileRegions)).join(''),
  }),
  found: ({ trust, tags }) => ({ ...trustLines(trust), [markLine]: markedProfileRegions({ tags }).join(' ') }),
  problems(resource, observed): readonly Finding[] {
    if (observed === undefined) return [];
    const { path, permissionsBoundary = '', sessionSeconds = 0, name } = resource.desired;
    if (observed.maxSessionSeconds < sessionSeconds) return [sessionTooLong(name, observed.maxSessionSeconds, sessionSeconds, address(resource))];
    const what = observed.path !== path ? `lies under the path ${observed.path}, not ${path}` : (observed.permissionsBoundary ?? '') !== permissionsBoundary ? `has ${observed.permissionsBoundary ?? 'no permissions boundary'} as its boundary, not ${permissionsBoundary || 'none'}` : undefined;
    if (what === undefined) return [];
    return [
      {
        id: 'role-differs',
        severity: 'error',
        message: `IAM role ${observed.name} ${what}`,
        cause: 'A role keeps the path that it was made with; and a boundary limits whoever put it there as well as the program, so it is only set on a new role.',
        remedy: 'Correct spec.names.path or spec.permissionsBoundary, or let the owner of the boundary change it on the role (aws iam put-role-permissions-boundary).',
        place: { field: observed.path !== path ? 'spec.names.path' : 'spec.permissionsBoundary', resource: address(resource) },
      },
    ];
  },

  foreseen: ({ name, arn }) => ({ name, arn }),
  outputs: ({ name, arn }) => ({ name, arn }),

  async create({ name, path, trust, description, permissionsBoundary, sessionSeconds, profileRegions }, hands) {
    const role = await hands.aws.webIdentity.createRole({ name, path, trust, description, tags: { ...ownerTags(hands.owner), ...profileMark(undefined, profileRegions) }, ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }), ...(sessionSeconds === undefined ? {} : { maxSessionSeconds: sessionSeconds }) });
    return { name: role.name, arn: role.arn };
  },
  async update({ trust, profileRegions }, { name, arn, tags }, differences, hands) {
    const marks = differences.filter((field) => field === 'owner' || field === markLine);
    if (marks.length > 0) await hands.aws.webIdentity.tagRole(name, { ...ownerTags(hands.owner), ...profileMark({ tags }, profileRegions) });
    if (differences.length > marks.length) await hands.aws.webIdentity.setTrust(name, trust);
    return { name, arn };
  },
  async remove({ name }, hands) {
    await gone(() => hands.aws.webIdentity.deleteRole(name));
  },

  permissions: ['iam:GetRole', 'iam:CreateRole', 'iam:TagRole', 'iam:UpdateAssumeRolePolicy', 'iam:DeleteRole', 'iam:GetAccountAuthorizationDetails'],
  repeatable: ['iam:TagRole', 'iam:UpdateAssumeRolePolicy', 'iam:DeleteRole'],
};

function sessionTooLong(name: string, longest: number, wanted: number, resource: string): Finding {
  return {
    id: 'role-differs',
    severity: 'error',
    message: `IAM role ${name} gives sessions of ${longest} seconds at most, and ${wanted} are declared`,
    cause: 'The role was made for shorter sessions, or somebody changed it.',
    remedy: `Let its owner change it: aws iam update-role --role-name ${name} --max-session-duration ${wanted}; or declare a shorter sessionDuration.`,
    place: { resource },
  };
}

const markLine = 'tag bedrock-access/profiles';

function trustLines(document: PolicyDocument): State {
  return Object.fromEntries(Object.entries(policyLines(document)).map(([line, value]) => [`trust ${line}`, value]));
}
