/** What stands in the way of giving a workload its variables. */
import type { Finding } from '../finding.ts';
import { keeperShown } from './gitops.ts';
import type { Resource, State } from './kind.ts';
import type { Owner } from './owner.ts';
import type { DesiredEnvironment, ObservedEnvironment } from './workload-environment.ts';
import { containersOf, shownVariable, variableNamed } from './workload-containers.ts';
import { at } from './json.ts';
import { workloadShape } from './workload-kinds.ts';
import { identityProblems } from './workload-identity.ts';

export function workloadProblems(resource: Resource<DesiredEnvironment>, seen: ObservedEnvironment | undefined, expected: State, owner: Owner, adopt: boolean): readonly Finding[] {
  const { workload, namespace } = resource.desired;
  const { plural, fixedTemplate } = workloadShape(workload.kind);
  const place = { field: 'spec.workloads', resource: resource.name };
  // A Job is made for one run: it may be made when everything else is there.
  if (seen === undefined && fixedTemplate) return [madeByOthers(resource.desired, 'does not exist yet', edits(resource.desired, undefined, expected))];
  if (seen === undefined) {
    return [
      {
        id: 'workload-not-found',
        severity: 'error',
        message: `${workload.kind} ${workload.name} does not exist in namespace ${namespace}`,
        cause: 'The variables are put into a workload that is there; it is never made.',
        remedy: `Name one that exists (kubectl get ${plural} -n ${namespace}), or deploy it first.`,
        place,
      },
    ];
  }
  if (at(seen.object, ...workloadShape(workload.kind).template) === undefined) {
    return [
      {
        id: 'workload-template-elsewhere',
        severity: 'error',
        message: `${resource.name} has no pod template of its own`,
        cause: 'It takes the template of another workload (spec.workloadRef).',
        remedy: 'Declare that workload instead.',
        place,
      },
    ];
  }
  const identity = identityProblems(resource.desired, seen);
  if (identity.length > 0) return identity;
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
  const twice = seen.containers.flatMap((container) => resource.desired.variables.filter(({ name }) => container.repeated.includes(name)).map(({ name }) => `${name} of container ${container.name}`));
  if (twice.length > 0) {
    return [
      {
        id: 'variable-repeated',
        severity: 'error',
        message: `${resource.name} has ${twice.join(' and ')} more than once`,
        cause: 'The last one counts, and a server-side apply cannot tell them apart.',
        remedy: 'Remove all but one where the workload is defined.',
        place,
      },
    ];
  }
  if (resource.required === true) {
    const lacking = edits(resource.desired, seen, expected);
    return lacking.length === 0 ? [] : [madeByOthers(resource.desired, 'has not all of the variables of the access', lacking)];
  }
  // Under git's care it is an edit there, and no conflict. With --adopt the plan shows what is taken over.
  if (seen.keeper !== undefined || adopt) return [];
  return seen.containers.flatMap((container) =>
    container.variables
      .filter((variable) => !variable.ours && resource.desired.variables.some(({ name }) => name === variable.name))
      .filter((variable) => expected[`env ${variable.name} of ${container.name}`] !== shownVariable(variable))
      .map((variable): Finding => ({
        id: 'field-owned-by-other',
        severity: 'error',
        message: `${variable.name} of container ${container.name} in ${resource.name} is set by ${variable.managers.join(' and ') || 'somebody else'}, to ${shownVariable(variable)}`,
        cause: `A field of another manager is never overwritten: whoever set it would put it back. ${owner.namespace}/${owner.name} needs ${expected[`env ${variable.name} of ${container.name}`] ?? 'another value'} there.`,
        remedy: `Take it over with --adopt, or remove ${variable.name} from where ${resource.name} is defined (kubectl set env ${workload.kind.toLowerCase()}/${workload.name} -n ${namespace} -c ${container.name} ${variable.name}-), then run the command again.`,
        place: { resource: resource.name },
      })),
  );
}

/** Variables that somebody else has to put in, `app: AWS_REGION`. Without containers to look at, all of them. */
function edits(desired: DesiredEnvironment, seen: ObservedEnvironment | undefined, expected: State): readonly string[] {
  if (seen === undefined) return desired.variables.map(({ name }) => name);
  return seen.containers.flatMap((container) =>
    desired.variables
      .filter((variable) => {
        const there = variableNamed(container, variable.name);
        return there === undefined || (!there.ours && shownVariable(there) !== expected[`env ${variable.name} of ${container.name}`]);
      })
      .map((variable) => `${container.name}: ${variable.name}`),
  );
}

/** Said, and no obstacle: who makes it needs the Secret and the ConfigMap first. */
function madeByOthers({ workload, configMapName, secretName }: DesiredEnvironment, what: string, lacking: readonly string[]): Finding {
  const named = `${workload.kind} ${workload.name}`;
  return {
    id: 'workload-made-by-others',
    severity: 'warning',
    message: `${named} ${what}`,
    cause: `${workloadShape(workload.kind).fixedTemplate ? 'The template of a Job cannot be changed once it is made.' : 'The declaration leaves the workload to others (managedBy.cluster).'} It needs ${lacking.join(', ')}.`,
    remedy: `Put valueFrom references to the ConfigMap ${configMapName} and the Secret ${secretName} into its manifest, and make it then: a run that has begun keeps what it was started with.`,
    place: { resource: named },
  };
}

/** The edit that git needs, where git keeps the workload and its variables are not those of the access. */
export function exportEdit(desired: DesiredEnvironment, seen: ObservedEnvironment, expected: State): Finding | undefined {
  const { keeper } = seen;
  if (keeper === undefined) return undefined;
  const lacking = edits(desired, seen, expected);
  if (lacking.length === 0) return undefined;
  const workload = `${desired.workload.kind} ${desired.workload.name}`;
  return {
    id: 'workload-kept-by-git',
    severity: 'error',
    message: `${workload} is kept by ${keeperShown(keeper)}, and its variables are not those of the access yet`,
    cause: `${keeper.tool} would put back what the program changes. To be edited in git, in ${lacking.length} places: ${lacking.join(', ')}.`,
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
