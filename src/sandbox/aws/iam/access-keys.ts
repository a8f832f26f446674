import type { Call, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { secretKey, uniqueId } from '../ids.ts';
import { lastUsedLagOf } from '../credentials.ts';
import { findUser, userArn } from './lookup.ts';
import { page, readUserName } from './rules.ts';
import type { AccessKey, IamState, IamUser } from './state.ts';
import { onUser } from './users.ts';

/** IAM user guide, "IAM and AWS STS quotas". */
const keysPerUser = 2;

const createAccessKey: Operation = {
  action: 'iam:CreateAccessKey',
  checks: onUser('iam:CreateAccessKey'),
  run(call) {
    const user = findUser(call, readUserName(call));
    if (user.keys.length >= keysPerUser) throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for AccessKeysPerUser: ${keysPerUser}`);
    const key = newAccessKey(call.state.iam, call.world.clock.now());
    user.keys.push(key);
    return { AccessKey: { UserName: user.name, AccessKeyId: key.id, Status: 'Active', SecretAccessKey: key.secret, CreateDate: key.createdAt } };
  },
};

const listAccessKeys: Operation = {
  action: 'iam:ListAccessKeys',
  checks: onUser('iam:ListAccessKeys'),
  run(call) {
    const user = findUser(call, readUserName(call));
    const { items, ...rest } = page(user.keys, (key) => key.id, call.input);
    return { AccessKeyMetadata: items.map((key) => ({ UserName: user.name, AccessKeyId: key.id, Status: statusOf(key), CreateDate: key.createdAt })), ...rest };
  },
};

const updateAccessKey: Operation = {
  action: 'iam:UpdateAccessKey',
  checks: onUser('iam:UpdateAccessKey'),
  run(call) {
    const status = call.input.text('Status', { oneOf: ['Active', 'Inactive'] });
    findKey(findUser(call, readUserName(call)), readKeyId(call)).active = status === 'Active';
    return {};
  },
};

const deleteAccessKey: Operation = {
  action: 'iam:DeleteAccessKey',
  checks: onUser('iam:DeleteAccessKey'),
  run(call) {
    const user = findUser(call, readUserName(call));
    const key = findKey(user, readKeyId(call));
    user.keys.splice(user.keys.indexOf(key), 1);
    return {};
  },
};

const getAccessKeyLastUsed: Operation = {
  action: 'iam:GetAccessKeyLastUsed',
  checks(call) {
    const owner = ownerOf(call, call.input.optionalText('AccessKeyId') ?? '');
    return [{ action: 'iam:GetAccessKeyLastUsed', resource: owner === undefined ? userArn(call, '*') : owner.arn }];
  },
  run(call) {
    const id = readKeyId(call);
    const owner = ownerOf(call, id);
    const key = owner?.keys.find((one) => one.id === id);
    // A key that is not of this account is none of the caller's business.
    if (owner === undefined || key === undefined) {
      throw new AwsError('AccessDenied', 403, `User: ${call.identity.arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${id}`);
    }
    const visible = call.world.clock.time() - lastUsedLagOf(call.world.options);
    const use = key.uses.findLast((one) => one.at.getTime() <= visible);
    const lastUsed = use === undefined ? { ServiceName: 'N/A', Region: 'N/A' } : { LastUsedDate: use.at, ServiceName: use.service, Region: use.region };
    return { UserName: owner.name, AccessKeyLastUsed: lastUsed };
  },
};

export const accessKeyOperations: Operations = {
  CreateAccessKey: createAccessKey,
  ListAccessKeys: listAccessKeys,
  UpdateAccessKey: updateAccessKey,
  DeleteAccessKey: deleteAccessKey,
  GetAccessKeyLastUsed: getAccessKeyLastUsed,
};

export function newAccessKey(iam: IamState, now: Date): AccessKey {
  const secret = secretKey(iam.random);
  iam.issuedSecrets.push(secret);
  return { id: uniqueId('AKIA', iam.random), secret, active: true, createdAt: now, uses: [] };
}

function readKeyId(call: Call): string {
  return call.input.text('AccessKeyId', { min: 16, max: 128, pattern: /\w+/ });
}

function ownerOf(call: Call, id: string): IamUser | undefined {
  return [...call.state.iam.users.values()].find((user) => user.keys.some((key) => key.id === id));
}

function findKey(user: IamUser, id: string): AccessKey {
  const key = user.keys.find((one) => one.id === id);
  if (key === undefined) throw new AwsError('NoSuchEntity', 404, `The Access Key with id ${id} cannot be found.`);
  return key;
}

function statusOf(key: AccessKey): string {
  return key.active ? 'Active' : 'Inactive';
}
