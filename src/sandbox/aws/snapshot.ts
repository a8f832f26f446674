import { sandboxPath } from './administrators.ts';
import type { AccessKey, ApiKey, IamPrincipal } from './iam/state.ts';
import { stagesOf, type StoredSecret } from './secrets-manager/secrets.ts';
import { latest, type Parameter } from './ssm/parameters.ts';
import type { AwsState } from './state.ts';

/**
 * What exists, comparable between two worlds that did the same: no secrets, no times, and ids that AWS chooses are replaced
 * by what they stand for (`<key 1 of bedrock-openhands-user>`). Empty collections are left out, so that an empty account is `{}`.
 * The sandbox's own identities are not in it.
 */
export function snapshot(state: AwsState): Readonly<Record<string, unknown>> {
  const users = [...state.iam.users.values()].filter((user) => user.path !== sandboxPath);
  const names = keyNames(state);
  const said = (text: string): string => text.replace(/A(?:KIA|CCA)[A-Z2-7]{16}/g, (id) => names.get(id) ?? '<key that is gone>');
  const profileNames = new Map(Array.from(state.applicationProfiles.values(), (profile) => [profile.id, `<profile ${profile.name}>`]));
  const named = (text: string): string => [...profileNames].reduce((shown, [id, name]) => shown.replaceAll(id, name), said(text));
  const tagsOf = (tags: ReadonlyMap<string, string>): Readonly<Record<string, string>> => sorted(Array.from(tags, ([key, value]) => [key, named(value)]));
  const held = (holder: IamPrincipal): object => ({
    path: holder.path,
    attached: [...holder.attached].sort(),
    inline: sorted(Array.from(holder.inline, ([name, document]) => [name, JSON.parse(named(document))])),
  });

  return withoutEmpty({
    users: sorted(
      users.map((user) => [user.name, { ...held(user), tags: tagsOf(user.tags), boundary: user.boundary, keys: user.keys.map(shownStatus), ...(user.apiKeys.length === 0 ? {} : { apiKeys: user.apiKeys.map(shownStatus) }) }]),
    ),
    roles: sorted(Array.from(state.iam.roles.values(), (role) => [role.name, { ...held(role), tags: tagsOf(role.tags), trust: JSON.parse(role.trust) }])),
    oidcProviders: sorted(Array.from(state.iam.oidcProviders.values(), (provider) => [provider.url, { clientIds: [...provider.clientIds].sort(), tags: tagsOf(provider.tags) }])),
    podIdentityAssociations: sorted(
      Array.from(state.eks.associations.values(), (one) => [`${one.namespace}/${one.serviceAccount}`, { roleArn: one.roleArn, sessionTags: !one.disableSessionTags, targetRoleArn: one.targetRoleArn, tags: sorted([...one.tags]) }]),
    ),
    groups: sorted(Array.from(state.iam.groups.values(), (group) => [group.name, { ...held(group), members: [...group.members].sort() }])),
    policies: sorted(
      Array.from(state.iam.policies.values(), (policy) => [
        policy.arn,
        {
          description: policy.description,
          document: JSON.parse(named(policy.versions.find((version) => version.id === policy.defaultVersion)?.document ?? 'null')),
          tags: tagsOf(policy.tags),
        },
      ]),
    ),
    parameters: sorted(
      Array.from(state.parameters)
        .filter(([, parameters]) => parameters.size > 0)
        .map(([region, parameters]) => [region, sorted(Array.from(parameters.values(), (parameter) => [parameter.name, describeParameter(parameter, state, names, named)]))]),
    ),
    secrets: sorted(
      Array.from(state.secrets)
        .filter(([, secrets]) => secrets.size > 0)
        .map(([region, secrets]) => [region, sorted(Array.from(secrets.values(), (secret) => [secret.name, describeSecret(secret, state, names)]))]),
    ),
    trustAnchors: sorted(Array.from(state.rolesAnywhere.trustAnchors.values()).filter(({ given }) => !given).map(({ region, name, enabled, tags }) => [`${region} ${name}`, { enabled, tags: tagsOf(tags) }])),
    rolesAnywhereProfiles: sorted(
      Array.from(state.rolesAnywhere.profiles.values(), ({ region, name, enabled, roleArns, durationSeconds, tags }) => [`${region} ${name}`, { enabled, roleArns, durationSeconds, tags: tagsOf(tags) }]),
    ),
    applicationProfiles: sorted(      Array.from(state.applicationProfiles.values(), (profile) => [`${profile.region} ${profile.name}`, { copyOf: profile.copyOf, description: profile.description, tags: tagsOf(profile.tags) }]),
    ),
  });
}

function describeParameter(parameter: Parameter, state: AwsState, names: ReadonlyMap<string, string>, named: (text: string) => string): object {
  const version = latest(parameter);
  return {
    type: version.type,
    keyId: version.keyId,
    description: version.description === undefined ? undefined : named(version.description),
    tags: sorted([...parameter.tags]),
    holds: liveKeysIn(version.value, state).map((key) => names.get(key.id)),
  };
}

function shownStatus({ active }: { readonly active: boolean }): string {
  return active ? 'Active' : 'Inactive';
}

/** The id of a version names a key and what came before it: only which key is compared. */
function describeSecret(secret: StoredSecret, state: AwsState, names: ReadonlyMap<string, string>): object {
  const current = Object.entries(stagesOf(secret)).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0] ?? '';
  return {
    keyId: secret.keyId,
    description: secret.description,
    tags: sorted([...secret.tags]),
    deleted: secret.deleted === undefined ? undefined : true,
    holds: liveKeysIn(secret.versions.get(current)?.value ?? '', state).map((key) => names.get(key.id)),
    named: liveKeysIn(current, state).map((key) => names.get(key.id)),
  };
}

/** Which live keys a value names or holds the secret of: a value itself is never shown. */
function liveKeysIn(value: string, state: AwsState): readonly (AccessKey | ApiKey)[] {
  return [...state.iam.users.values()].flatMap((user) => [...user.keys, ...user.apiKeys]).filter((key) => value.includes(key.id) || value.includes(key.secret));
}

function keyNames(state: AwsState): ReadonlyMap<string, string> {
  return new Map(
    [...state.iam.users.values()].flatMap((user) => [
      ...user.keys.map((key, index) => [key.id, `<key ${index + 1} of ${user.name}>`] as const),
      ...user.apiKeys.map((key, index) => [key.id, `<API key ${index + 1} of ${user.name}>`] as const),
    ]),
  );
}

function sorted<Value>(entries: readonly (readonly [string, Value])[]): Readonly<Record<string, Value>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutEmpty(collections: Readonly<Record<string, object>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(collections).filter(([, collection]) => Object.keys(collection).length > 0));
}
