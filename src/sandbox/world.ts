import type { Random } from '../clock.ts';
import { createAudit, type AuditLog } from './audit.ts';
import { createClock, type SandboxClock } from './clock.ts';
import { createFaults, type Faults } from './faults.ts';
import type { TokenSigner } from './kubernetes/access/tokens.ts';
import type { ObjectStore } from './kubernetes/store.ts';
import type { OutsidePolicies, SandboxOptions } from './types.ts';

/** What every part of the sandbox stands on. Parts that start later find the earlier ones in it. */
export interface World {
  readonly clock: SandboxClock;
  readonly audit: AuditLog;
  readonly faults: Faults;
  /** The AWS account, 12 digits. */
  readonly account: string;
  /** Of calls that do not say theirs. */
  readonly region: string;
  readonly random: Random;
  readonly seed: number;
  readonly options: SandboxOptions;
  /** Exists; for the kubeconfig and the pods' logs. */
  readonly directory: string;
  /** Set once AWS listens: `http://127.0.0.1:<port>`. */
  awsEndpoint?: string;
  /** Makes an AWS identity in process: set once AWS listens. Without a policy it is an administrator. */
  issueCredentials?: (name: string, policy?: object) => Promise<{ accessKeyId: string; secretAccessKey: string }>;
  /** Policies from outside the account. */
  outside?: OutsidePolicies;
  /** Set once Kubernetes listens: the objects, in process, for controllers. */
  store?: ObjectStore;
  /** Set once Kubernetes listens: who signs ServiceAccount tokens. Its documents count as published at the issuer's address. */
  tokenIssuer?: TokenSigner;
}

/** A started part: AWS, Kubernetes, External Secrets, workloads. */
export interface Part {
  stop(): Promise<void>;
}

/** What `startKubernetesServer(world)` answers; it sets `world.store`. */
export interface KubernetesPart extends Part {
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  readonly kubeconfigFile: string;
  snapshot(): Readonly<Record<string, unknown>>;
}

/** What `startAwsServer(world)` answers; it sets `world.awsEndpoint` and `world.issueCredentials`. */
export interface AwsPart extends Part {
  readonly endpoint: string;
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Every secret access key and session token made so far, deleted ones too. */
  issuedSecrets(): readonly string[];
  /** Counts a private key among the issued secrets, without its line breaks. */
  keepSecret(pem: string): void;
  /** See `SandboxAws.trustAnchor`. */
  trustAnchor(name: string, certificate: string, region: string): string;
  snapshot(): Readonly<Record<string, unknown>>;
  /** EKS Pod Identity in the cluster: once Kubernetes has been started. */
  startPodIdentity(): Promise<Part>;
}

export function createWorld(options: SandboxOptions, directory: string): World {
  const clock = createClock(options);
  const seed = options.seed ?? 1;
  return {
    clock,
    audit: createAudit(clock),
    faults: createFaults(),
    account: options.account ?? '123456789012',
    region: options.region ?? 'us-west-2',
    random: seededRandom(seed),
    seed,
    options,
    directory,
  };
}

/** Mulberry32: small, even enough for jitter and routing, the same everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
