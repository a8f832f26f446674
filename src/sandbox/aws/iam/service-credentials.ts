/**
 * Service-specific credentials of IAM users, as far as they are long-term Bedrock API keys (IAM user guide, "API keys for
 * Amazon Bedrock"; IAM API reference, CreateServiceSpecificCredential). IAM tells no last use of one.
 */
import type { Call, Check, Operation, Operations } from '../call.ts';
import { AwsError } from '../error.ts';
import { secretKey, uniqueId } from '../ids.ts';
import { findUser, userArn } from './lookup.ts';
import { page, readUserName } from './rules.ts';
import type { ApiKey, IamState, IamUser } from './state.ts';
import { onUser } from './users.ts';

const serviceName = 'bedrock.amazonaws.com';
/** IAM user guide, "IAM and AWS STS quotas": service-specific credentials of one service a user. */
const keysPerUser = 2;
const day = 86_400_000;

const createServiceSpecificCredential: Operation = {
  action: 'iam:CreateServiceSpecificCredential',
  checks: (call) => onUser('iam:CreateServiceSpecificCredential')(call).map((check) => ({ ...check, context: { ...check.context, ...askedFor(call) } })),
  run(call) {
    const user = findUser(call, readUserName(call));
    requireService(call.input.text('ServiceName'));
    const days = call.input.optionalNumber('CredentialAgeDays', { min: 1, max: 36_600 });
    if (user.apiKeys.length >= keysPerUser) throw new AwsError('LimitExceeded', 409, `Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${keysPerUser}`);
    const key = newApiKey(call.state.iam, user, call.world.clock.now(), days);
    user.apiKeys.push(key);
    return { ServiceSpecificCredential: { ...described(key, user, call), ServiceCredentialSecret: key.secret } };
  },
};

const listServiceSpecificCredentials: Operation = {
  action: 'iam:ListServiceSpecificCredentials',
  checks: (call) => (call.input.flag('AllUsers') ? [{ action: 'iam:ListServiceSpecificCredentials', resource: userArn(call, '*') }] : onUser('iam:ListServiceSpecificCredentials')(call)),
  run(call) {
    const service = call.input.optionalText('ServiceName');
    if (service !== undefined) requireService(service);
    const users = call.input.flag('AllUsers') ? [...call.state.iam.users.values()] : [findUser(call, readUserName(call))];
    const all = users.flatMap((user) => user.apiKeys.map((key) => ({ key, user })));
    const { items, ...rest } = page(all, ({ key }) => key.id, call.input);
    return { ServiceSpecificCredentials: items.map(({ key, user }) => described(key, user, call)), ...rest };
  },
};

const updateServiceSpecificCredential: Operation = {
  action: 'iam:UpdateServiceSpecificCredential',
  checks: onOwner('iam:UpdateServiceSpecificCredential'),
  run(call) {
    const status = call.input.text('Status', { oneOf: ['Active', 'Inactive'] });
    findKey(call).key.active = status === 'Active';
    return {};
  },
};

const resetServiceSpecificCredential: Operation = {
  action: 'iam:ResetServiceSpecificCredential',
  checks: onOwner('iam:ResetServiceSpecificCredential'),
  run(call) {
    const { user, key } = findKey(call);
    key.secret = secretOf(key.alias, call.state.iam);
    return { ServiceSpecificCredential: { ...described(key, user, call), ServiceCredentialSecret: key.secret } };
  },
};

const deleteServiceSpecificCredential: Operation = {
  action: 'iam:DeleteServiceSpecificCredential',
  checks: onOwner('iam:DeleteServiceSpecificCredential'),
  run(call) {
    const { user, key } = findKey(call);
    user.apiKeys.splice(user.apiKeys.indexOf(key), 1);
    return {};
  },
};

export const serviceCredentialOperations: Operations = {
  CreateServiceSpecificCredential: createServiceSpecificCredential,
  ListServiceSpecificCredentials: listServiceSpecificCredentials,
  UpdateServiceSpecificCredential: updateServiceSpecificCredential,
  ResetServiceSpecificCredential: resetServiceSpecificCredential,
  DeleteServiceSpecificCredential: deleteServiceSpecificCredential,
};

/**
 * The alias in a long-term key, which is `ABSK` and the base64 of `<alias>:<secret>` (seen in public threads); undefined for
 * what is none.
 */
export function aliasInApiKey(token: string): string | undefined {
  const encoded = /^ABSK([A-Za-z0-9+/]+=*)$/.exec(token)?.[1];
  if (encoded === undefined) return undefined;
  const [alias, secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return secret === undefined ? undefined : alias;
}

function newApiKey(iam: IamState, user: IamUser, now: Date, days: number | undefined): ApiKey {
  const id = uniqueId('ACCA', iam.random);
  const alias = `${user.name}-${id.slice(4, 8).toLowerCase()}+1-at-${iam.account}`;
  return { id, alias, secret: secretOf(alias, iam), active: true, createdAt: now, ...(days === undefined ? {} : { expiresAt: new Date(now.getTime() + days * day) }) };
}

function secretOf(alias: string, iam: IamState): string {
  const secret = `ABSK${Buffer.from(`${alias}:${secretKey(iam.random)}`).toString('base64')}`;
  iam.issuedSecrets.push(secret);
  return secret;
}

function described(key: ApiKey, user: IamUser, { world }: Call): Readonly<Record<string, unknown>> {
  return {
    UserName: user.name,
    ServiceName: serviceName,
    ServiceCredentialAlias: key.alias,
    ServiceSpecificCredentialId: key.id,
    Status: hasExpired(key, world.clock.now()) ? 'Expired' : key.active ? 'Active' : 'Inactive',
    CreateDate: key.createdAt,
    ...(key.expiresAt === undefined ? {} : { ExpirationDate: key.expiresAt }),
  };
}

/** Of the world: its age counts in sandbox time. */
export function hasExpired({ expiresAt }: Pick<ApiKey, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= now.getTime();
}

/** IAM user guide, "IAM and AWS STS condition context keys". */
function askedFor(call: Call): Readonly<Record<string, string>> {
  const days = call.input.optionalNumber('CredentialAgeDays');
  return { 'iam:ServiceSpecificCredentialServiceName': call.input.optionalText('ServiceName') ?? '', ...(days === undefined ? {} : { 'iam:ServiceSpecificCredentialAgeDays': String(days) }) };
}

/** Without `UserName` the call is about the user whose credential it is. */
function onOwner(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    if (call.input.has('UserName')) return onUser(action)(call);
    const id = call.input.optionalText('ServiceSpecificCredentialId') ?? '';
    const owner = [...call.state.iam.users.values()].find((user) => user.apiKeys.some((key) => key.id === id));
    return [{ action, resource: owner?.arn ?? userArn(call, call.identity.name) }];
  };
}

function findKey(call: Call): { readonly user: IamUser; readonly key: ApiKey } {
  const user = findUser(call, readUserName(call));
  const id = call.input.text('ServiceSpecificCredentialId', { min: 20, max: 128, pattern: /\w+/ });
  const key = user.apiKeys.find((one) => one.id === id);
  if (key === undefined) throw new AwsError('NoSuchEntity', 404, `No such credential ${id} exists`);
  return { user, key };
}

function requireService(service: string): void {
  if (service !== serviceName) throw new AwsError('NotSupportedService', 404, `The service ${service} is not supported by this API.`);
}
