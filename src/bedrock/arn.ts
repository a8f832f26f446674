import type { Partition } from './types.ts';

/**
 * `arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-6`. Foundation models belong to no account.
 * `region` is empty for the form that a global profile is checked against (Bedrock user guide, "Global cross-Region inference").
 */
export function foundationModelArn(partition: Partition, region: string, modelId: string): string {
  return `arn:${partition}:bedrock:${region}::foundation-model/${modelId}`;
}

/** `arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6`; region is the source region. */
export function inferenceProfileArn(partition: Partition, region: string, account: string, profileId: string): string {
  return `arn:${partition}:bedrock:${region}:${account}:inference-profile/${profileId}`;
}

/** `arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc123def456`. */
export function applicationInferenceProfileArn(partition: Partition, region: string, account: string, applicationProfileId: string): string {
  return `arn:${partition}:bedrock:${region}:${account}:application-inference-profile/${applicationProfileId}`;
}

/** The parts of `arn:partition:service:region:account:resource`; undefined for what is no ARN. */
export interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** All after the fifth colon. */
  readonly resource: string;
}

export function parseArn(text: string): ArnParts | undefined {
  const match = /^arn:([^:]*):([^:]*):([^:]*):([^:]*):(.+)$/s.exec(text);
  if (match === null) return undefined;
  const [, partition = '', service = '', region = '', account = '', resource = ''] = match;
  return { partition, service, region, account, resource };
}
