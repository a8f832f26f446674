import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { CredentialSource, TokenSource } from './credentials.ts';
import type { EndpointService } from './endpoint.ts';
import { endpointOf } from './endpoint.ts';
import type { Session } from './session.ts';

/** What every SDK client of ours is made with. Nothing is left to the SDK's own defaults that would read files or retry. */
export interface ClientSettings {
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly maxAttempts: 1;
  readonly retryMode: 'standard';
  readonly defaultsMode: 'standard';
  readonly requestHandler: NodeHttpHandler;
  readonly authSchemePreference: string[];
  readonly token?: TokenSource;
  readonly userAgentAppId: undefined;
  readonly customUserAgent: [string, string?][];
  readonly useDualstackEndpoint: boolean;
  readonly useFipsEndpoint: boolean;
  readonly endpoint?: string;
}

/** @param timeout milliseconds until a call without an answer is given up; the session's by default. */
export function clientSettings(session: Session, service: EndpointService, region: string, timeout = session.timeout): ClientSettings {
  const endpoint = endpointOf(service, session.endpoint, session.environment);
  return {
    region,
    credentials: session.credentials,
    // The SDK would send a changing call again over a dropped connection (measured: CreateAccessKey three times).
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    // HTTP/1.1 for the runtime too: Bedrock serves both, and one kind of connection has one kind of failure.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: Math.min(5000, timeout),
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
      // Idle connections are given up before a server would close them: a changing call on one that is just being
      // closed would fail without a way to know whether it was carried out.
      httpAgent: { keepAlive: true, maxSockets: 50, timeout: 10_000 },
      httpsAgent: { keepAlive: true, maxSockets: 50, timeout: 10_000 },
    }),
    // Else AWS_BEARER_TOKEN_BEDROCK of this process would be used in place of the given credentials.
    ...(session.token === undefined ? { authSchemePreference: ['aws.auth#sigv4'] } : { authSchemePreference: ['httpBearerAuth'], token: session.token }),
    userAgentAppId: undefined,
    customUserAgent: userAgentPairs(session.userAgent),
    useDualstackEndpoint: session.environment['AWS_USE_DUALSTACK_ENDPOINT'] === 'true',
    useFipsEndpoint: session.environment['AWS_USE_FIPS_ENDPOINT'] === 'true',
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** The SDK would turn the space between two products into `-`, so each is given by itself. */
function userAgentPairs(userAgent: string): [string, string?][] {
  return userAgent.split(' ').map((product): [string, string?] => {
    const [name = '', ...version] = product.split('/');
    return version.length === 0 ? [name] : [name, version.join('/')];
  });
}
