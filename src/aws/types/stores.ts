/** Where secrets lie: Parameter Store and Secrets Manager. */
import type { Secret } from '../../secret.ts';
import type { Tags } from './call.ts';

export interface ParameterMetadata {
  readonly name: string;
  readonly arn?: string;
  readonly type: string;
  readonly version: number;
  readonly description?: string;
  readonly kmsKeyId?: string;
  readonly lastModified: Date;
}

export interface SsmCalls {
  /** DescribeParameters by exact names (at most 50). */
  describeParameters(names: readonly string[]): Promise<readonly ParameterMetadata[]>;
  /** DescribeParameters filtered by tags: every pair must match. */
  describeParametersByTags(tags: Tags): Promise<readonly ParameterMetadata[]>;
  listTags(name: string): Promise<Tags | undefined>;
  getParameter(name: string): Promise<{ readonly value: Secret; readonly version: number; readonly lastModified: Date } | undefined>;
  /** Every version that is kept, oldest first, without its value; undefined when there is no such parameter. A value: `getParameter('name:version')`. */
  parameterHistory(name: string): Promise<readonly { readonly version: number; readonly description?: string }[] | undefined>;
  /** `tags` only on the first put: PutParameter refuses Tags with Overwrite. Answers the new version. */
  putParameter(input: { name: string; value: Secret; description: string; overwrite: boolean; tags?: Tags; kmsKeyId?: string }): Promise<number>;
  addTags(name: string, tags: Tags): Promise<void>;
  deleteParameter(name: string): Promise<void>;
}

/** A secret of Secrets Manager, without its value. */
export interface SecretMetadata {
  readonly name: string;
  /** With the six characters that AWS adds to the name. */
  readonly arn: string;
  /** Labels of the versions that have any, by version id; no version at all before the first value. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  readonly description?: string;
  /** Undefined for the key that AWS keeps (`aws/secretsmanager`). */
  readonly kmsKeyId?: string;
  readonly tags: Tags;
  readonly lastChanged: Date;
  /** It is scheduled for deletion since then: its name is taken and its value cannot be read. */
  readonly deleted?: Date;
}

export interface SecretsManagerCalls {
  describeSecret(name: string): Promise<SecretMetadata | undefined>;
  /**
   * ListSecrets filtered by tags: every pair must match; those that are scheduled for deletion are among them. It may not
   * know of the changes of the last five minutes (API reference, ListSecrets).
   */
  listSecretsByTags(tags: Tags): Promise<readonly SecretMetadata[]>;
  /** Of the version with the label AWSCURRENT, or of the one that is named. */
  getSecretValue(name: string, versionId?: string): Promise<{ readonly value: Secret; readonly versionId: string } | undefined>;
  /** Every version that is kept, those without a label too, oldest first; undefined when there is no such secret. */
  listVersions(name: string): Promise<readonly string[] | undefined>;
  /** `versionId` (32 to 64 characters) becomes the id of the first version; the same call again changes nothing. */
  createSecret(input: { name: string; value: Secret; versionId: string; description: string; tags: Tags; kmsKeyId?: string }): Promise<void>;
  /** Makes the version that has the label AWSCURRENT from now on; the same call again changes nothing. */
  putSecretValue(input: { name: string; value: Secret; versionId: string }): Promise<void>;
  /** Encrypts the labelled versions anew with another key. */
  setKmsKey(name: string, kmsKeyId: string): Promise<void>;
  tagSecret(name: string, tags: Tags): Promise<void>;
  restoreSecret(name: string): Promise<void>;
  /** At once, without a recovery window. */
  deleteSecret(name: string): Promise<void>;
}
