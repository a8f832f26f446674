/** The least that the program itself needs for one access, in AWS and in the cluster; pure. */
import { keyCredentialsOf } from '../../access/credential-mode.ts';
import type { Access, RotationJob } from '../../access/types.ts';
import type { Finding } from '../../finding.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import type { PolicyDocument } from '../../policy/types.ts';
import { rotationObjects, rotationSubject } from '../../resources/rotation-objects.ts';
import { programRoles, type ClusterExtras } from './cluster-roles.ts';
import { confinementOf, type Confinement } from './confinement.ts';
import { storePolicy } from '../store-identity/store-policy.ts';
import { boundaryPolicy, programPolicies } from './iam-policy.ts';
import { rotationPolicy } from './rotation-policy.ts';

export interface PrintedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  readonly document: PolicyDocument;
}

export interface RotationPermissions {
  /** Who its pods are: `system:serviceaccount:openhands:bedrock-openhands-rotation`. */
  readonly subject: string;
  /** As declared: the role, Secret or association that the policy is for. */
  readonly identity: RotationJob['identity'];
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
  readonly rotation?: RotationPermissions;
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
    ...rotationPermissions(access, confined),
    roles: programRoles(access, extras),
    findings,
  };
}

function rotationPermissions(access: Access, confined: Confinement): { readonly rotation?: RotationPermissions } {
  const { rotation } = keyCredentialsOf(access.spec.credentials) ?? {};
  if (rotation === undefined) return {};
  const roles = [...rotationObjects(access).values()].filter(({ apiVersion }) => apiVersion.startsWith('rbac.'));
  return { rotation: { subject: rotationSubject(access, rotation), identity: rotation.identity, document: rotationPolicy(confined), roles } };
}

/** With name and path taken from `arn:aws:iam::…:policy/PATH/NAME`. */
export function printed(arn: string, document: PolicyDocument): PrintedPolicy {
  const [, path = '/', name = ''] = /:policy(\/(?:.*\/)?)([^/]+)$/.exec(arn) ?? [];
  return { arn, name, path, document };
}
