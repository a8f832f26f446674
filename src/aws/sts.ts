import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { present } from './answer.ts';
import { clientSettings } from './client-settings.ts';
import { reading } from './session.ts';
import type { Session } from './session.ts';
import type { StsCalls } from './types.ts';

/** STS through the SDK, at the endpoint of the session's region. */
export function stsCalls(session: Session): StsCalls {
  const client = new STSClient(clientSettings(session, 'STS', session.region));
  return {
    getCallerIdentity() {
      const where = { action: 'sts:GetCallerIdentity', region: session.region, resource: '*' };
      return reading(session, where, async () => {
        const answer = await client.send(new GetCallerIdentityCommand({}));
        return { account: present(answer.Account, 'Account', where), arn: present(answer.Arn, 'Arn', where), userId: present(answer.UserId, 'UserId', where) };
      });
    },
  };
}
