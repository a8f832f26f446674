import { clientProfile, type Client } from '../access/clients/index.ts';
import type { ClientName } from '../access/types.ts';
import type { RepositoryFacts } from './facts.ts';
import { accessWorkload, type ContainerUse } from './identity.ts';

/** Clients that an image's name gives away. */
const images: readonly (readonly [RegExp, ClientName])[] = [
  [/(^|\/)(all-hands-ai|openhands|all-hands)\/(openhands|runtime|agent-server)[:@-]|(^|\/)openhands[:@-]/, 'openhands'],
  [/(^|\/)litellm[:@-]|berriai\/litellm/, 'litellm'],
  [/claude-code/, 'claude-code'],
];

/** What a container runs, as a declared access says, else as its image's name shows. */
export function clientOf(use: ContainerUse, facts: RepositoryFacts): Client | undefined {
  const declared = accessWorkload(use, facts);
  if (declared) return clientProfile(declared.client);
  const name = images.find(([pattern]) => pattern.test(use.container.image))?.[1];
  return name === undefined ? undefined : clientProfile(name);
}
