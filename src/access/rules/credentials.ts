import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';

/** Exactly one mode; a role only for a store that is created; a rotation only where the program holds the key. */
export function checkCredentials({ spec }: DeclaredAccess, source: SourceDocument): Finding[] {
  const modes = Object.keys(spec.credentials);
  if (modes.length !== 1) {
    return [
      accessFinding('credentials-mode-count', modes.length === 0 ? 'spec.credentials names no mode.' : `spec.credentials names ${modes.join(' and ')}; exactly one mode is allowed.`, source.place('spec.credentials')),
    ];
  }
  const store = spec.credentials.accessKey?.secretStore;
  if (store?.role !== undefined && !store.create) {
    const field = 'spec.credentials.accessKey.secretStore.role';
    return [accessFinding('store-role-without-create', `${field}: the store ${store.name} is not created by this access, so its role is its owner's affair.`, source.key(field))];
  }
  return [];
}
