import type { Call, Check, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { uniqueId } from '../ids.ts';
import { requestTagContext, withTagging } from '../tag-context.ts';
import { boundaryText, readBoundary } from './boundaries.ts';
import { encodeDocument, readDocument } from './documents.ts';
import { findRole, roleArn } from './lookup.ts';
import { addTags, page, readName, readPath, readPathPrefix, readTags, resourceTagContext, roleName, tagList } from './rules.ts';
import type { IamRole } from './state.ts';

const createRole: Operation = {
  action: 'iam:CreateRole',
  checks: (call) => withTagging(
    {
      action: 'iam:CreateRole',
      resource: `arn:aws:iam::${call.world.account}:role${readPath(call.input)}${call.input.optionalText('RoleName') ?? ''}`,
      context: { ...requestTagContext(call.input), ...boundaryText(call.input) },
    },
    'iam:TagRole',
    call.input,
  ),
  run(call) {
    const { iam } = call.state;
    const name = readName(call.input, 'RoleName', roleName);
    const path = readPath(call.input);
    const trust = readDocument(call.input, 'AssumeRolePolicyDocument', 'trust');
    const role: IamRole = {
      name,
      path,
      id: uniqueId('AROA', iam.random),
      arn: `arn:aws:iam::${iam.account}:role${path}${name}`,
      createdAt: call.world.clock.now(),
      tags: new Map(readTags(call.input)),
      boundary: readBoundary(call),
      trust,
      description: call.input.optionalText('Description', { max: 1000 }),
      maxSessionSeconds: call.input.optionalNumber('MaxSessionDuration', { min: 3600, max: 43_200 }) ?? 3600,
      inline: new Map(),
      attached: new Set(),
    };
    if (iam.roles.has(name.toLowerCase())) throw new AwsError('EntityAlreadyExists', 409, `Role with name ${name} already exists.`);
    iam.roles.set(name.toLowerCase(), role);
    return { Role: describeRole(role) };
  },
};

const getRole: Operation = {
  action: 'iam:GetRole',
  checks: onRole('iam:GetRole'),
  run: (call) => ({ Role: describeRole(readRole(call)) }),
};

const listRoles: Operation = {
  action: 'iam:ListRoles',
  checks: (call) => [{ action: 'iam:ListRoles', resource: `arn:aws:iam::${call.world.account}:role/` }],
  run(call) {
    const prefix = readPathPrefix(call.input);
    const { items, ...rest } = page([...call.state.iam.roles.values()].filter((role) => role.path.startsWith(prefix)), (role) => role.name, call.input);
    return { Roles: items.map((role) => describeRole(role)), ...rest };
  },
};

const updateAssumeRolePolicy: Operation = {
  action: 'iam:UpdateAssumeRolePolicy',
  checks: onRole('iam:UpdateAssumeRolePolicy'),
  run(call) {
    readRole(call).trust = readDocument(call.input, 'PolicyDocument', 'trust');
    return {};
  },
};

const deleteRole: Operation = {
  action: 'iam:DeleteRole',
  checks: onRole('iam:DeleteRole'),
  run(call) {
    const role = readRole(call);
    if (role.attached.size > 0) throw new AwsError('DeleteConflict', 409, 'Cannot delete entity, must detach all policies first.');
    if (role.inline.size > 0) throw new AwsError('DeleteConflict', 409, 'Cannot delete entity, must delete policies first.');
    call.state.iam.roles.delete(role.name.toLowerCase());
    return {};
  },
};

const tagRole: Operation = {
  action: 'iam:TagRole',
  checks: onRole('iam:TagRole'),
  run(call) {
    addTags(readRole(call).tags, readTags(call.input));
    return {};
  },
};

const untagRole: Operation = {
  action: 'iam:UntagRole',
  checks: onRole('iam:UntagRole'),
  run(call) {
    const { tags } = readRole(call);
    for (const key of call.input.texts('TagKeys', { max: 50 })) tags.delete(key);
    return {};
  },
};

const listRoleTags: Operation = {
  action: 'iam:ListRoleTags',
  checks: onRole('iam:ListRoleTags'),
  run(call) {
    const { items, ...rest } = page([...readRole(call).tags], ([key]) => key, call.input);
    return { Tags: tagList(new Map(items)), ...rest };
  },
};

export const roleOperations: Operations = {
  CreateRole: createRole,
  GetRole: getRole,
  ListRoles: listRoles,
  UpdateAssumeRolePolicy: updateAssumeRolePolicy,
  DeleteRole: deleteRole,
  TagRole: tagRole,
  UntagRole: untagRole,
  ListRoleTags: listRoleTags,
};

function onRole(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    const name = call.input.optionalText('RoleName') ?? '';
    return [{ action, resource: roleArn(call, name), context: { ...resourceTagContext(call.state.iam.roles.get(name.toLowerCase())?.tags), ...requestTagContext(call.input) } }];
  };
}

function readRole(call: Call): IamRole {
  return findRole(call, readName(call.input, 'RoleName', roleName));
}

function describeRole(role: IamRole): Readonly<Record<string, unknown>> {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument: encodeDocument(role.trust),
    Description: role.description,
    MaxSessionDuration: role.maxSessionSeconds,
    ...(role.boundary === undefined ? {} : { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundary } }),
    ...(role.tags.size === 0 ? {} : { Tags: tagList(role.tags) }),
  };
}
