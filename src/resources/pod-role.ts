/** The IAM role that the workload's pods call as, in the modes in which there is no user: what each mode adds to a role. */
import type { EnvironmentVariable } from '../access/clients/index.ts';
import { roleNameOf } from '../access/credential-mode.ts';
import type { Access } from '../access/types.ts';
import type { Partition } from '../bedrock/types.ts';
import type { PolicyDocument } from '../policy/types.ts';
import type { Field } from './kind.ts';
import type { PodSidecar } from './pod-sidecars.ts';
import type { PodVolume } from './pod-volumes.ts';
import { podRoleOfPodIdentity } from './pod-identity.ts';
import { podRoleOfRolesAnywhere } from './roles-anywhere.ts';
import { podRoleOfSession } from './session.ts';
import { podRoleOfWebIdentity } from './web-identity.ts';

export interface PodRole {
  readonly name: string;
  readonly arn: string;
  /** Who may assume it. */
  readonly trust: PolicyDocument;
  /** What the trust policy names and must be there before the role. */
  readonly trusts: readonly Field[];
  /** The longest session that is asked for, where that is more than the hour that every role gives. */
  readonly sessionSeconds?: number;
  readonly pods: PodParts;
}

/** Where a token lies, and what changes with each. */
export interface PodToken {
  /** Name of the Secret, as it will be and once it is there. */
  readonly secretName: string;
  readonly secret: Field;
  readonly id: Field;
}

/** What a mode puts into the pods. */
export interface PodParts {
  /** The ServiceAccount that the pods must run as; undefined where any will do. */
  readonly serviceAccount?: string;
  readonly volumes: readonly PodVolume[];
  /** Containers beside those of the workload, with volumes of their own. */
  readonly sidecars?: readonly PodSidecar[];
  /** By which the client finds its credentials. */
  readonly variables: readonly EnvironmentVariable[];
  /** A Secret with a token that is read once: pods are made anew for each. */
  readonly token?: PodToken;
  /** Values of the environment's ConfigMap that are mounted, and no variables. */
  readonly files?: Readonly<Record<string, string>>;
  /** What must be there before a pod starts, beyond the role and its policies. */
  readonly ready: readonly Field[];
  /** What others put into a pod when it is made: pods without that variable, or from before `by`, are made anew. A pod with the label `keptOutBy` is passed over. */
  readonly givenAtStart?: { readonly by: Field; readonly variable: string; readonly keptOutBy: string };
  /** Variables, beside a static key, for which SDKs pass over what this mode gives. */
  readonly hiddenBy?: readonly string[];
}

/** Undefined in the modes of an IAM user. */
export function podRoleOf(access: Access, partition: Partition): PodRole | undefined {
  return podRoleOfWebIdentity(access, partition) ?? podRoleOfPodIdentity(access, partition) ?? podRoleOfRolesAnywhere(access, partition) ?? podRoleOfSession(access, partition);
}

/** Name and ARN of the role that the access declares. */
export function roleOf({ spec }: Access, partition: Partition): { readonly name: string; readonly arn: string } | undefined {
  const name = roleNameOf(spec.credentials);
  return name === undefined ? undefined : { name, arn: `arn:${partition}:iam::${spec.account}:role${spec.names.path}${name}` };
}
