import type { Finding } from '../../finding.ts';
import type { UserFacts } from './facts.ts';

/** The user must have a key, and the one that is handed on to the workload must be among its keys. */
export function keyMissing({ userName, user, keys, handedOn, noun = 'access key' }: UserFacts): readonly Finding[] {
  if (user === undefined) return [];
  const place = { resource: `iam-user ${userName}` };
  if (keys.length === 0) {
    return [
      {
        id: 'access-key-missing',
        severity: 'error',
        message: `the IAM user ${userName} has no ${noun}`,
        cause: handedOn === undefined ? 'None was made yet.' : `The key ${handedOn.id}, which ${handedOn.by} holds, was deleted in IAM.`,
        remedy: 'Run `bedrock-access apply`: it makes a key, stores it and restarts the workload.',
        place,
      },
    ];
  }
  if (handedOn === undefined || keys.some(({ id }) => id === handedOn.id)) return [];
  return [
    {
      id: 'access-key-foreign',
      severity: 'error',
      message: `${handedOn.by} holds the key ${handedOn.id}, which is none of ${userName}'s keys (${keys.map(({ id }) => id).join(', ')})`,
      cause: 'The key was deleted in IAM after it was stored, or the parameter holds a key of another user.',
      remedy: 'Run `bedrock-access plan`: it shows the key as missing; `bedrock-access apply` makes a new one and hands it on.',
      place,
    },
  ];
}
