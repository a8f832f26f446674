import { loadCatalog } from '../../bedrock/catalog.ts';
import type { Catalog } from '../../bedrock/types.ts';
import { seededRandom, type World } from '../world.ts';
import type { ApplicationProfile } from './bedrock/application-profiles.ts';
import { createCredentialRegister, type CredentialRegister } from './credentials.ts';
import { createEksState, type EksState } from './eks/state.ts';
import { createIamState, type IamState } from './iam/state.ts';
import type { StoredSecret } from './secrets-manager/secrets.ts';
import { createRolesAnywhereState, type RolesAnywhereState } from './rolesanywhere/state.ts';
import type { Parameter } from './ssm/parameters.ts';
import type { Session } from './sts/sessions.ts';

/** All that the account holds. IAM is global; parameters and profiles are each region's own. */
export interface AwsState {
  readonly iam: IamState;
  readonly credentials: CredentialRegister;
  /** By access key id. */
  readonly sessions: Map<string, Session>;
  readonly catalog: Catalog;
  /** By region, then name without a leading slash where it has no other. */
  readonly parameters: Map<string, Map<string, Parameter>>;
  /** By region, then name. */
  readonly secrets: Map<string, Map<string, StoredSecret>>;
  readonly rolesAnywhere: RolesAnywhereState;
  /** By ARN. */
  readonly applicationProfiles: Map<string, ApplicationProfile>;
  /** How often each profile was called per source region: requests are routed round its destinations. */
  readonly routed: Map<string, number>;
  readonly eks: EksState;
}

export function createAwsState(world: World): AwsState {
  // Its own stream: what is made does not depend on how often calls were routed.
  const iam = createIamState(world.account, seededRandom(world.seed ^ 0x1a3));
  const sessions = new Map<string, Session>();
  return {
    iam,
    sessions,
    credentials: createCredentialRegister(world, iam, sessions),
    catalog: loadCatalog(),
    parameters: new Map(),
    secrets: new Map(),
    rolesAnywhere: createRolesAnywhereState(),
    applicationProfiles: new Map(),
    routed: new Map(),
    eks: createEksState(world),
  };
}
