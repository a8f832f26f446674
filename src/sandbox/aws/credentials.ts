import type { SandboxOptions } from '../types.ts';
import type { World } from '../world.ts';
import { rolePolicies, userPolicies } from './iam/principal-policies.ts';
import type { AccessKey, ApiKey, IamState } from './iam/state.ts';
import type { Identity } from './identity.ts';
import type { Session } from './sts/sessions.ts';

/** A credential as a replica of IAM knows it. */
export interface KnownCredential {
  readonly secret: string;
  readonly active: boolean;
  /** Only of temporary credentials. */
  readonly session?: Session;
  /** The long-term key, for its last use. */
  readonly key?: AccessKey;
  /** The long-term Bedrock API key, which signs nothing: it is a bearer token. */
  readonly apiKey?: ApiKey;
  readonly identity: Identity;
}

/** What every service asks of IAM before it answers. */
export interface CredentialRegister {
  /** As one replica knows it: with `propagation`, each call may meet another replica. An API key is found by its alias. */
  find(id: string): KnownCredential | undefined;
  /** To be called after each change of IAM. */
  changed(): void;
  /** The same, seen at once everywhere: for identities that the sandbox makes itself. */
  known(): void;
}

type View = ReadonlyMap<string, KnownCredential>;

/** IAM user guide, "Changes that I make are not always immediately visible": eventually consistent, with no bound given. */
const replicaCount = 3;

export function createCredentialRegister(world: World, iam: IamState, sessions: ReadonlyMap<string, Session>): CredentialRegister {
  const propagation = propagationOf(world.options);
  let current: View | undefined;
  const view = (): View => (current ??= buildView(iam));
  const replicas: { view: View; sequence: number }[] = Array.from({ length: replicaCount }, () => ({ view: new Map(), sequence: 0 }));
  let sequence = 0;

  return {
    find(id) {
      const seen = propagation === 0 ? view() : (replicas[Math.floor(world.random() * replicaCount)]?.view ?? view());
      const session = sessions.get(id);
      return session === undefined ? seen.get(id) : ofSession(iam, session);
    },
    changed() {
      current = undefined;
      if (propagation === 0) return;
      sequence += 1;
      const mine = sequence;
      const changed = view();
      for (const replica of replicas) {
        world.clock.after(Math.ceil(world.random() * propagation), () => {
          if (replica.sequence < mine) Object.assign(replica, { view: changed, sequence: mine });
        });
      }
    },
    known() {
      current = undefined;
      sequence += 1;
      for (const replica of replicas) Object.assign(replica, { view: view(), sequence });
    },
  };
}

export function propagationOf(options: SandboxOptions): number {
  return typeof options.consistency === 'object' ? options.consistency.propagation : 0;
}

function buildView(iam: IamState): View {
  const known = new Map<string, KnownCredential>();
  for (const user of iam.users.values()) {
    if (user.keys.length + user.apiKeys.length === 0) continue;
    const identity: Identity = {
      kind: 'user',
      arn: user.arn,
      account: iam.account,
      userId: user.id,
      name: user.name,
      tags: Object.fromEntries(user.tags),
      policies: userPolicies(iam, user),
    };
    for (const key of user.keys) known.set(key.id, { secret: key.secret, active: key.active, key, identity });
    for (const apiKey of user.apiKeys) known.set(apiKey.alias, { secret: apiKey.secret, active: apiKey.active, apiKey, identity });
  }
  return known;
}

/** A session's policies are those that its user or role has now; a deleted holder leaves none. */
function ofSession(iam: IamState, session: Session): KnownCredential | undefined {
  const base = { secret: session.secret, active: true, session };
  if (session.of.kind === 'user') {
    const user = iam.users.get(session.of.user.toLowerCase());
    if (user === undefined) return undefined;
    const identity: Identity = { kind: 'session-token', arn: user.arn, account: iam.account, userId: user.id, name: user.name, tags: Object.fromEntries(user.tags), policies: userPolicies(iam, user), issuedAt: session.issuedAt };
    return { ...base, identity };
  }
  const { role: roleName, roleId, sessionName } = session.of;
  const role = iam.roles.get(roleName.toLowerCase());
  const current = role !== undefined && role.id === roleId ? role : undefined;
  const policies = current === undefined ? { identity: [] } : rolePolicies(iam, current);
  return {
    ...base,
    identity: {
      kind: 'assumed-role',
      arn: `arn:aws:sts::${iam.account}:assumed-role/${roleName}/${sessionName}`,
      account: iam.account,
      userId: `${roleId}:${sessionName}`,
      name: roleName,
      tags: { ...(current === undefined ? {} : Object.fromEntries(current.tags)), ...session.tags },
      policies: session.policies.length === 0 ? policies : { ...policies, session: session.policies },
      issuedAt: session.issuedAt,
    },
  };
}

/** World milliseconds until GetAccessKeyLastUsed shows a use. */
export function lastUsedLagOf(options: SandboxOptions): number {
  return typeof options.consistency === 'object' ? (options.consistency.lastUsedLag ?? options.consistency.propagation) : 0;
}
