import { Secret } from '../secret.ts';
import type { AwsCredentials } from './types.ts';

/** The values with which a request is signed. They leave this file only towards the SDK's signer. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** As the SDK's clients take it: asked before each request, so that expiring credentials are fetched anew. */
export type CredentialSource = () => Promise<SigningCredentials>;

/** As the SDK's clients take a bearer token. */
export type TokenSource = () => Promise<{ readonly token: string }>;

export function tokenSource(token: Secret): TokenSource {
  return () => Promise.resolve({ token: token.reveal('sign') });
}

/** Where the credentials come from: the given ones, static ones of the environment, else the SDK's whole chain, loaded only then. */
export function credentialSource(options: {
  readonly credentials?: AwsCredentials;
  readonly profile?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): CredentialSource {
  if (options.credentials !== undefined) return fixed(options.credentials);
  const profile = options.profile ?? filled(options.environment['AWS_PROFILE']);
  // With a profile named, the SDK passes over the static keys of the environment (credential-provider-node, defaultProvider).
  const fromEnvironment = profile === undefined ? environmentCredentials(options.environment) : undefined;
  if (fromEnvironment !== undefined) return fixed(fromEnvironment);
  let chain: Promise<CredentialSource> | undefined;
  return async () => {
    chain ??= import('./credential-chain.ts').then((module) => module.credentialChain(profile, options.environment));
    return (await chain)();
  };
}

/** The static keys that an environment holds, if it holds both halves. */
function environmentCredentials(environment: Readonly<Record<string, string | undefined>>): AwsCredentials | undefined {
  const accessKeyId = filled(environment['AWS_ACCESS_KEY_ID']);
  const secretAccessKey = filled(environment['AWS_SECRET_ACCESS_KEY']);
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const sessionToken = filled(environment['AWS_SESSION_TOKEN']);
  return { accessKeyId, secretAccessKey: new Secret(secretAccessKey), ...(sessionToken === undefined ? {} : { sessionToken: new Secret(sessionToken) }) };
}

function fixed(credentials: AwsCredentials): CredentialSource {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return () =>
    Promise.resolve({
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal('sign'),
      ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal('sign') }),
    });
}

function filled(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
