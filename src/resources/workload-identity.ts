/**
 * What a mode in which pods call as a role wants of a workload: volumes in its pod template and where its containers mount them,
 * and what stands in the way of it.
 */
import { modeField } from '../access/credential-mode.ts';
import type { Finding, Place } from '../finding.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { at, recordsAt, textAt } from './json.ts';
import { templateLabel } from './kept-out.ts';
import { reference, type Implied, type State } from './kind.ts';
import { podRoleOf } from './pod-role.ts';
import { volumesOf } from './pod-sidecars.ts';
import { shownMount, shownSource, shownVolume, volumePrefix } from './pod-volumes.ts';
import { namedPolicies } from './policy-names.ts';
import { variableNamed, type Container } from './workload-containers.ts';
import type { DesiredEnvironment, DesiredIdentity, ObservedEnvironment } from './workload-environment.ts';
import { workloadShape } from './workload-kinds.ts';

export function desiredIdentity(implied: Implied): DesiredIdentity | undefined {
  const role = podRoleOf(implied.access, implied.partition);
  if (role === undefined) return undefined;
  const { serviceAccount, volumes, sidecars = [], ready, givenAtStart, hiddenBy = [], token } = role.pods;
  return {
    field: modeField(implied.access.spec.credentials),
    // A bearer token comes before a key.
    hiddenBy: token === undefined ? ['AWS_ACCESS_KEY_ID', ...hiddenBy] : [],
    ...(token === undefined ? {} : { token }),
    ...(givenAtStart === undefined ? {} : { givenAtStart }),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    volumes,
    sidecars,
    role: reference('iam-role', 'role', 'arn'),
    ready: [...namedPolicies(implied).map(({ key }) => reference('role-policy-attachment', key, 'policyArn')), ...ready],
  };
}

/** One line for each volume, one for each container that mounts it. */
export function volumesWanted({ volumes, sidecars }: DesiredIdentity, containers: readonly Container[]): State {
  const ofSidecars = volumesOf(sidecars).map(({ name, source }) => [shownVolume(name), shownSource(source)] as const);
  return Object.fromEntries([
    ...ofSidecars,
    ...volumes.flatMap(({ name, mountPath, source }) => [[shownVolume(name), shownSource(source)] as const, ...containers.map((container) => [shownMount(name, container.name), mountPath] as const)]),
  ]);
}

export function volumesFound(object: KubernetesObject, containers: readonly Container[]): State {
  const spec = at(object, ...workloadShape(object.kind).template, 'spec');
  const written = [...recordsAt(spec, 'containers'), ...recordsAt(spec, 'initContainers')];
  return Object.fromEntries(
    recordsAt(spec, 'volumes').flatMap((volume) => {
      const name = textAt(volume, 'name') ?? '';
      if (!name.startsWith(volumePrefix)) return [];
      const mounts = containers.flatMap((container) => {
        const mount = recordsAt(written.find((one) => one['name'] === container.name), 'volumeMounts').find((one) => one['name'] === name);
        return mount === undefined ? [] : [[shownMount(name, container.name), textAt(mount, 'mountPath') ?? ''] as const];
      });
      return [[shownVolume(name), shownSource(volume)] as const, ...mounts];
    }),
  );
}

/** The role trusts one ServiceAccount, pods of another get a token that STS refuses; and a key in the environment would hide the role. */
export function identityProblems(desired: DesiredEnvironment, { object, containers }: Pick<ObservedEnvironment, 'object' | 'containers'>): readonly Finding[] {
  const { identity } = desired;
  if (identity === undefined) return [];
  const differs = serviceAccountDiffers(desired, identity, object);
  return differs.length > 0 ? differs : [...keptOut(desired, identity, object), ...containers.flatMap((container) => hiding(identity, container, object)), ...besideSidecars(identity, object, containers)];
}

/** A pod with that label is passed over by who gives pods their identity (amazon-eks-pod-identity-webhook, objectSelector). */
function keptOut({ byOthers, keptOut: beside }: DesiredEnvironment, { givenAtStart, field }: DesiredIdentity, object: KubernetesObject): readonly Finding[] {
  const named = `${object.kind} ${object.metadata.name ?? ''}`;
  const label = givenAtStart === undefined ? undefined : templateLabel(object, givenAtStart.keptOutBy);
  // Ours goes with this change; in git it goes with the edit that the pods wait for.
  if (givenAtStart === undefined || label === undefined || label.ours || (byOthers && beside !== undefined)) return [];
  return [
    {
      id: 'pod-identity-kept-out',
      severity: 'error',
      message: `the pods of ${named} carry the label ${givenAtStart.keptOutBy}`,
      cause: 'EKS passes such pods over: they would be given no identity.',
      remedy: `Remove the label where ${named} is defined, or declare another mode of credentials.`,
      place: { field, resource: named },
    },
  ];
}

/** SDKs take what comes first in their chain (SDKs and tools reference guide, "Standardized credential providers"): a key, then a token file. */
function hiding({ hiddenBy, field }: DesiredIdentity, container: Container, object: KubernetesObject): readonly Finding[] {
  const named = `${object.kind} ${object.metadata.name ?? ''}`;
  // One of ours is what an earlier mode put there: it goes with this change.
  const byOthers = (name: string): boolean => {
    const variable = variableNamed(container, name);
    return variable !== undefined && !(variable.ours && variable.managers.length === 0);
  };
  return hiddenBy.filter(byOthers).map((name) => hidingFinding(name, `container ${container.name} of ${named}`, `where ${named} is defined`, { field, resource: named }));
}

/** A variable of a container for which SDKs pass over the role. */
export function hidingFinding(variable: string, container: string, where: string, place: Place): Finding {
  const isKey = variable === 'AWS_ACCESS_KEY_ID';
  return {
    id: isKey ? 'static-key-hides-identity' : 'variable-hides-identity',
    severity: 'error',
    message: `${container} has ${variable} in its environment`,
    cause: isKey ? 'AWS SDKs take a key from the environment before a role: the pods call with that key.' : 'AWS SDKs look for credentials in a fixed order (SDKs and tools reference guide, "Standardized credential providers"): with this variable they find others before they come to the role.',
    remedy: `Remove ${isKey ? 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY' : variable} ${where}.`,
    place,
  };
}

/** A sidecar serves on the pod's loopback, and only to what starts after it. */
function besideSidecars({ sidecars }: DesiredIdentity, object: KubernetesObject, containers: readonly Container[]): readonly Finding[] {
  if (sidecars.length === 0) return [];
  const named = `${object.kind} ${object.metadata.name ?? ''}`;
  const place = { field: 'spec.workloads', resource: named };
  const early = containers.filter(({ init }) => init).map(({ name }) => name);
  return [
    ...(at(object, ...workloadShape(object.kind).template, 'spec', 'hostNetwork') === true
      ? [{ id: 'host-network-shares-identity', severity: 'error', message: `the pods of ${named} are in their node's network`, cause: "Their loopback is the node's: every process there could take the session that the sidecar gives, and two pods would need one port.", remedy: `Remove hostNetwork where ${named} is defined, or declare another mode of credentials.`, place } as const]
      : []),
    ...(early.length > 0
      ? [{ id: 'init-container-before-sidecar', severity: 'error', message: `${early.join(', ')} of ${named} may start before the sidecar that gives the session`, cause: 'Init containers start one after the other, and the sidecar is the last of them.', remedy: 'Name only containers that are no init containers in spec.workloads[].containers.', place } as const]
      : []),
  ];
}

function serviceAccountDiffers({ namespace, workload }: DesiredEnvironment, identity: DesiredIdentity, object: KubernetesObject): readonly Finding[] {
  if (identity.serviceAccount === undefined) return [];
  const spec = at(object, ...workloadShape(object.kind).template, 'spec');
  const runsAs = textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount') ?? 'default';
  if (runsAs === identity.serviceAccount) return [];
  const named = `${workload.kind} ${workload.name}`;
  return [
    {
      id: 'service-account-differs',
      severity: 'error',
      message: `the pods of ${named} run as the ServiceAccount ${runsAs}, and the role would trust ${namespace}/${identity.serviceAccount} alone`,
      cause: 'The token says as which ServiceAccount the pod runs, and it is compared with the trust policy of the role to the letter.',
      remedy: `Declare ${identity.field.replace(/^spec\./, '')}.serviceAccount: ${runsAs}, or set serviceAccountName: ${identity.serviceAccount} where ${named} is defined.`,
      place: { field: `${identity.field}.serviceAccount`, resource: named },
    },
  ];
}
