import type { Random } from '../../../clock.ts';

/** Everything of one account that is global: users, keys, policies, roles, groups. Documents are kept as the text they came as. */
export interface IamState {
  readonly account: string;
  /** By lower-case name: IAM's names differ not by case alone (IAM user guide, "IAM and AWS STS quotas"). */
  readonly users: Map<string, IamUser>;
  readonly roles: Map<string, IamRole>;
  readonly groups: Map<string, IamGroup>;
  /** By ARN, the account's own. */
  readonly policies: Map<string, IamPolicy>;
  /** By ARN. */
  readonly oidcProviders: Map<string, IamOidcProvider>;
  readonly random: Random;
  /** Every secret access key, API key and session token ever made, deleted ones too. */
  readonly issuedSecrets: string[];
}

/** What users, roles and groups have alike. */
export interface IamPrincipal {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly inline: Map<string, string>;
  /** ARNs in the order of attaching. */
  readonly attached: Set<string>;
}

export interface IamUser extends IamPrincipal {
  readonly tags: Map<string, string>;
  boundary: string | undefined;
  readonly keys: AccessKey[];
  /** Long-term Bedrock API keys. */
  readonly apiKeys: ApiKey[];
}

/** A service-specific credential for Amazon Bedrock: a bearer token. */
export interface ApiKey {
  /** `ACCA…` */
  readonly id: string;
  /** Its public part, which the secret begins with. */
  readonly alias: string;
  /** `ABSK…`, the whole token. */
  secret: string;
  active: boolean;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
}

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
  active: boolean;
  readonly createdAt: Date;
  /** Oldest first; what GetAccessKeyLastUsed shows lags behind. */
  readonly uses: KeyUse[];
}

export interface KeyUse {
  readonly at: Date;
  readonly service: string;
  readonly region: string;
}

export interface IamRole extends IamPrincipal {
  readonly tags: Map<string, string>;
  boundary: string | undefined;
  trust: string;
  description: string | undefined;
  maxSessionSeconds: number;
}

export interface IamGroup extends IamPrincipal {
  /** Lower-case names of users. */
  readonly members: Set<string>;
}

export interface IamPolicy {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly description: string | undefined;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly tags: Map<string, string>;
  readonly versions: IamPolicyVersion[];
  defaultVersion: string;
  lastVersion: number;
}

/** An OpenID Connect identity provider: an issuer of tokens that the account trusts, for these audiences. */
export interface IamOidcProvider {
  readonly arn: string;
  /** Without `https://`, as GetOpenIDConnectProvider answers it. */
  readonly url: string;
  readonly createdAt: Date;
  /** The audiences. */
  readonly clientIds: Set<string>;
  readonly thumbprints: readonly string[];
  readonly tags: Map<string, string>;
}

export interface IamPolicyVersion {
  readonly id: string;
  readonly document: string;
  readonly createdAt: Date;
}

export function createIamState(account: string, random: Random): IamState {
  return { account, users: new Map(), roles: new Map(), groups: new Map(), policies: new Map(), oidcProviders: new Map(), random, issuedSecrets: [] };
}
