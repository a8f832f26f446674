import type { Call, Check, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { uniqueId } from '../ids.ts';
import { findGroup, findUser, groupArn } from './lookup.ts';
import { existingUserName, groupName, page, readName, readPath } from './rules.ts';
import type { IamGroup } from './state.ts';
import { onUser } from './users.ts';

const createGroup: Operation = {
  action: 'iam:CreateGroup',
  checks: (call) => [{ action: 'iam:CreateGroup', resource: `arn:aws:iam::${call.world.account}:group${readPath(call.input)}${call.input.optionalText('GroupName') ?? ''}` }],
  run(call) {
    const { iam } = call.state;
    const name = readName(call.input, 'GroupName', groupName);
    const path = readPath(call.input);
    if (iam.groups.has(name.toLowerCase())) throw new AwsError('EntityAlreadyExists', 409, `Group with name ${name} already exists.`);
    const group: IamGroup = {
      name,
      path,
      id: uniqueId('AGPA', iam.random),
      arn: `arn:aws:iam::${iam.account}:group${path}${name}`,
      createdAt: call.world.clock.now(),
      inline: new Map(),
      attached: new Set(),
      members: new Set(),
    };
    iam.groups.set(name.toLowerCase(), group);
    return { Group: describeGroup(group) };
  },
};

const deleteGroup: Operation = {
  action: 'iam:DeleteGroup',
  checks: onGroup('iam:DeleteGroup'),
  run(call) {
    const group = readGroup(call);
    const first = (what: string): AwsError => new AwsError('DeleteConflict', 409, `Cannot delete entity, must ${what} first.`);
    if (group.members.size > 0) throw first('remove users from group');
    if (group.attached.size > 0) throw first('detach all policies');
    if (group.inline.size > 0) throw first('delete policies');
    call.state.iam.groups.delete(group.name.toLowerCase());
    return {};
  },
};

const getGroup: Operation = {
  action: 'iam:GetGroup',
  checks: onGroup('iam:GetGroup'),
  run(call) {
    const group = readGroup(call);
    const members = [...call.state.iam.users.values()].filter((user) => group.members.has(user.name.toLowerCase()));
    const { items, ...rest } = page(members, (user) => user.name, call.input);
    return { Group: describeGroup(group), Users: items.map((user) => ({ Path: user.path, UserName: user.name, UserId: user.id, Arn: user.arn, CreateDate: user.createdAt })), ...rest };
  },
};

const addUserToGroup: Operation = {
  action: 'iam:AddUserToGroup',
  checks: onGroup('iam:AddUserToGroup'),
  run(call) {
    readGroup(call).members.add(findUser(call, readName(call.input, 'UserName', existingUserName)).name.toLowerCase());
    return {};
  },
};

const removeUserFromGroup: Operation = {
  action: 'iam:RemoveUserFromGroup',
  checks: onGroup('iam:RemoveUserFromGroup'),
  run(call) {
    readGroup(call).members.delete(findUser(call, readName(call.input, 'UserName', existingUserName)).name.toLowerCase());
    return {};
  },
};

const listGroupsForUser: Operation = {
  action: 'iam:ListGroupsForUser',
  checks: onUser('iam:ListGroupsForUser'),
  run(call) {
    const user = findUser(call, readName(call.input, 'UserName', existingUserName));
    const groups = [...call.state.iam.groups.values()].filter((group) => group.members.has(user.name.toLowerCase()));
    const { items, ...rest } = page(groups, (group) => group.name, call.input);
    return { Groups: items.map(describeGroup), ...rest };
  },
};

const listGroups: Operation = {
  action: 'iam:ListGroups',
  checks: (call) => [{ action: 'iam:ListGroups', resource: `arn:aws:iam::${call.world.account}:group/` }],
  run(call) {
    const { items, ...rest } = page([...call.state.iam.groups.values()], (group) => group.name, call.input);
    return { Groups: items.map(describeGroup), ...rest };
  },
};

export const groupOperations: Operations = {
  CreateGroup: createGroup,
  DeleteGroup: deleteGroup,
  GetGroup: getGroup,
  ListGroups: listGroups,
  AddUserToGroup: addUserToGroup,
  RemoveUserFromGroup: removeUserFromGroup,
  ListGroupsForUser: listGroupsForUser,
};

function onGroup(action: string): (call: Call) => readonly Check[] {
  return (call) => [{ action, resource: groupArn(call, call.input.optionalText('GroupName') ?? '') }];
}

function readGroup(call: Call): IamGroup {
  return findGroup(call, readName(call.input, 'GroupName', groupName));
}

function describeGroup(group: IamGroup): Readonly<Record<string, unknown>> {
  return { Path: group.path, GroupName: group.name, GroupId: group.id, Arn: group.arn, CreateDate: group.createdAt };
}
