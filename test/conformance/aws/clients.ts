import { BedrockClient } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The clients of one AWS, the sandbox's or an emulator's, for one identity. */
export interface Clients {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly ssm: SSMClient;
  readonly secrets: SecretsManagerClient;
  readonly bedrock: BedrockClient;
  readonly runtime: BedrockRuntimeClient;
  /** The same AWS as somebody else. */
  as(credentials: Credentials): Clients;
  close(): void;
}

/** HTTP/1.1 for the runtime too: ministack checks HTTP/2 signatures over `host`, while `:authority` is what is signed. */
export function openClients(endpoint: string, credentials: Credentials): Clients {
  const options = { endpoint, region: 'us-west-2', credentials, maxAttempts: 1 };
  const clients = { iam: new IAMClient(options), sts: new STSClient(options), ssm: new SSMClient(options), secrets: new SecretsManagerClient(options), bedrock: new BedrockClient(options), runtime: new BedrockRuntimeClient({ ...options, requestHandler: new NodeHttpHandler() }) };
  const others: Clients[] = [];
  return {
    ...clients,
    as(each) {
      const other = openClients(endpoint, each);
      others.push(other);
      return other;
    },
    close() {
      for (const client of Object.values(clients)) client.destroy();
      for (const other of others) other.close();
    },
  };
}
