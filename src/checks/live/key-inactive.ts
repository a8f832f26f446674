import type { Finding } from '../../finding.ts';
import { keyNoun, sortNamed } from '../../resources/key-sort.ts';
import type { UserFacts } from './facts.ts';

/** The key that is handed on must be active. */
export function keyInactive({ userName, keys, handedOn }: UserFacts, now?: Date): readonly Finding[] {
  const key = keys.find(({ id }) => id === handedOn?.id) ?? (handedOn === undefined && keys.length === 1 ? keys[0] : undefined);
  // One whose end has come is told as such.
  if (key === undefined || key.active || (key.expiresAt !== undefined && now !== undefined && key.expiresAt.getTime() <= now.getTime())) return [];
  return [
    {
      id: 'access-key-inactive',
      severity: 'error',
      message: `the ${keyNoun(key.id)} ${key.id} of ${userName} is inactive`,
      cause: 'Somebody deactivated it; AWS refuses every call that is made with it.',
      remedy: `Activate it again (${sortNamed(keyNoun(key.id) === 'API key' ? 'apiKey' : 'accessKey').commands.setStatus(userName, key.id, 'Active')}), or delete it and run \`bedrock-access apply\` for a new one.`,
      place: { resource: `iam-user ${userName}` },
    },
  ];
}
