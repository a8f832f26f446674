import type { Finding } from '../../finding.ts';
import type { UserFacts } from './facts.ts';

/** The IAM user must exist. */
export function userMissing({ userName, user }: UserFacts): readonly Finding[] {
  if (user !== undefined) return [];
  return [
    {
      id: 'user-missing',
      severity: 'error',
      message: `there is no IAM user ${userName}`,
      cause: 'It was never made, was deleted, or has another name than `spec.names.user` says.',
      remedy: 'Run `bedrock-access plan` to see what is missing, then `bedrock-access apply`.',
      place: { resource: `iam-user ${userName}`, field: 'spec.names.user' },
    },
  ];
}
