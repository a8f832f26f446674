import type { Secret } from '../secret.ts';
import type { BedrockCalls, BedrockRuntimeCalls } from './types/bedrock.ts';
import type { AwsCall, AwsCredentials } from './types/call.ts';
import type { CloudTrailCalls } from './types/cloudtrail.ts';
import type { ApiKeyCalls, IamCalls, StsCalls } from './types/iam.ts';
import type { EksCalls, RolesAnywhereCalls, WebIdentityCalls } from './types/pod-roles.ts';
import type { SecretsManagerCalls, SsmCalls } from './types/stores.ts';

export type * from './types/bedrock.ts';
export type * from './types/call.ts';
export type * from './types/cloudtrail.ts';
export type * from './types/iam.ts';
export type * from './types/pod-roles.ts';
export type * from './types/stores.ts';

/**
 * AWS as the rest of the program sees it: a narrow port of plain values, one group per service, each loading its SDK
 * client when first called. No SDK type shows through. SDK retries are off (`maxAttempts: 1`): reading calls are
 * retried here with bounded patience; a changing call fails with an `AwsCallError` and the engine decides.
 */
export interface Aws {
  readonly sts: StsCalls;
  readonly iam: IamCalls;
  readonly apiKeys: ApiKeyCalls;
  readonly webIdentity: WebIdentityCalls;
  ssm(region: string): SsmCalls;
  secretsManager(region: string): SecretsManagerCalls;
  rolesAnywhere(region: string): RolesAnywhereCalls;
  bedrock(region: string): BedrockCalls;
  runtime(region: string): BedrockRuntimeCalls;
  eks(region: string): EksCalls;
  cloudTrail(region: string): CloudTrailCalls;
  /** The same world (endpoint, clock, counters) seen by another identity. */
  as(credentials: AwsCredentials): Aws;
  /** The same world, called with a bearer token instead of a signature: a Bedrock API key. It opens nothing but Amazon Bedrock. */
  withToken(token: Secret): Pick<Aws, 'bedrock' | 'runtime'>;
  /** Every call made so far through this and derived instances, in order. */
  readonly calls: readonly AwsCall[];
}
