/** The operator's AWS ParameterStore provider (external-secrets v0.20.4, pkg/provider/aws/parameterstore), over the real AWS SDK. */
import { GetParameterCommand, ListTagsForResourceCommand, SSMClient } from '@aws-sdk/client-ssm';
import { objectAt, textAt, type StoredObject } from '../kubernetes/object.ts';
import { goError } from './go-error.ts';
import { NoSecretError, ProviderError } from './provider-error.ts';
import { keysOf, propertyOf } from './remote-value.ts';
import { credentialSourceOf, isReferent, type CredentialSource, type IdentitySources } from './store-identity.ts';

/** `spec.data[].remoteRef` or `spec.dataFrom[].extract`. */
export interface RemoteReference {
  readonly key: string;
  readonly property: string;
  readonly version: string;
  readonly metadataPolicy: string;
}

/** One client for one look at one ExternalSecret; the operator makes a new one each time, so a role is assumed each time. */
export class ParameterStore {
  readonly #client: SSMClient;
  readonly #prefix: string;

  private constructor(client: SSMClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** @throws ProviderError when the store's references cannot be resolved */
  static open(secretStore: StoredObject, namespace: string, sources: IdentitySources): ParameterStore {
    const provider = objectAt(secretStore, 'spec', 'provider', 'aws');
    const service = textAt(provider, 'service');
    if (service !== 'ParameterStore') throw new ProviderError(`the sandbox has no provider for the AWS service "${service ?? ''}"`);
    const credentials = sessionOf(secretStore, namespace, sources);
    const endpoint = sources.world.awsEndpoint;
    const client = new SSMClient({
      region: textAt(provider, 'region') ?? '',
      ...(endpoint === undefined ? {} : { endpoint }),
      credentials,
      // The AWS SDK for Go tries three times too.
      maxAttempts: 3,
      customUserAgent: [['external-secrets', '0.20.4']],
    });
    return new ParameterStore(client, textAt(provider, 'prefix') ?? '');
  }

  /** The value as bytes. @throws NoSecretError, ProviderError */
  async value(reference: RemoteReference): Promise<string> {
    const whole = reference.metadataPolicy === 'Fetch' ? await this.#tags(reference) : await this.#parameter(reference);
    if (reference.property === '') return whole;
    const part = propertyOf(whole, reference.property);
    if (part === undefined) throw new ProviderError(`key ${reference.property} does not exist in secret ${reference.key}`);
    return part;
  }

  /** Every key of a JSON parameter. */
  async keys(reference: RemoteReference): Promise<Readonly<Record<string, string>>> {
    const keys = keysOf(await this.value(reference));
    if (keys === undefined) throw new ProviderError(`unable to unmarshal secret ${reference.key}: invalid character`);
    return keys;
  }

  close(): void {
    this.#client.destroy();
  }

  async #parameter(reference: RemoteReference): Promise<string> {
    try {
      const answer = await this.#client.send(new GetParameterCommand({ Name: this.#nameOf(reference), WithDecryption: true }));
      return answer.Parameter?.Value ?? '';
    } catch (error) {
      throw this.#told('GetParameter', error);
    }
  }

  async #tags(reference: RemoteReference): Promise<string> {
    try {
      const answer = await this.#client.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: this.#nameOf(reference) }));
      return JSON.stringify(Object.fromEntries((answer.TagList ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])));
    } catch (error) {
      throw this.#told('ListTagsForResource', error);
    }
  }

  #nameOf({ key, version }: RemoteReference): string {
    return `${this.#prefix}${key}${version === '' ? '' : `:${version}`}`;
  }

  #told(operation: string, error: unknown): Error {
    if (error instanceof ProviderError) return new ProviderError(`operation error SSM: ${operation}, get identity: get credentials: ${error.message}`);
    if (error instanceof Error && error.name === 'ParameterNotFound') return new NoSecretError();
    return new ProviderError(goError('SSM', operation, error));
  }
}

/** The store's own check: credentials can be had. Wrong static keys pass, since nothing is called with them. @throws ProviderError */
export async function validateStore(secretStore: StoredObject, sources: IdentitySources): Promise<void> {
  if (secretStore.kind === 'ClusterSecretStore' && isReferent(secretStore)) return;
  ParameterStore.open(secretStore, secretStore.metadata.namespace ?? '', sources).close();
  await sessionOf(secretStore, secretStore.metadata.namespace ?? '', sources)();
}

function sessionOf(secretStore: StoredObject, namespace: string, sources: IdentitySources): CredentialSource {
  try {
    return credentialSourceOf(secretStore, namespace, sources);
  } catch (error) {
    throw error instanceof ProviderError ? new ProviderError(`unable to create session: ${error.message}`) : error;
  }
}
