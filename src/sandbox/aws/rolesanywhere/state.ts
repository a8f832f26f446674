/** What one account holds of IAM Roles Anywhere, by region. */
export interface RolesAnywhereState {
  /** By ARN. */
  readonly trustAnchors: Map<string, HeldTrustAnchor>;
  /** By ARN. */
  readonly profiles: Map<string, HeldProfile>;
}

export interface HeldTrustAnchor {
  readonly id: string;
  readonly arn: string;
  readonly region: string;
  readonly name: string;
  /** PEM. */
  certificates: string;
  enabled: boolean;
  readonly createdAt: Date;
  readonly tags: Map<string, string>;
  /** The sandbox made it itself: it is in no snapshot. */
  readonly given: boolean;
}

export interface HeldProfile {
  readonly id: string;
  readonly arn: string;
  readonly region: string;
  name: string;
  enabled: boolean;
  roleArns: readonly string[];
  durationSeconds: number;
  managedPolicyArns: readonly string[];
  sessionPolicy: string | undefined;
  acceptRoleSessionName: boolean;
  readonly createdAt: Date;
  readonly tags: Map<string, string>;
}

export function createRolesAnywhereState(): RolesAnywhereState {
  return { trustAnchors: new Map(), profiles: new Map() };
}
