import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Secret } from '../secret.ts';
import { present } from './answer.ts';
import { clientSettings } from './client-settings.ts';
import { signShortTermKey } from './short-term-key.ts';
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
    assumeRole({ roleArn, sessionName, seconds }) {
      const where = { action: 'sts:AssumeRole', region: session.region, resource: roleArn };
      return reading(session, where, async () => {
        const made = present((await client.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName, DurationSeconds: seconds }))).Credentials, 'Credentials', where);
        return {
          accessKeyId: present(made.AccessKeyId, 'AccessKeyId', where),
          secretAccessKey: new Secret(present(made.SecretAccessKey, 'SecretAccessKey', where)),
          sessionToken: new Secret(present(made.SessionToken, 'SessionToken', where)),
          expiresAt: present(made.Expiration, 'Expiration', where),
        };
      });
    },
    shortTermKey: (made, region) => signShortTermKey(made, region, session.clock.now()),
  };
}
