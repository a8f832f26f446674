import type { Call, Check, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { uniqueId } from '../ids.ts';
import { requestTagContext, withTagging } from '../tag-context.ts';
import { boundaryText, readBoundary } from './boundaries.ts';
import { findUser, userArn } from './lookup.ts';
import { addTags, existingUserName, page, readName, readPath, readPathPrefix, readTags, readUserName, resourceTagContext, tagList, userName } from './rules.ts';
import type { IamUser } from './state.ts';

/** IAM user guide, "IAM and AWS STS quotas". */
const usersPerAccount = 5000;

const createUser: Operation = {
  action: 'iam:CreateUser',
  checks: (call) => withTagging(
    {
      action: 'iam:CreateUser',
      resource: `arn:aws:iam::${call.world.account}:user${readPath(call.input)}${call.input.optionalText('UserName') ?? ''}`,
      context: { ...requestTagContext(call.input), ...boundaryText(call.input) },
    },
    'iam:TagUser',
    call.input,
  ),
  run(call) {
    const { iam } = call.state;
    const name = readName(call.input, 'UserName', userName);
    const path = readPath(call.input);
    const tags = readTags(call.input);
    const boundary = readBoundary(call);
    if (iam.users.has(name.toLowerCase())) throw new AwsError('EntityAlreadyExists', 409, `User with name ${name} already exists.`);
    if (iam.users.size >= usersPerAccount) throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for UsersPerAccount: ${usersPerAccount}`);
    const user: IamUser = {
      name,
      path,
      id: uniqueId('AIDA', iam.random),
      arn: `arn:aws:iam::${iam.account}:user${path}${name}`,
      createdAt: call.world.clock.now(),
      tags: new Map(tags),
      boundary,
      keys: [],
      apiKeys: [],
      inline: new Map(),
      attached: new Set(),
    };
    iam.users.set(name.toLowerCase(), user);
    return { User: describeUser(user) };
  },
};

const getUser: Operation = {
  action: 'iam:GetUser',
  checks: onUser('iam:GetUser'),
  run: (call) => ({ User: describeUser(findUser(call, readUserName(call))) }),
};

const listUsers: Operation = {
  action: 'iam:ListUsers',
  checks: (call) => [{ action: 'iam:ListUsers', resource: `arn:aws:iam::${call.world.account}:user/` }],
  run(call) {
    const prefix = readPathPrefix(call.input);
    const { items, ...rest } = page([...call.state.iam.users.values()].filter((user) => user.path.startsWith(prefix)), (user) => user.name, call.input);
    // IAM API reference, ListUsers: tags and boundary are not in this list.
    return { Users: items.map(({ path, name, id, arn, createdAt }) => ({ Path: path, UserName: name, UserId: id, Arn: arn, CreateDate: createdAt })), ...rest };
  },
};

const updateUser: Operation = {
  action: 'iam:UpdateUser',
  checks: onUser('iam:UpdateUser'),
  run(call) {
    const { iam } = call.state;
    const user = findUser(call, readName(call.input, 'UserName', existingUserName));
    const name = call.input.has('NewUserName') ? readName(call.input, 'NewUserName', userName) : user.name;
    const path = call.input.optionalText('NewPath', { min: 1, max: 512, pattern: /\/|\/[!-~]+\// }) ?? user.path;
    if (name.toLowerCase() !== user.name.toLowerCase() && iam.users.has(name.toLowerCase())) {
      throw new AwsError('EntityAlreadyExists', 409, `User with name ${name} already exists.`);
    }
    iam.users.delete(user.name.toLowerCase());
    iam.users.set(name.toLowerCase(), { ...user, name, path, arn: `arn:aws:iam::${iam.account}:user${path}${name}` });
    for (const group of iam.groups.values()) if (group.members.delete(user.name.toLowerCase())) group.members.add(name.toLowerCase());
    return {};
  },
};

const deleteUser: Operation = {
  action: 'iam:DeleteUser',
  checks: onUser('iam:DeleteUser'),
  run(call) {
    const { iam } = call.state;
    const user = findUser(call, readName(call.input, 'UserName', existingUserName));
    const first = (what: string): AwsError => new AwsError('DeleteConflict', 409, `Cannot delete entity, must ${what} first.`);
    if (user.keys.length > 0) throw first('delete access keys');
    if (user.apiKeys.length > 0) throw first('delete service specific credentials');
    if (user.attached.size > 0) throw first('detach all policies');
    if (user.inline.size > 0) throw first('delete policies');
    if ([...iam.groups.values()].some((group) => group.members.has(user.name.toLowerCase()))) throw first('remove users from group');
    iam.users.delete(user.name.toLowerCase());
    return {};
  },
};

const tagUser: Operation = {
  action: 'iam:TagUser',
  checks: onUser('iam:TagUser'),
  run(call) {
    addTags(findUser(call, readName(call.input, 'UserName', existingUserName)).tags, readTags(call.input));
    return {};
  },
};

const untagUser: Operation = {
  action: 'iam:UntagUser',
  checks: onUser('iam:UntagUser'),
  run(call) {
    const { tags } = findUser(call, readName(call.input, 'UserName', existingUserName));
    for (const key of call.input.texts('TagKeys', { max: 50, each: { min: 1, max: 128 } })) tags.delete(key);
    return {};
  },
};

const listUserTags: Operation = {
  action: 'iam:ListUserTags',
  checks: onUser('iam:ListUserTags'),
  run(call) {
    const { items, ...rest } = page([...findUser(call, readName(call.input, 'UserName', existingUserName)).tags], ([key]) => key, call.input);
    return { Tags: tagList(new Map(items)), ...rest };
  },
};

const putUserPermissionsBoundary: Operation = {
  action: 'iam:PutUserPermissionsBoundary',
  checks: (call) => onUser('iam:PutUserPermissionsBoundary')(call).map((check) => ({ ...check, context: { ...check.context, ...boundaryText(call.input) } })),
  run(call) {
    const user = findUser(call, readName(call.input, 'UserName', existingUserName));
    call.input.text('PermissionsBoundary');
    user.boundary = readBoundary(call);
    return {};
  },
};

const deleteUserPermissionsBoundary: Operation = {
  action: 'iam:DeleteUserPermissionsBoundary',
  checks: onUser('iam:DeleteUserPermissionsBoundary'),
  run(call) {
    const user = findUser(call, readName(call.input, 'UserName', existingUserName));
    if (user.boundary === undefined) throw new AwsError('NoSuchEntity', 404, `The user with name ${user.name} does not have a permissions boundary.`);
    user.boundary = undefined;
    return {};
  },
};

export const userOperations: Operations = {
  CreateUser: createUser,
  GetUser: getUser,
  ListUsers: listUsers,
  UpdateUser: updateUser,
  DeleteUser: deleteUser,
  TagUser: tagUser,
  UntagUser: untagUser,
  ListUserTags: listUserTags,
  PutUserPermissionsBoundary: putUserPermissionsBoundary,
  DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary,
};

/** The check of an operation on one user, with the user's tags and boundary as condition keys. */
export function onUser(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    const name = call.input.optionalText('UserName') ?? call.identity.name;
    const user = call.state.iam.users.get(name.toLowerCase());
    return [
      {
        action,
        resource: userArn(call, name),
        context: {
          ...resourceTagContext(user?.tags),
          ...requestTagContext(call.input),
          ...(user?.boundary === undefined ? {} : { 'iam:PermissionsBoundary': user.boundary }),
        },
      },
    ];
  };
}

function describeUser(user: IamUser): Readonly<Record<string, unknown>> {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: user.createdAt,
    ...(user.boundary === undefined ? {} : { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: user.boundary } }),
    ...(user.tags.size === 0 ? {} : { Tags: tagList(user.tags) }),
  };
}
