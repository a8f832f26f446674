import { parameterStore } from './parameter-store.ts';
import { secretsManager } from './secrets-manager.ts';
import type { CredentialStore, StoreService } from './store.ts';

export const stores: readonly CredentialStore[] = [parameterStore, secretsManager];

export function storeOf({ service }: { readonly service: StoreService }): CredentialStore {
  return service === 'SecretsManager' ? secretsManager : parameterStore;
}

/** Does a resource of this kind lie in a store? */
export function isStored({ kind }: { readonly kind: string }): boolean {
  return stores.some((store) => store.kind === kind);
}
