import type { Call, Check } from '../call.ts';
import { findGroup, findRole, findUser, groupArn, roleArn, userArn } from './lookup.ts';
import { existingUserName, groupName, readName, resourceTagContext, roleName } from './rules.ts';
import type { IamPrincipal } from './state.ts';

/** Users, roles and groups: policies are attached to each, and embedded in each, by operations alike. */
export interface HolderKind {
  readonly kind: 'User' | 'Role' | 'Group';
  /** Most characters of all its inline policies together (IAM user guide, "IAM and AWS STS quotas"). */
  readonly inlineLimit: number;
  readonly find: (call: Call) => IamPrincipal;
  readonly check: (action: string) => (call: Call) => readonly Check[];
}

export const holderKinds: readonly HolderKind[] = [
  {
    kind: 'User',
    inlineLimit: 2048,
    find: (call) => findUser(call, readName(call.input, 'UserName', existingUserName)),
    check: (action) => (call) => checkOf(call, action, userArn(call, nameIn(call, 'UserName')), call.state.iam.users.get(nameIn(call, 'UserName').toLowerCase())),
  },
  {
    kind: 'Role',
    inlineLimit: 10_240,
    find: (call) => findRole(call, readName(call.input, 'RoleName', roleName)),
    check: (action) => (call) => checkOf(call, action, roleArn(call, nameIn(call, 'RoleName')), call.state.iam.roles.get(nameIn(call, 'RoleName').toLowerCase())),
  },
  {
    kind: 'Group',
    inlineLimit: 5120,
    find: (call) => findGroup(call, readName(call.input, 'GroupName', groupName)),
    check: (action) => (call) => checkOf(call, action, groupArn(call, nameIn(call, 'GroupName')), undefined),
  },
];

function nameIn(call: Call, member: string): string {
  return call.input.optionalText(member) ?? '';
}

/** `iam:PolicyARN` limits which policies may be attached (IAM user guide, "IAM condition keys"). */
function checkOf(call: Call, action: string, resource: string, holder: { readonly tags: ReadonlyMap<string, string>; readonly boundary: string | undefined } | undefined): readonly Check[] {
  const policy = call.input.optionalText('PolicyArn');
  return [
    {
      action,
      resource,
      context: {
        ...resourceTagContext(holder?.tags),
        ...(holder?.boundary === undefined ? {} : { 'iam:PermissionsBoundary': holder.boundary }),
        ...(policy === undefined ? {} : { 'iam:PolicyARN': policy }),
      },
    },
  ];
}
