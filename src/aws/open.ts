import type { Clock, Random } from '../clock.ts';
import { credentialSource, tokenSource } from './credentials.ts';
import { deferredApiKeys, deferredBedrock, deferredCloudTrail, deferredEks, deferredIam, deferredRolesAnywhere, deferredRuntime, deferredSecretsManager, deferredSsm, deferredSts, deferredWebIdentity } from './deferred.ts';
import type { Session } from './session.ts';
import type { Aws, AwsCredentials } from './types.ts';

export interface AwsOptions {
  /** For IAM and STS, which have no region of their own in the port; it decides the partition. */
  readonly region: string;
  /** Read for credentials and endpoints. Default: nothing, so that no test depends on its machine. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly profile?: string;
  /** Instead of the chain. */
  readonly credentials?: AwsCredentials;
  /** For every service, before any variable. */
  readonly endpoint?: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Added to the `User-Agent` of every call; names the run. */
  readonly userAgent?: string;
  /** Ends waiting between attempts and keeps changing calls from being sent. */
  readonly signal?: AbortSignal;
  /** Milliseconds until a call without an answer is given up. Default 30 000. */
  readonly timeout?: number;
}

/**
 * Opens AWS: nothing is loaded or called until a service is used.
 *
 *     const aws = openAws({ region: 'us-west-2', environment: process.env, clock: systemClock, random: Math.random });
 *     await aws.sts.getCallerIdentity();
 */
export function openAws(options: AwsOptions): Aws {
  const environment = options.environment ?? {};
  return fromSession({
    region: options.region,
    environment,
    credentials: credentialSource({
      environment,
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      ...(options.profile === undefined ? {} : { profile: options.profile }),
    }),
    userAgent: options.userAgent ?? 'bedrock-access',
    clock: options.clock,
    random: options.random,
    timeout: options.timeout ?? 30_000,
    log: [],
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

function fromSession(session: Session): Aws {
  const ssm = perRegion((region) => deferredSsm(session, region));
  const secretsManager = perRegion((region) => deferredSecretsManager(session, region));
  const rolesAnywhere = perRegion((region) => deferredRolesAnywhere(session, region));
  const bedrock = perRegion((region) => deferredBedrock(session, region));
  const runtime = perRegion((region) => deferredRuntime(session, region));
  const eks = perRegion((region) => deferredEks(session, region));
  const cloudTrail = perRegion((region) => deferredCloudTrail(session, region));
  return {
    sts: deferredSts(session),
    iam: deferredIam(session),
    apiKeys: deferredApiKeys(session),
    webIdentity: deferredWebIdentity(session),
    ssm,
    secretsManager,
    rolesAnywhere,
    bedrock,
    runtime,
    eks,
    cloudTrail,
    as: (credentials) => fromSession({ ...session, credentials: credentialSource({ credentials, environment: session.environment }) }),
    withToken: (token) => fromSession({ ...session, token: tokenSource(token) }),
    calls: session.log,
  };
}

/** One client per region, so that connections are kept. */
function perRegion<Calls>(make: (region: string) => Calls): (region: string) => Calls {
  const made = new Map<string, Calls>();
  return (region) => {
    const known = made.get(region) ?? make(region);
    made.set(region, known);
    return known;
  };
}
