import { AccessError } from '../errors/error.ts';
import type { Access, CredentialMode, Credentials, CredentialJob, SecretStore } from './types.ts';

/** The one mode that the access has. */
export function modeOf(credentials: Credentials): CredentialMode {
  const mode = credentialModes.find((name) => credentials[name] !== undefined);
  if (mode === undefined) throw new TypeError('credentials of no mode');
  return mode;
}

/** Name of the IAM role that the pods call as; undefined in the modes of an IAM user. */
export function roleNameOf({ webIdentity, podIdentity, rolesAnywhere, session }: Credentials): string | undefined {
  return (webIdentity ?? podIdentity ?? rolesAnywhere ?? session)?.role;
}

export const credentialModes = ['accessKey', 'webIdentity', 'podIdentity', 'rolesAnywhere', 'apiKey', 'session'] as const satisfies readonly CredentialMode[];

export function isMode(text: string): text is CredentialMode {
  return credentialModes.some((mode) => mode === text);
}

/** The type of bearer token that the workload calls with, in IAM's words; undefined where its calls are signed. */
export function bearerTypeOf({ apiKey, session }: Credentials): 'LONG_TERM' | 'SHORT_TERM' | undefined {
  if (apiKey !== undefined) return 'LONG_TERM';
  return session?.delivery === 'api-key' ? 'SHORT_TERM' : undefined;
}

/** The mode in the words of the declaration: a short-term key is written as `apiKey`, whatever carries it. */
export function declaredModeOf(credentials: Credentials): CredentialMode {
  return bearerTypeOf(credentials) === undefined ? modeOf(credentials) : 'apiKey';
}

/** Where the declaration speaks of the mode. */
export function modeField(credentials: Credentials): string {
  return `spec.credentials.${declaredModeOf(credentials)}`;
}

/** Two modes by name; where the declaration has one name for both, with what tells them apart. */
export function modesByName(one: Credentials, other: Credentials): readonly [string, string] {
  const [first, second] = [declaredModeOf(one), declaredModeOf(other)];
  if (first !== second || isSameMode(one, other)) return [first, second];
  return [named(one), named(other)];
}

function named(credentials: Credentials): string {
  const type = bearerTypeOf(credentials);
  if (type !== undefined) return `apiKey (term: ${type === 'SHORT_TERM' ? 'short' : 'long'})`;
  const { session } = credentials;
  return session === undefined ? modeOf(credentials) : `session (delivery: ${session.delivery})`;
}

/**
 * Do pods have the same of both? A short-term key and each delivery of a session put something else into them, so that the way
 * from one to another is that from mode to mode.
 */
export function isSameMode(one: Credentials, other: Credentials): boolean {
  return modeOf(one) === modeOf(other) && one.session?.delivery === other.session?.delivery;
}

/** What the declaration says of the mode. */
export function declarationOf(credentials: Credentials): Readonly<Record<string, unknown>> {
  const { session } = credentials;
  if (session?.delivery !== 'api-key') return { ...credentials[modeOf(credentials)] };
  const { delivery: _, ...rest } = session;
  return { term: 'short', ...rest };
}

/** A key of an IAM user, delivered through a store: what the modes `accessKey` and `apiKey` have alike. */
export interface KeyCredentials {
  readonly mode: 'accessKey' | 'apiKey';
  readonly secretStore: SecretStore;
  readonly layout: 'single' | 'pair';
  /** A duration, `^[0-9]+(m|h|d)$`. */
  readonly rotateAfter?: string;
  /** AWS ends each key after so many days; undefined: never. */
  readonly ageDays?: number;
  readonly rotation?: CredentialJob;
}

/** Undefined in the modes without a key. */
export function keyCredentialsOf({ accessKey, apiKey }: Credentials): KeyCredentials | undefined {
  if (accessKey !== undefined) return { mode: 'accessKey', ...accessKey };
  if (apiKey === undefined) return undefined;
  const { secretStore, rotateAfter, expiresAfter, rotation } = apiKey;
  return {
    mode: 'apiKey',
    secretStore,
    // The token is one value: there is nothing to lie in two parameters.
    layout: 'single',
    ...(rotateAfter === undefined ? {} : { rotateAfter }),
    ...(expiresAfter === undefined ? {} : { ageDays: Number.parseInt(expiresAfter, 10) }),
    ...(rotation === undefined ? {} : { rotation }),
  };
}

/** What keeps the credentials fresh from within the cluster. */
export interface DeclaredJob extends CredentialJob {
  readonly work: 'rotation' | 'renewal';
  /** Where the declaration speaks of it. */
  readonly field: string;
}

/** Undefined where none is declared. */
export function jobOf(credentials: Credentials): DeclaredJob | undefined {
  const { rotation } = keyCredentialsOf(credentials) ?? {};
  const { renewal } = credentials.session ?? {};
  if (rotation !== undefined) return { ...rotation, work: 'rotation', field: `${modeField(credentials)}.rotation` };
  return renewal === undefined ? undefined : { ...renewal, work: 'renewal', field: `${modeField(credentials)}.renewal` };
}

/** @throws AccessError `mode-without-key` where the access declares no key: `what` is done only to one */
export function keyMode({ metadata, spec }: Pick<Access, 'metadata' | 'spec'>, what: string): KeyCredentials {
  const key = keyCredentialsOf(spec.credentials);
  if (key !== undefined) return key;
  throw new AccessError('mode-without-key', `${metadata.namespace}/${metadata.name} has credentials of the mode ${bearerTypeOf(spec.credentials) === undefined ? modeOf(spec.credentials) : named(spec.credentials)}, and ${what} is of the modes accessKey and apiKey`, {
    cause: 'Only with accessKey, or with apiKey and term: long, is there a key of an IAM user.',
    remedy: 'There is nothing to do with a key. Where the access shall have one, declare credentials.accessKey or credentials.apiKey.',
    place: { field: 'spec.credentials' },
  });
}
