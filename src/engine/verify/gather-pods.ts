import type { ContainerFact, ExpectedVariable, PodFact, PodFacts, VariableFact, WorkloadFacts } from '../../checks/live/facts.ts';
import { podTrouble } from '../../kubernetes/rollout.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { annotationKeys } from '../../resources/annotations.ts';
import { at, isRecord, recordsAt, textAt } from '../../resources/json.ts';
import type { JsonRecord } from '../../resources/json.ts';
import { credentialFields } from '../../resources/parameter-names.ts';
import { workloadVariables } from '../../resources/variables.ts';
import { workloadShape } from '../../resources/workload-kinds.ts';
import type { PlacedVariable, WorkloadVariables } from '../../resources/variables.ts';
import { Secret } from '../../secret.ts';
import { readSecret, secretNameOf } from './gather-delivery.ts';
import type { Inquiry } from './inquiry.ts';
import { resolveEnvironment } from './pod-environment.ts';
import type { Environment, ReadSource, ResolvedVariable } from './pod-environment.ts';

/** A container with its environment, before it becomes facts: the call is made with what it holds. */
export interface LiveContainer {
  readonly workload: WorkloadVariables;
  readonly pod: string;
  readonly startedFor?: string;
  readonly name: string;
  readonly startedAt?: Date;
  readonly environment: Environment;
}

export interface LivePods {
  readonly facts: PodFacts;
  readonly containers: readonly LiveContainer[];
}

/** The pods of every workload with their environments, resolved from each pod's own specification. */
export async function gatherPods(inquiry: Inquiry): Promise<LivePods> {
  const { access, readings } = inquiry;
  const { namespace } = access.metadata;
  const read: ReadSource = (kind, name) => readings.object({ apiVersion: 'v1', kind, namespace, name });
  const [secret, ...workloads] = await Promise.all([readSecret(inquiry), ...workloadVariables(inquiry.implied).map((variables) => gatherWorkload(variables, inquiry, read))]);
  return {
    facts: {
      namespace,
      secretName: secretNameOf(inquiry),
      workloads: workloads.map(({ facts }) => facts),
      ...(secret === undefined ? {} : { secretChangedAt: secret.changedAt }),
      ...(secret?.pair === undefined ? {} : { secretPair: secret.pair, secretKeyId: secret.pair.accessKeyId }),
    },
    containers: workloads.flatMap(({ containers }) => containers),
  };
}

async function gatherWorkload(variables: WorkloadVariables, inquiry: Inquiry, read: ReadSource): Promise<{ readonly facts: WorkloadFacts; readonly containers: readonly LiveContainer[] }> {
  const { workload } = variables;
  const { namespace } = inquiry.access.metadata;
  const expected = variables.variables.map((variable) => expectedVariable(variable, inquiry));
  const { apiVersion, template } = workloadShape(workload.kind);
  const object = await inquiry.readings.object({ apiVersion, kind: workload.kind, namespace, name: workload.name });
  if (object === undefined) return { facts: { workload, found: false, expected, pods: [] }, containers: [] };
  const selector = selectorOf(object);
  const pods = selector === '' ? [] : (await inquiry.readings.objects('v1', 'Pod', { namespace, labelSelector: selector })).filter(isAlive);
  const live = await Promise.all(pods.map((pod) => gatherContainers(pod, variables, read)));
  // Without pods: what the next pod would get, so that the call can be made all the same.
  const next = pods.length > 0 ? [] : await gatherContainers({ ...object, metadata: { name: workload.name }, spec: at(object, ...template, 'spec') }, variables, read);
  return {
    facts: { workload, found: true, expected, pods: pods.map((pod, index) => podFact(pod, live[index] ?? [], inquiry)) },
    containers: [...live.flat(), ...next],
  };
}

async function gatherContainers(pod: KubernetesObject, workload: WorkloadVariables, read: ReadSource): Promise<readonly LiveContainer[]> {
  const startedFor = pod.metadata.annotations?.[annotationKeys.credential];
  return Promise.all(
    containersMeant(pod, workload.workload.containers).map(async (container): Promise<LiveContainer> => {
      const name = textAt(container, 'name') ?? '';
      const startedAt = startOf(pod, name);
      return {
        workload,
        pod: pod.metadata.name ?? '',
        name,
        environment: await resolveEnvironment(container, read),
        ...(startedFor === undefined ? {} : { startedFor }),
        ...(startedAt === undefined ? {} : { startedAt }),
      };
    }),
  );
}

/** Those that the declaration names; without names the only one that is no init container. */
function containersMeant(pod: KubernetesObject, names: readonly string[] | undefined): readonly JsonRecord[] {
  const plain = recordsAt(pod, 'spec', 'containers');
  if (names === undefined) return plain.length === 1 ? plain : [];
  return [...plain, ...recordsAt(pod, 'spec', 'initContainers')].filter((container) => names.includes(textAt(container, 'name') ?? ''));
}

/** When the container that runs now was started: its environment is of that moment, also after a restart within the pod. */
function startOf(pod: KubernetesObject, container: string): Date | undefined {
  const states = [...recordsAt(pod, 'status', 'containerStatuses'), ...recordsAt(pod, 'status', 'initContainerStatuses')];
  const state = at(states.find(({ name }) => name === container), 'state');
  const started = textAt(state, 'running', 'startedAt') ?? textAt(state, 'terminated', 'startedAt');
  return started === undefined ? undefined : new Date(started);
}

function isAlive(pod: KubernetesObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return pod.metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

/** As a query (Kubernetes docs, "Labels and Selectors"). */
export function selectorOf(workload: KubernetesObject): string {
  const selector = at(workload, 'spec', 'selector');
  const labels = at(selector, 'matchLabels');
  const equal = isRecord(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`) : [];
  const expressions = recordsAt(selector, 'matchExpressions').map((expression) => {
    const key = textAt(expression, 'key') ?? '';
    const listed = at(expression, 'values');
    const values = Array.isArray(listed) ? listed.map(String).join(',') : '';
    const written: Readonly<Record<string, string>> = { In: `${key} in (${values})`, NotIn: `${key} notin (${values})`, Exists: key, DoesNotExist: `!${key}` };
    return written[textAt(expression, 'operator') ?? ''] ?? '';
  });
  return [...equal, ...expressions].filter((part) => part !== '').join(',');
}

function expectedVariable(variable: PlacedVariable, { hash }: Inquiry): ExpectedVariable {
  if (variable.in === 'config-map') return { name: variable.name, carries: { value: variable.value ?? '' } };
  // Of a Secret only fingerprints are known.
  if (variable.value !== undefined) return { name: variable.name, carries: { value: variable.value, fingerprint: hash.fingerprint(new Secret(variable.value)) } };
  return { name: variable.name, carries: variable.key === credentialFields.accessKeyId ? 'access-key-id' : 'secret-access-key' };
}

function podFact(pod: KubernetesObject, containers: readonly LiveContainer[], inquiry: Inquiry): PodFact {
  const startedFor = pod.metadata.annotations?.[annotationKeys.credential];
  const trouble = podTrouble([pod]);
  return {
    name: pod.metadata.name ?? '',
    containers: containers.map((container): ContainerFact => ({
      name: container.name,
      variables: new Map([...container.environment].map(([name, variable]) => [name, variableFact(name, variable, inquiry)])),
      ...(container.startedAt === undefined ? {} : { startedAt: container.startedAt }),
    })),
    ...(startedFor === undefined ? {} : { startedFor }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** The place of a file is no secret: `AWS_WEB_IDENTITY_TOKEN_FILE`. */
function speaksOfCredential(name: string): boolean {
  return /SECRET|TOKEN|PASSWORD|ACCESS_KEY|API_KEY/i.test(name) && !/_FILE$/i.test(name);
}

/** From here on there are only fingerprints. A plain value whose name speaks of a credential is one too. */
function variableFact(name: string, variable: ResolvedVariable, { hash }: Inquiry): VariableFact {
  const { from } = variable;
  if ('unknown' in variable) return { from, holds: 'unknown' };
  if ('nothing' in variable) return { from, holds: 'nothing' };
  if ('value' in variable) return { from, holds: { value: variable.value !== '' && speaksOfCredential(name) ? '(not shown)' : variable.value } };
  const accessKeyId = hash.accessKeyIdIn(variable.secret);
  return { from, holds: { fingerprint: hash.fingerprint(variable.secret), ...(accessKeyId === undefined ? {} : { accessKeyId }) } };
}
