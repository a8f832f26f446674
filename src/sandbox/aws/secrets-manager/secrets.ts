import { createHash } from 'node:crypto';
import type { Call, Check } from '../call.ts';
import { AwsError } from '../error.ts';
import { keyChecks } from '../kms.ts';
import { resourceTagContext } from '../tag-context.ts';
import type { Fields } from '../fields.ts';

export interface StoredSecret {
  readonly name: string;
  /** With the six characters that AWS adds to the name. */
  readonly arn: string;
  readonly createdAt: Date;
  description: string | undefined;
  /** Undefined for AWS's own key. */
  keyId: string | undefined;
  readonly tags: Map<string, string>;
  /** Oldest first, by id. */
  readonly versions: Map<string, SecretVersion>;
  changedAt: Date;
  /** Scheduled for deletion: since when, and when it goes. */
  deleted?: { readonly at: Date; readonly purgeAt: Date };
  /** How ListSecrets comes to know it: each state from a time on. */
  readonly listed: { readonly from: Date; readonly entry: Readonly<Record<string, unknown>> }[];
}

export interface SecretVersion {
  readonly id: string;
  readonly value: string;
  readonly createdAt: Date;
  readonly stages: Set<string>;
  keyId: string | undefined;
}

/** Of one region, by name. Those whose recovery window is over are gone. */
export function secretsOf(call: Call): Map<string, StoredSecret> {
  const { secrets } = call.state;
  const here = secrets.get(call.region) ?? new Map<string, StoredSecret>();
  secrets.set(call.region, here);
  const now = call.world.clock.now();
  for (const [name, { deleted }] of here) if (deleted !== undefined && deleted.purgeAt <= now) here.delete(name);
  return here;
}

/**
 * By name, ARN or partial ARN (API reference, SecretId). A name that exists comes before an ARN without its last six
 * characters.
 */
export function lookUp(call: Call, id: string): StoredSecret | undefined {
  const secrets = secretsOf(call);
  if (!id.startsWith('arn:')) return secrets.get(id);
  return [...secrets.values()].find(({ arn }) => arn === id || arn.slice(0, -7) === id);
}

/** @throws AwsError ResourceNotFoundException */
export function findSecret(call: Call): StoredSecret {
  const secret = lookUp(call, secretId(call));
  if (secret === undefined) throw new AwsError('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
  return secret;
}

/** @throws AwsError ResourceNotFoundException, InvalidRequestException for what is scheduled for deletion */
export function usableSecret(call: Call): StoredSecret {
  const secret = findSecret(call);
  if (secret.deleted !== undefined) throw new AwsError('InvalidRequestException', 400, "You can't perform this operation on the secret because it was marked for deletion.");
  return secret;
}

export function secretId(call: Call): string {
  return call.input.text('SecretId', { min: 1, max: 2048 });
}

/** An ARN whose last characters nobody knows before; in a world they follow from its seed and from when it is made. */
export function newArn(call: Call, name: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const digest = createHash('sha256').update(`${call.world.seed} ${call.region} ${name} ${call.world.clock.now().getTime()}`).digest();
  const suffix = [...digest.subarray(0, 6)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return `arn:aws:secretsmanager:${call.region}:${call.world.account}:secret:${name}-${suffix}`;
}

/** The check of an action on one secret, with its tags as condition keys. One that does not exist is judged on an ARN that it might have. */
export function onSecret(call: Call, action: string): Check {
  const id = call.input.optionalText('SecretId') ?? '';
  const secret = lookUp(call, id);
  return {
    action,
    resource: secret?.arn ?? (id.startsWith('arn:') ? id : newArn(call, id)),
    context: { 'secretsmanager:SecretId': id, ...resourceTagContext(secret?.tags) },
  };
}

/** Secrets Manager user guide, "Secret encryption and decryption in AWS Secrets Manager". */
export function secretKeyChecks(call: Call, actions: Parameters<typeof keyChecks>[1]['actions'], keyId: string | undefined, arn: string, versionId: string): readonly Check[] {
  return keyChecks(call, { actions, keyId, via: 'secretsmanager', encryptionContext: { SecretARN: arn, SecretVersionId: versionId } });
}

/** API reference, CreateSecret: 32 to 64 characters. An SDK makes a UUID where the caller gives none; a raw call must give one. @throws AwsError InvalidParameterException (as moto has it) */
export function requestToken(input: Fields): string {
  const token = input.text('ClientRequestToken');
  if (token.length < 32 || token.length > 64) throw new AwsError('InvalidParameterException', 400, 'ClientRequestToken must be 32-64 characters long.');
  return token;
}

/** @throws AwsError InvalidParameterException, ValidationException. The value is never repeated in an error. */
export function secretString(input: Fields): string {
  const value = input.optionalText('SecretString');
  if (value === undefined || value === '') throw new AwsError('InvalidParameterException', 400, 'You must provide either SecretString or SecretBinary.');
  if (Buffer.byteLength(value) > 65_536) {
    throw new AwsError('ValidationException', 400, "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536");
  }
  return value;
}

/**
 * Adds a version that has the label AWSCURRENT from now on; the one that had it gets AWSPREVIOUS. The same id with the same value
 * changes nothing (API reference, PutSecretValue). A hundred versions are kept, and all of the last 24 hours.
 * @throws AwsError ResourceExistsException for the same id with another value
 */
export function addVersion(call: Call, secret: StoredSecret, id: string, value: string, stages: readonly string[] = ['AWSCURRENT']): void {
  const same = secret.versions.get(id);
  if (same !== undefined) {
    if (same.value === value) return;
    throw new AwsError('ResourceExistsException', 400, "You can't modify an existing version, you can only create a new version.");
  }
  const now = call.world.clock.now();
  const version: SecretVersion = { id, value, createdAt: now, stages: new Set(), keyId: secret.keyId };
  secret.versions.set(id, version);
  for (const stage of stages) moveStage(secret, stage, version);
  const kept = [...secret.versions.values()].filter((one) => one.stages.size === 0 && now.getTime() - one.createdAt.getTime() > 24 * 3_600_000);
  for (const old of kept.slice(0, Math.max(0, secret.versions.size - 100))) secret.versions.delete(old.id);
}

function moveStage(secret: StoredSecret, stage: string, to: SecretVersion): void {
  const from = [...secret.versions.values()].find((version) => version.stages.has(stage));
  from?.stages.delete(stage);
  to.stages.add(stage);
  if (stage !== 'AWSCURRENT' || from === undefined || from === to) return;
  for (const version of secret.versions.values()) version.stages.delete('AWSPREVIOUS');
  from.stages.add('AWSPREVIOUS');
}

/** The fields that ListSecrets and DescribeSecret have in common; only those that have a value. */
export function describe(secret: StoredSecret): Readonly<Record<string, unknown>> {
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.keyId,
    LastChangedDate: secret.changedAt,
    CreatedDate: secret.createdAt,
    DeletedDate: secret.deleted?.at,
    Tags: Array.from(secret.tags, ([Key, Value]) => ({ Key, Value })),
  };
}

export function stagesOf(secret: StoredSecret): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries([...secret.versions.values()].filter(({ stages }) => stages.size > 0).map(({ id, stages }) => [id, [...stages].sort()]));
}

/**
 * After each change: what ListSecrets will show, and from when. "All Secrets Manager operations are eventually consistent.
 * ListSecrets might not reflect changes from the last five minutes" (API reference, ListSecrets); by name the sandbox knows at once.
 */
export function changed(call: Call, secret: StoredSecret): void {
  const { clock, options, random } = call.world;
  secret.changedAt = clock.now();
  const lag = typeof options.consistency === 'object' ? Math.floor(random() * options.consistency.propagation) : 0;
  const last = secret.listed.at(-1)?.from.getTime() ?? 0;
  secret.listed.push({ from: new Date(Math.max(last, clock.now().getTime() + lag)), entry: { ...describe(secret), SecretVersionsToStages: stagesOf(secret) } });
}
