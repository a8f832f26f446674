import type { Finding } from '../../finding.ts';
import type { UserFacts } from './facts.ts';

/** The key that is handed on must be active. */
export function keyInactive({ userName, keys, handedOn }: UserFacts): readonly Finding[] {
  const key = keys.find(({ id }) => id === handedOn?.id) ?? (handedOn === undefined && keys.length === 1 ? keys[0] : undefined);
  if (key === undefined || key.active) return [];
  return [
    {
      id: 'access-key-inactive',
      severity: 'error',
      message: `the access key ${key.id} of ${userName} is inactive`,
      cause: 'Somebody deactivated it; AWS refuses every call that is signed with it.',
      remedy: `Activate it again (aws iam update-access-key --user-name ${userName} --access-key-id ${key.id} --status Active), or delete it and run \`bedrock-access apply\` for a new one.`,
      place: { resource: `iam-user ${userName}` },
    },
  ];
}
