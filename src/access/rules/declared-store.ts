import type { DeclaredAccess } from '../schema/index.ts';

type DeclaredCredentials = DeclaredAccess['spec']['credentials'];

/** The store of a mode with a key, and that mode. */
export function declaredStore({ credentials }: { readonly credentials: DeclaredCredentials }): { readonly mode: 'accessKey' | 'apiKey'; readonly secretStore: NonNullable<DeclaredCredentials['accessKey']>['secretStore'] } | undefined {
  const { accessKey, apiKey } = credentials;
  if (accessKey !== undefined) return { mode: 'accessKey', secretStore: accessKey.secretStore };
  return apiKey?.secretStore === undefined ? undefined : { mode: 'apiKey', secretStore: apiKey.secretStore };
}
