/** Which store the ExternalSecret names: the declared one, held against those that the manifests have and use. */
import { keyCredentialsOf } from '../../access/credential-mode.ts';
import type { Access, SecretStore } from '../../access/types.ts';
import type { StoreFact } from '../../checks/facts.ts';
import { AccessError } from '../../errors/error.ts';
import type { Finding } from '../../finding.ts';
import type { ManifestFacts } from '../facts/manifest-facts.ts';
import { mostCommon } from './majority.ts';
import { getIn } from './yaml-change.ts';

export type StoreName = Pick<SecretStore, 'kind' | 'name'>;

type Stores = Pick<ManifestFacts, 'stores' | 'externalSecrets'>;

/** The access with the store that `--style store=KIND/NAME` chose. */
export function withStore(access: Access, chosen: StoreName | undefined): Access {
  const { accessKey, apiKey } = access.spec.credentials;
  if (chosen === undefined) return access;
  const renamed = <Mode extends { readonly secretStore: SecretStore }>(mode: Mode): Mode => ({ ...mode, secretStore: { ...mode.secretStore, ...chosen } });
  const credentials = accessKey !== undefined ? { ...access.spec.credentials, accessKey: renamed(accessKey) } : apiKey !== undefined && 'secretStore' in apiKey ? { ...access.spec.credentials, apiKey: renamed(apiKey) } : access.spec.credentials;
  return { ...access, spec: { ...access.spec, credentials } };
}

/** What the written declaration has to say where another store was chosen; a string stays a string. */
export function writtenStore(access: Access, written: unknown): Readonly<Record<string, unknown>> {
  const key = keyCredentialsOf(access.spec.credentials);
  if (key === undefined) return {};
  const { kind, name, region } = key.secretStore;
  const short = `${kind === 'ClusterSecretStore' ? '' : `${kind}/`}${name}@${region}`;
  const mode = getIn(written, ['spec', 'credentials', key.mode]);
  const store = typeof mode === 'string' ? mode : getIn(mode, ['secretStore']);
  const wanted = typeof store === 'string' ? (store.replace(/^ClusterSecretStore\//, '') === short ? store : short) : { ...(kind === 'ClusterSecretStore' && getIn(store, ['kind']) === undefined ? {} : { kind }), name };
  return { credentials: { [key.mode]: typeof mode === 'string' ? wanted : { secretStore: wanted } } };
}

/**
 * Without the store External Secrets Operator makes no Secret, and one that reads elsewhere finds no key ("SecretStore",
 * "ClusterSecretStore": one service and region each; a SecretStore serves its own namespace alone).
 *
 * @param chosen by `--style store`: the user knows of a store that lies elsewhere
 * @throws AccessError `secret-store-missing`, `secret-store-differs`
 */
export function storeFindings(access: Access, { stores, externalSecrets }: Stores, chosen: boolean): readonly Finding[] {
  const { metadata, spec } = access;
  const key = keyCredentialsOf(spec.credentials);
  if (key === undefined || key.secretStore.create) return [];
  const declared = key.secretStore;
  const place = { field: `spec.credentials.${key.mode}.secretStore` };
  const reachable = stores.filter(({ kind, namespace }) => kind === 'ClusterSecretStore' || namespace === undefined || namespace === metadata.namespace);
  const named = reachable.filter((store) => isNamed(store, declared));
  const fitting = distinct(reachable.filter((store) => reads(store, declared) && store.service !== undefined));
  const [elsewhere] = named;
  if (elsewhere !== undefined) {
    if (named.some((store) => reads(store, declared))) return [];
    throw new AccessError('secret-store-differs', `${nameOf(elsewhere)} reads ${elsewhere.service ?? declared.service} in ${elsewhere.region?.text ?? declared.region}, not ${declared.service} in ${declared.region}`, {
      cause: `So ${elsewhere.place.file} says${elsewhere.place.line === undefined ? '' : ` (line ${elsewhere.place.line})`}: the key would be written where the store does not look.`,
      remedy: `Correct secretStore.service and secretStore.region${fitting.length === 0 ? '' : `, or name ${fitting.map(nameOf).join(' or ')}`}. Nothing was written.`,
      place,
    });
  }
  if (stores.length === 0) return unusedStore(access, declared, externalSecrets, place);
  const there = distinct(stores).map((store) => `${nameOf(store)}${store.namespace === undefined ? '' : ` of namespace ${store.namespace}`}${store.service === undefined ? '' : ` (${store.service}${store.region === undefined ? '' : ` in ${store.region.text}`})`}`);
  if (chosen) return [{ id: 'secret-store-missing', severity: 'warning', message: `no ${nameOf(declared)} is in the manifests`, cause: `There: ${there.join(', ')}.`, remedy: 'See that the store is made elsewhere before the manifests are merged.', place }];
  const [only, second] = fitting;
  throw new AccessError('secret-store-missing', `no ${nameOf(declared)} is in the manifests${only === undefined || second !== undefined ? '' : `; ${nameOf(only)} reads ${declared.service} in ${declared.region}`}`, {
    cause: `External Secrets Operator would find no such store, and the Secret would never be made. There: ${there.join(', ')}.`,
    remedy:
      only === undefined
        ? `Name a store that reads ${declared.service} in ${declared.region}, or --style store=${styleOf(declared)} where it is made elsewhere. Nothing was written.`
        : `Take ${second === undefined ? 'it' : 'one of those that read there'} with ${fitting.map((store) => `--style store=${styleOf(store)}`).join(' or ')}, or correct secretStore. Nothing was written.`,
    place,
  });
}

/** The stores are kept elsewhere: which one the others use is all that can be seen. */
function unusedStore({ metadata, spec }: Access, declared: SecretStore, secrets: Stores['externalSecrets'], place: { readonly field: string }): readonly Finding[] {
  const others = secrets.filter(({ name, namespace }) => !(name === spec.names.secret && (namespace ?? metadata.namespace) === metadata.namespace));
  const used = others.filter(({ store, namespace }) => store.name !== '' && (store.kind === 'ClusterSecretStore' || (namespace ?? metadata.namespace) === metadata.namespace)).map(({ store }) => `${store.kind}/${store.name}`);
  const usual = mostCommon(used);
  if (usual === undefined || used.includes(styleOf(declared))) return [];
  return [
    {
      id: 'secret-store-missing',
      severity: 'warning',
      message: `no ExternalSecret of the manifests uses ${nameOf(declared)}: they use ${usual.replace('/', ' ')}`,
      cause: 'No file of the manifests makes a store, so that it cannot be told whether the declared one exists.',
      remedy: `If it does not, take theirs with --style store=${usual}, should it read ${declared.service} in ${declared.region}.`,
      place,
    },
  ];
}

function isNamed({ kind, name }: StoreName, declared: StoreName): boolean {
  return kind === declared.kind && name === declared.name;
}

/** What a file leaves out, or leaves to another tool's variables, is not held against it. */
function reads({ service, region }: StoreFact, declared: SecretStore): boolean {
  return (service === undefined || service === declared.service) && (region === undefined || region.text === declared.region || /[${]/.test(region.text));
}

function distinct(stores: readonly StoreFact[]): readonly StoreFact[] {
  return [...new Map(stores.map((store) => [`${styleOf(store)} ${store.namespace ?? ''} ${store.region?.text ?? ''}`, store])).values()];
}

function nameOf({ kind, name }: StoreName): string {
  return `${kind} "${name}"`;
}

function styleOf({ kind, name }: StoreName): string {
  return `${kind}/${name}`;
}
