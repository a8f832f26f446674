import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { CredentialSource } from './credentials.ts';

/**
 * The SDK's own chain: profiles, SSO, processes, web identity, container and instance metadata. It reads `process.env`
 * itself; files named in `environment` go before. Loaded only when the environment holds no static keys (65–150 ms).
 */
export function credentialChain(profile: string | undefined, environment: Readonly<Record<string, string | undefined>>): CredentialSource {
  const credentialsFile = environment['AWS_SHARED_CREDENTIALS_FILE'];
  const configFile = environment['AWS_CONFIG_FILE'];
  const provider = defaultProvider({
    ...(profile === undefined ? {} : { profile }),
    ...(credentialsFile === undefined ? {} : { filepath: credentialsFile }),
    ...(configFile === undefined ? {} : { configFilepath: configFile }),
  });
  return async () => {
    const found = await provider();
    return {
      accessKeyId: found.accessKeyId,
      secretAccessKey: found.secretAccessKey,
      ...(found.sessionToken === undefined ? {} : { sessionToken: found.sessionToken }),
      ...(found.expiration === undefined ? {} : { expiration: found.expiration }),
    };
  };
}
