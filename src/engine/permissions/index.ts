/** The least that the program itself needs for one access, in AWS and in the cluster; pure. */
import { jobOf } from '../../access/credential-mode.ts';
import type { Access, CredentialJob } from '../../access/types.ts';
import type { Finding } from '../../finding.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import type { PolicyDocument } from '../../policy/types.ts';
import { jobObjects, jobSubject } from '../../resources/credential-job-objects.ts';
import { programRoles, type ClusterExtras } from './cluster-roles.ts';
import { confinementOf, type Confinement } from './confinement.ts';
import { storePolicy } from '../store-identity/store-policy.ts';
import { boundaryPolicy, programPolicies } from './iam-policy.ts';
import { renewalPolicy, rotationPolicy } from './credential-job-policy.ts';

export interface PrintedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly document: PolicyDocument;
}

export interface JobPermissions {
  /** Who its pods are: `system:serviceaccount:openhands:bedrock-openhands-rotation`. */
  readonly subject: string;
  /** As declared: the role, Secret or association that the policy is for. */
  readonly identity: CredentialJob['identity'];
  readonly document: PolicyDocument;
  /** Roles in the cluster and their bindings, as apply or export makes them. */
  readonly roles: readonly KubernetesObject[];
}

export interface ProgramPermissions {
  readonly access: { readonly namespace: string; readonly name: string };
  /** For the principal that runs the program: managed policies, all of them to be attached. */
  readonly policies: readonly PrintedPolicy[];
  /** For every user and role that the program makes; not made anew where the declaration names one of its own. */
  readonly boundary: PrintedPolicy & { readonly declared: boolean };
  /** What the identity needs that External Secrets Operator reads with: another principal's, so that it is printed and made by nobody here. */
  readonly store?: PolicyDocument;
  /** For the CronJob that rotates the key, where one is declared: what it calls AWS as, and what that needs. Made by nobody here. */
  readonly rotation?: JobPermissions;
  /** For the CronJob that renews sessions or short-term API keys, likewise. */
  readonly renewal?: JobPermissions;
  /** ClusterRole, Roles and their bindings. */
  readonly roles: readonly KubernetesObject[];
  readonly findings: readonly Finding[];
}

/**
 * @param clusterId the owner tag of the cluster is compared too when it is given
 * @param extras what is granted only where it was asked for
 */
export function programPermissions(access: Access, clusterId?: string, extras: ClusterExtras = {}): ProgramPermissions {
  const confined = confinementOf(access, clusterId);
  const declared = access.spec.permissionsBoundary !== undefined;
  const store = storePolicy(access);
  const findings: Finding[] = [];
  if (!declared) {
    findings.push({
      id: 'program-needs-boundary',
      severity: 'warning',
      message: `${access.metadata.namespace}/${access.metadata.name} declares no permissions boundary, and these permissions make no user or role without one`,
      cause: 'A program that may make users, roles and policies could raise itself through them; a boundary on each prevents that.',
      remedy: `Set spec.permissionsBoundary: ${confined.boundaryArn}`,
      place: { field: 'spec.permissionsBoundary' },
    });
  }
  return {
    access: confined.access,
    policies: programPolicies(confined).map((document, index) => printed(`${confined.programPolicyArn}${index === 0 ? '' : `-${index + 1}`}`, document)),
    ...(store === undefined ? {} : { store }),
    boundary: { ...printed(confined.boundaryArn, boundaryPolicy(confined)), declared },
    ...jobPermissions(access, confined),
    roles: programRoles(access, extras),
    findings,
  };
}

function jobPermissions(access: Access, confined: Confinement): Pick<ProgramPermissions, 'rotation' | 'renewal'> {
  const job = jobOf(access.spec.credentials);
  if (job === undefined) return {};
  const roles = [...jobObjects(access).values()].filter(({ apiVersion }) => apiVersion.startsWith('rbac.'));
  const needed = { subject: jobSubject(access, job), identity: job.identity, roles };
  return job.work === 'rotation' ? { rotation: { ...needed, document: rotationPolicy(confined) } } : { renewal: { ...needed, document: renewalPolicy(confined) } };
}

/** With name and path taken from `arn:aws:iam::…:policy/PATH/NAME`. */
export function printed(arn: string, document: PolicyDocument): PrintedPolicy {
  const [, path = '/', name = ''] = /:policy(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
  return { arn, name, path, document };
}
