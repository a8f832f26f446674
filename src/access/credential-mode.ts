import { AccessError } from '../errors/error.ts';
import type { Access, AccessKeyCredentials } from './types.ts';

/** @throws AccessError `mode-without-key` where the access declares no access key: `what` is done only to one */
export function accessKeyMode({ metadata, spec }: Pick<Access, 'metadata' | 'spec'>, what: string): AccessKeyCredentials {
  const { accessKey } = spec.credentials;
  if (accessKey !== undefined) return accessKey;
  throw new AccessError('mode-without-key', `${metadata.namespace}/${metadata.name} has credentials of the mode webIdentity, and ${what} is of the mode accessKey`, {
    cause: 'With webIdentity there is no key: the pods get a session of their role with a token that the cluster renews.',
    remedy: 'There is nothing to do with a key. Where the access shall have one, declare credentials.accessKey.',
    place: { field: 'spec.credentials' },
  });
}
