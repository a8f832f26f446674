import { AccessError } from '../errors/error.ts';
import type { Access, AccessKeyCredentials, CredentialMode, Credentials } from './types.ts';

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

/** @throws AccessError `mode-without-key` where the access declares no access key: `what` is done only to one */
export function accessKeyMode({ metadata, spec }: Pick<Access, 'metadata' | 'spec'>, what: string): AccessKeyCredentials {
  const { accessKey } = spec.credentials;
  if (accessKey !== undefined) return accessKey;
  throw new AccessError('mode-without-key', `${metadata.namespace}/${metadata.name} has credentials of the mode ${modeOf(spec.credentials)}, and ${what} is of the mode accessKey`, {
    cause: 'Only with accessKey is there an access key of an IAM user.',
    remedy: 'There is nothing to do with a key. Where the access shall have one, declare credentials.accessKey.',
    place: { field: 'spec.credentials' },
  });
}
