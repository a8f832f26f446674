/**
 * A store of AWS that a key pair lies in. The engine knows only this type: which service it is, is asked in no other place.
 * What lies in a store is called a parameter throughout, as Parameter Store calls it; in Secrets Manager it is a secret.
 */
import type { SecretStore } from '../../access/types.ts';
import type { Aws, Tags } from '../../aws/types.ts';
import type { Partition } from '../../bedrock/types.ts';
import type { Secret } from '../../secret.ts';

/** External Secrets Operator's word. */
export type StoreService = SecretStore['service'];

export interface StorePlace {
  readonly service: StoreService;
  readonly region: string;
}

export interface ParameterPlace extends StorePlace {
  readonly name: string;
}

/** What a store tells of a parameter without its value. */
export interface StoredParameter {
  readonly name: string;
  readonly arn?: string;
  /** `SecureString`, `String`; in Secrets Manager always `secret`. */
  readonly type: string;
  /** Does everybody who may list it see its value? */
  readonly plain: boolean;
  /** Of what is read now: a number, or the id of a version of a secret. Empty before there is any. */
  readonly version: string;
  /** The access key that the current version holds, as its own text says it. */
  readonly keyId?: string;
  /** Everything of it in which an access key may be named. */
  readonly text: string;
  readonly kmsKeyId?: string;
  readonly lastModified: Date;
  /** Where the store shows them by itself. */
  readonly tags?: Tags;
  /** `namespace/name` of the access, where its text says it. */
  readonly owner?: string;
  /** Its deletion is under way: its name is taken, and it cannot be read. */
  readonly deleted?: Date;
}

export interface CredentialStore {
  readonly service: StoreService;
  /** The resource kind of what lies in it. */
  readonly kind: 'ssm-parameter' | 'secretsmanager-secret';
  /** How AWS calls one of its things. */
  readonly noun: 'parameter' | 'secret';
  /** May `tagged` not know of the last changes yet? Then what it says is asked for again by name. */
  readonly listLags: boolean;
  /** Names of one region; those that do not exist are left out. */
  describe(names: readonly string[], region: string, aws: Aws): Promise<readonly StoredParameter[]>;
  /** Those that carry all of these tags. */
  tagged(tags: Tags, region: string, aws: Aws): Promise<readonly StoredParameter[]>;
  tagsOf(name: string, region: string, aws: Aws): Promise<Tags | undefined>;
  value(name: string, region: string, aws: Aws): Promise<Secret | undefined>;
  /** The value of the last version that names this access key. */
  earlierValue(keyId: string, name: string, region: string, aws: Aws): Promise<Secret | undefined>;
  /** The access keys that the versions which are kept name, oldest first. */
  keyIdsThrough(name: string, region: string, aws: Aws): Promise<readonly string[]>;
  /** How IAM and KMS see what lies in it. */
  readonly iam: StoreIam;
  /** What a person types to look at it or to take it away. */
  readonly commands: { list(region: string): string; remove(name: string, region: string): string };
}

export interface StoreIam {
  /** What a policy names; with wildcards for what AWS adds to the name. */
  arnOf(name: string, account: { readonly partition: Partition; readonly account: string; readonly region: string }): string;
  readonly readAction: string;
  /** `ssm` of `ssm.<region>.amazonaws.com`, as `kms:ViaService` says it. */
  readonly viaService: string;
  /** The key of the encryption context that holds the ARN. */
  readonly contextKey: string;
  /** All of its keys. */
  readonly contextKeys: readonly string[];
  /** What writing asks of a customer's own key. */
  readonly keyActions: readonly string[];
}
