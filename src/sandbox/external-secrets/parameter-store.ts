/** The operator's AWS ParameterStore provider (external-secrets v0.20.4, pkg/provider/aws/parameterstore), over the real AWS SDK. */
import { GetParameterCommand, ListTagsForResourceCommand, SSMClient } from '@aws-sdk/client-ssm';
import { goError } from './go-error.ts';
import { NoSecretError, ProviderError } from './provider-error.ts';
import type { Provider, ProviderSettings, RemoteReference } from './provider.ts';

export function openParameterStore({ region, endpoint, credentials, prefix }: ProviderSettings): Provider {
  const client = new SSMClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials,
    // The AWS SDK for Go tries three times too.
    maxAttempts: 3,
    customUserAgent: [['external-secrets', '0.20.4']],
  });
  const nameOf = ({ key, version }: RemoteReference): string => `${prefix}${key}${version === '' ? '' : `:${version}`}`;

  return {
    whole: (reference) => (reference.metadataPolicy === 'Fetch' ? tags(reference) : parameter(reference)),
    close: () => client.destroy(),
  };

  async function parameter(reference: RemoteReference): Promise<string> {
    try {
      const answer = await client.send(new GetParameterCommand({ Name: nameOf(reference), WithDecryption: true }));
      return answer.Parameter?.Value ?? '';
    } catch (error) {
      throw told('GetParameter', error);
    }
  }

  async function tags(reference: RemoteReference): Promise<string> {
    try {
      const answer = await client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: nameOf(reference) }));
      return JSON.stringify(Object.fromEntries((answer.TagList ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])));
    } catch (error) {
      throw told('ListTagsForResource', error);
    }
  }
}

function told(operation: string, error: unknown): Error {
  if (error instanceof ProviderError) return new ProviderError(`operation error SSM: ${operation}, get identity: get credentials: ${error.message}`);
  if (error instanceof Error && error.name === 'ParameterNotFound') return new NoSecretError();
  return new ProviderError(goError('SSM', operation, error));
}
