/** One value in the store that the access reads: a parameter of Parameter Store, or a secret of Secrets Manager and its value. */
import type { StoreService } from '../../resources/stores/store.ts';
import { hclText, labelOf, traversal, type HclBlockText, type HclExpression } from './hcl-emit.ts';

export interface StoredValue {
  readonly name: string;
  readonly description: string;
  /** An ARN is no secret; Secrets Manager encrypts it all the same. */
  readonly plain?: boolean;
  readonly value: HclExpression;
  readonly kmsKeyId?: string;
  readonly provider?: HclExpression;
  readonly tags: readonly (readonly [string, HclExpression])[];
}

export interface StoredLabels {
  readonly named: (type: string, name: string) => string | undefined;
  /** Of the value of a secret. */
  readonly version: (secretLabel: string) => string | undefined;
}

/** The type of the block that has the name. */
export const storedTypes: Readonly<Record<StoreService, string>> = { ParameterStore: 'aws_ssm_parameter', SecretsManager: 'aws_secretsmanager_secret' };

export function storedBlocks(service: StoreService, stored: StoredValue, labels: StoredLabels, comment: readonly string[]): readonly HclBlockText[] {
  const { name, description, plain = false, value, kmsKeyId, tags } = stored;
  const type = storedTypes[service];
  const label = labels.named(type, name) ?? labelOf(name);
  const provider = stored.provider === undefined ? [] : [['provider', stored.provider] as const];
  const described = [...provider, ['name', hclText(name)] as const, ['description', hclText(description)] as const];
  if (service === 'ParameterStore') {
    const key = kmsKeyId === undefined ? [] : [['key_id', hclText(kmsKeyId)] as const];
    return [{ type: 'resource', labels: [type, label], comment, attributes: [...described, ['type', hclText(plain ? 'String' : 'SecureString')], ...key, ['value', value], ...tags] }];
  }
  const key = kmsKeyId === undefined ? [] : [['kms_key_id', hclText(kmsKeyId)] as const];
  return [
    // What is in it goes at once too; a recovery window would keep the name from the next apply.
    { type: 'resource', labels: [type, label], comment, attributes: [...described, ...key, ['recovery_window_in_days', { type: 'number', value: 0 }], ...tags] },
    {
      type: 'resource',
      labels: ['aws_secretsmanager_secret_version', labels.version(label) ?? label],
      attributes: [...provider, ['secret_id', traversal(type, label, 'id')], ['secret_string', value]],
    },
  ];
}
