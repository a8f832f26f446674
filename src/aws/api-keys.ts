import { CreateServiceSpecificCredentialCommand, DeleteServiceSpecificCredentialCommand, IAMClient, ListServiceSpecificCredentialsCommand, UpdateServiceSpecificCredentialCommand } from '@aws-sdk/client-iam';
import { Secret } from '../secret.ts';
import { orUndefined, present } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { afterMarker, everyPage } from './paging.ts';
import { changing } from './session.ts';
import type { Session } from './session.ts';
import type { ApiKeyCalls } from './types.ts';

/** IAM user guide, "API keys for Amazon Bedrock". */
const ServiceName = 'bedrock.amazonaws.com';

/** Long-term Bedrock API keys: IAM's service-specific credentials for Amazon Bedrock. */
export function apiKeyCalls(session: Session): ApiKeyCalls {
  const client = new IAMClient(clientSettings(session, 'IAM', session.region));
  const place = (operation: string, user: string): CallPlace => ({ action: `iam:${operation}`, region: session.region, resource: user });

  return {
    list(user) {
      const where = place('ListServiceSpecificCredentials', user);
      return orUndefined(
        everyPage(session, where, async (Marker) => {
          const answer = await client.send(new ListServiceSpecificCredentialsCommand({ UserName: user, ServiceName, ...(Marker === undefined ? {} : { Marker }) }));
          const items = (answer.ServiceSpecificCredentials ?? []).map((key) => ({
            id: present(key.ServiceSpecificCredentialId, 'ServiceSpecificCredentialId', where),
            // `Expired` is the third status (API reference, ServiceSpecificCredentialMetadata).
            active: key.Status === 'Active',
            createdAt: present(key.CreateDate, 'CreateDate', where),
            ...(key.ExpirationDate === undefined ? {} : { expiresAt: key.ExpirationDate }),
          }));
          return { items, next: afterMarker(answer) };
        }),
      );
    },
    create(user, ageDays) {
      const where = place('CreateServiceSpecificCredential', user);
      return changing(session, where, async () => {
        const input = { UserName: user, ServiceName, ...(ageDays === undefined ? {} : { CredentialAgeDays: ageDays }) };
        const made = present((await client.send(new CreateServiceSpecificCredentialCommand(input))).ServiceSpecificCredential, 'ServiceSpecificCredential', where);
        return {
          id: present(made.ServiceSpecificCredentialId, 'ServiceSpecificCredentialId', where),
          token: new Secret(present(made.ServiceCredentialSecret, 'ServiceCredentialSecret', where)),
        };
      });
    },
    async setActive(user, id, active) {
      const input = { UserName: user, ServiceSpecificCredentialId: id, Status: active ? 'Active' : 'Inactive' } as const;
      await changing(session, place('UpdateServiceSpecificCredential', user), () => client.send(new UpdateServiceSpecificCredentialCommand(input)));
    },
    async remove(user, id) {
      await changing(session, place('DeleteServiceSpecificCredential', user), () => client.send(new DeleteServiceSpecificCredentialCommand({ UserName: user, ServiceSpecificCredentialId: id })));
    },
  };
}
