import type { Session } from './session.ts';
import type { RolesAnywhereCalls } from './types.ts';

/** As `deferred.ts`: the signer is loaded by the first call. */
export function deferredRolesAnywhere(session: Session, region: string): RolesAnywhereCalls {
  let loaded: Promise<RolesAnywhereCalls> | undefined;
  const load = (): Promise<RolesAnywhereCalls> => (loaded ??= import('./roles-anywhere.ts').then(({ rolesAnywhereCalls }) => rolesAnywhereCalls(session, region)));
  return {
    getTrustAnchor: async (...given) => (await load()).getTrustAnchor(...given),
    listProfiles: async () => (await load()).listProfiles(),
    getProfile: async (...given) => (await load()).getProfile(...given),
    createProfile: async (...given) => (await load()).createProfile(...given),
    updateProfile: async (...given) => (await load()).updateProfile(...given),
    enableProfile: async (...given) => (await load()).enableProfile(...given),
    deleteProfile: async (...given) => (await load()).deleteProfile(...given),
    listTags: async (...given) => (await load()).listTags(...given),
    tag: async (...given) => (await load()).tag(...given),
    createSession: async (...given) => (await load()).createSession(...given),
  };
}
