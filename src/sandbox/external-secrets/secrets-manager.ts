/**
 * The operator's AWS SecretsManager provider (external-secrets v0.20.4, pkg/provider/aws/secretsmanager), over the real AWS SDK. A
 * secret is fetched once for one look at an ExternalSecret, so that all of its properties are of one version.
 */
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { goError } from './go-error.ts';
import { NoSecretError, ProviderError } from './provider-error.ts';
import type { Provider, ProviderSettings, RemoteReference } from './provider.ts';

export function openSecretsManager({ region, endpoint, credentials, prefix }: ProviderSettings): Provider {
  const client = new SecretsManagerClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials,
    // The AWS SDK for Go tries three times too.
    maxAttempts: 3,
    customUserAgent: [['external-secrets', '0.20.4']],
  });
  const fetched = new Map<string, Promise<string>>();

  return {
    whole(reference) {
      const { key, version, metadataPolicy } = reference;
      const place = `${key}#${version}#${metadataPolicy}`;
      const whole = fetched.get(place) ?? (metadataPolicy === 'Fetch' ? tags(reference) : value(reference));
      fetched.set(place, whole);
      return whole;
    },
    close: () => client.destroy(),
  };

  /** `uuid/<id>` is a version by its id, everything else a staging label. */
  async function value({ key, version }: RemoteReference): Promise<string> {
    const which = version.startsWith('uuid/') ? { VersionId: version.slice('uuid/'.length) } : { VersionStage: version === '' ? 'AWSCURRENT' : version };
    try {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: `${prefix}${key}`, ...which }));
      return answer.SecretString ?? '';
    } catch (error) {
      throw told('GetSecretValue', error);
    }
  }

  async function tags({ key }: RemoteReference): Promise<string> {
    try {
      const answer = await client.send(new DescribeSecretCommand({ SecretId: `${prefix}${key}` }));
      return JSON.stringify(Object.fromEntries((answer.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])));
    } catch (error) {
      throw told('DescribeSecret', error);
    }
  }
}

function told(operation: string, error: unknown): Error {
  if (error instanceof ProviderError) return new ProviderError(`operation error Secrets Manager: ${operation}, get identity: get credentials: ${error.message}`);
  if (operation === 'GetSecretValue' && error instanceof Error && error.name === 'ResourceNotFoundException') return new NoSecretError();
  return new ProviderError(goError('Secrets Manager', operation, error));
}
