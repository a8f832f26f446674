/** What stands in the way of giving a workload its variables. */
import type { Finding } from '../finding.ts';
import { keeperShown } from './gitops.ts';
import type { Resource, State } from './kind.ts';
import type { Owner } from './owner.ts';
import type { DesiredEnvironment, ObservedEnvironment } from './workload-environment.ts';
import { containersOf, shownVariable } from './workload-containers.ts';

export function workloadProblems(resource: Resource<DesiredEnvironment>, seen: ObservedEnvironment | undefined, expected: State, owner: Owner): readonly Finding[] {
  const { workload, namespace } = resource.desired;
  const place = { field: 'spec.workloads', resource: resource.name };
  if (seen === undefined) {
    return [
      {
        id: 'workload-not-found',
        severity: 'error',
        message: `${workload.kind} ${workload.name} does not exist in namespace ${namespace}`,
        cause: 'The variables are put into a workload that is there; it is never made.',
        remedy: `Name one that exists (kubectl get ${workload.kind.toLowerCase()}s -n ${namespace}), or deploy it first.`,
        place,
      },
    ];
  }
  const all = containersOf(seen.object);
  const names = all.map(({ name }) => name).join(', ');
  const missing = (workload.containers ?? []).filter((name) => !all.some((container) => container.name === name));
  if (missing.length > 0) {
    return [
      {
        id: 'container-not-found',
        severity: 'error',
        message: `${resource.name} has no container ${missing.join(', ')}`,
        cause: `Its containers are ${names}.`,
        remedy: 'Correct spec.workloads[].containers.',
        place,
      },
    ];
  }
  if (seen.containers.length === 0) {
    return [
      {
        id: 'container-ambiguous',
        severity: 'error',
        message: `${resource.name} has several containers (${names}), and the declaration names none`,
        cause: 'A sidecar must not get credentials by accident.',
        remedy: `Name those that call Bedrock: containers: [${all[0]?.name ?? ''}]`,
        place,
      },
    ];
  }
  // Under git's care it is an edit there, and no conflict.
  if (seen.keeper !== undefined) return [];
  return seen.containers.flatMap((container) =>
    container.variables
      .filter((variable) => !variable.ours && resource.desired.variables.some(({ name }) => name === variable.name))
      .filter((variable) => expected[`env ${variable.name} of ${container.name}`] !== shownVariable(variable))
      .map((variable): Finding => ({
        id: 'field-owned-by-other',
        severity: 'error',
        message: `${variable.name} of container ${container.name} in ${resource.name} is set by ${variable.managers.join(' and ') || 'somebody else'}, to ${shownVariable(variable)}`,
        cause: `A field of another manager is never overwritten: whoever set it would put it back. ${owner.namespace}/${owner.name} needs ${expected[`env ${variable.name} of ${container.name}`] ?? 'another value'} there.`,
        remedy: `Remove ${variable.name} from where ${resource.name} is defined (kubectl set env ${workload.kind.toLowerCase()}/${workload.name} -n ${namespace} -c ${container.name} ${variable.name}-), then run the command again.`,
        place: { resource: resource.name },
      })),
  );
}

/** The edit that git needs, where git keeps the workload and its variables are not those of the access. */
export function exportEdit(desired: DesiredEnvironment, seen: ObservedEnvironment, expected: State, found: State): Finding | undefined {
  const { keeper } = seen;
  if (keeper === undefined) return undefined;
  const edits = seen.containers.flatMap((container) =>
    desired.variables
      .filter((variable) => {
        const there = container.variables.find(({ name }) => name === variable.name);
        const line = `env ${variable.name} of ${container.name}`;
        return there === undefined || (!there.ours && found[line] !== expected[line]);
      })
      .map((variable) => `${container.name}: ${variable.name}`),
  );
  if (edits.length === 0) return undefined;
  const workload = `${desired.workload.kind} ${desired.workload.name}`;
  return {
    id: 'workload-kept-by-git',
    severity: 'error',
    message: `${workload} is kept by ${keeperShown(keeper)}, and its variables are not those of the access yet`,
    cause: `${keeper.tool} would put back what the program changes. To be edited in git, in ${edits.length} places: ${edits.join(', ')}.`,
    remedy: `Put valueFrom references to the ConfigMap ${desired.configMapName} and the Secret ${desired.secretName} into the manifest of ${workload} (bedrock-access export writes them), commit, and run the command again. git then holds only references: later changes need no edit.`,
    place: { resource: workload },
  };
}

/** The edit that git needs before the ConfigMap and the Secret that it refers to may go. */
export function removalEdit({ object, keeper, theirReferences }: ObservedEnvironment): Finding | undefined {
  if (keeper === undefined || theirReferences.length === 0) return undefined;
  const workload = `${object.kind} ${object.metadata.name ?? ''}`;
  return {
    id: 'workload-kept-by-git',
    severity: 'error',
    message: `${workload} is kept by ${keeperShown(keeper)}, and its manifest still refers to what is removed`,
    cause: `Pods that are made from now on would not start. To be removed in git, in ${theirReferences.length} places: ${theirReferences.join(', ')}.`,
    remedy: `Remove these variables from the manifest of ${workload} (bedrock-access export --remove writes the edit), commit, and run the command again.`,
    place: { resource: workload },
  };
}
