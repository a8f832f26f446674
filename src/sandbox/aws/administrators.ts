import { parsePolicy } from '../../policy/parse.ts';
import type { World } from '../world.ts';
import { newAccessKey } from './iam/access-keys.ts';
import type { IamUser } from './iam/state.ts';
import { uniqueId } from './ids.ts';
import type { AwsState } from './state.ts';

/** The path of the identities that the sandbox itself made: they are not part of what a test finds in the world. */
export const sandboxPath = '/sandbox/';

/**
 * A user under `/sandbox/` with one new access key: with this policy only, or without one an administrator. The same name
 * again gets a new key and the new policy.
 */
export function issueCredentials(world: World, state: AwsState, name: string, policy?: object): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  const { iam } = state;
  const user = iam.users.get(name.toLowerCase()) ?? newUser(world, state, name);
  if (policy === undefined) {
    user.attached.add('arn:aws:iam::aws:policy/AdministratorAccess');
  } else {
    parsePolicy(policy);
    user.inline.set('policy', JSON.stringify(policy));
  }
  const key = newAccessKey(iam, world.clock.now());
  user.keys.push(key);
  state.credentials.known();
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}

function newUser(world: World, { iam }: AwsState, name: string): IamUser {
  const user: IamUser = {
    name,
    path: sandboxPath,
    id: uniqueId('AIDA', iam.random),
    arn: `arn:aws:iam::${iam.account}:user${sandboxPath}${name}`,
    createdAt: world.clock.now(),
    tags: new Map(),
    boundary: undefined,
    keys: [],
    apiKeys: [],
    inline: new Map(),
    attached: new Set(),
  };
  iam.users.set(name.toLowerCase(), user);
  return user;
}
