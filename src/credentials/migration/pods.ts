/** Which pods have the variables of which mode: told by their own specification, which is that of the template they were made from. */
import { clientProfile } from '../../access/clients/index.ts';
import type { Access } from '../../access/types.ts';
import { selectorOf } from '../../engine/verify/gather-pods.ts';
import type { Footprint } from '../../engine/types.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { at, isRecord, recordsAt, textAt, type JsonRecord } from '../../resources/json.ts';
import { isKeptOut, type KeptOut } from '../../resources/kept-out.ts';
import { gitOpsKeeper, keeperShown } from '../../resources/gitops.ts';
import type { PlacedVariable } from '../../resources/variables.ts';
import { volumePrefix } from '../../resources/pod-volumes.ts';
import { containersFor } from '../../resources/workload-containers.ts';
import { workloadShape } from '../../resources/workload-kinds.ts';
import type { Readings } from '../../resources/readings.ts';
import { gapOf, mayCall, restartedByHand } from '../look.ts';
import { podTemplate, type MovingWorkload } from './seen.ts';

/** What a workload's containers have in one mode. */
interface WorkloadMode {
  readonly variables: readonly PlacedVariable[];
  readonly volumes: readonly string[];
  /** Containers beside those of the workload. */
  readonly sidecars: readonly string[];
  /** A variable that others put into a pod when it is made. */
  readonly given?: string;
  /** Variables for which SDKs pass over what this mode gives. */
  readonly hiddenBy: readonly string[];
  readonly keptOut?: KeptOut;
  readonly secret: string;
  readonly configMap: string;
}

/** Every workload with its pods that have not moved, and pods of others that take a variable from the same places. */
export async function lookAtPods(old: Footprint, next: Footprint, readings: Readings): Promise<readonly MovingWorkload[]> {
  const { access } = next;
  const { namespace } = access.metadata;
  const pods = (await readings.objects('v1', 'Pod', { namespace })).filter((pod) => mayCall(pod) && !isProbe(pod));
  const seen: MovingWorkload[] = [];
  const known = new Set<string>();
  for (const workload of access.spec.workloads) {
    const name = `${workload.kind} ${workload.name}`;
    const object = await readings.object({ apiVersion: workloadShape(workload.kind).apiVersion, kind: workload.kind, namespace, name: workload.name });
    const selector = object === undefined ? '' : selectorOf(object);
    const selected = selector === '' ? [] : await readings.objects('v1', 'Pod', { namespace, labelSelector: selector });
    const names = new Set(selected.map(nameOf));
    const own = pods.filter((pod) => names.has(nameOf(pod)));
    for (const pod of own) known.add(nameOf(pod));
    const [before, after] = [modeIn(old, name), modeIn(next, name)];
    // By the template: what an admission webhook puts into every pod is none of ours.
    const meant = object === undefined ? [] : containersFor(object, workload.containers).map((container) => container.name);
    const gap = object === undefined ? undefined : gapOf(object, own);
    const template = object === undefined ? undefined : at(object, ...workloadShape(object.kind).template);
    const exposed = before.keptOut?.wanted !== true ? [] : [...own.map((pod) => ({ of: pod, called: nameOf(pod) })), ...(isRecord(template) ? [{ of: template, called: podTemplate }] : [])].filter(({ of }) => isInUse(of, meant, before, after) && !isKeptOut(of, before.keptOut?.label ?? ''));
    const byHand = byHandOf(access, workload.kind, workload.name, object, after.keptOut);
    seen.push({
      name,
      oldPods: own.filter((pod) => !hasMoved(pod, meant, before, after)).map(nameOf),
      exposed: exposed.map(({ called }) => called),
      startsOwnContainers: clientProfile(workload.client).startsOwnContainers,
      ...(byHand === undefined ? {} : { byHand }),
      ...(gap === undefined ? {} : { gap }),
    });
  }
  const modes = access.spec.workloads.map(({ kind, name }) => [modeIn(old, `${kind} ${name}`), modeIn(next, `${kind} ${name}`)] as const);
  // Runs of a Job, and whatever else takes the earlier credentials from where we put them.
  const others = pods.filter((pod) => !known.has(nameOf(pod)) && containersOf(pod).some((container) => modes.some(([before, after]) => hasEarlier(container, before, after))));
  if (others.length === 0) return seen;
  return [...seen, { name: 'the namespace', oldPods: others.map(nameOf), exposed: [], startsOwnContainers: false, byHand: 'they are of no workload that the program restarts' }];
}

function byHandOf({ metadata, spec }: Access, kind: string, name: string, object: KubernetesObject | undefined, keptOut: KeptOut | undefined): string | undefined {
  if (spec.restart === 'never') return 'spec.restart is never';
  if (object === undefined) return undefined;
  const keeper = gitOpsKeeper(object);
  const label = keptOut === undefined ? '' : keptOut.wanted ? `, and the label ${keptOut.label}: "true" into its pod template` : `, and take the label ${keptOut.label} out of its pod template`;
  if (spec.managedBy.cluster === 'manifests' || keeper !== undefined) return `${keeper === undefined ? 'git' : keeperShown(keeper)} keeps it: put the new variables into its manifest in place of the earlier ones (\`bedrock-access export\` with the new declaration writes the edit)${label}; without Reloader then \`kubectl rollout restart ${kind.toLowerCase()}/${name} -n ${metadata.namespace}\``;
  return restartedByHand(object);
}

function modeIn({ resources, access }: Footprint, workload: string): WorkloadMode {
  const found = resources.find(({ kind, name }) => kind === 'workload-environment' && name === workload)?.desired;
  const variables = isRecord(found) ? recordsAt(found, 'variables').map((variable): PlacedVariable => ({ name: textAt(variable, 'name') ?? '', key: textAt(variable, 'key') ?? '', in: variable['in'] === 'secret' ? 'secret' : 'config-map' })) : [];
  const { secret, environment } = access.spec.names;
  const names = (field: 'volumes' | 'sidecars'): readonly string[] => recordsAt(found, 'identity', field).map((each) => textAt(each, 'name') ?? '');
  const given = textAt(found, 'identity', 'givenAtStart', 'variable');
  const hiddenBy = at(found, 'identity', 'hiddenBy');
  const label = textAt(found, 'keptOut', 'label');
  // A mode may have a Secret of its own.
  return { variables, volumes: names('volumes'), sidecars: names('sidecars'), ...(given === undefined ? {} : { given }), hiddenBy: Array.isArray(hiddenBy) ? hiddenBy.map(String) : [], ...(label === undefined ? {} : { keptOut: { label, wanted: at(found, 'keptOut', 'wanted') === true } }), secret: textAt(found, 'secretName') ?? secret, configMap: environment };
}

/** Has the pod all that the new mode gives, and nothing that only the earlier one does? */
function hasMoved(pod: KubernetesObject, meant: readonly string[], before: WorkloadMode, after: WorkloadMode): boolean {
  if (after.sidecars.some((name) => !namesIn(pod).includes(name)) || hasEarlierSidecar(pod, before, after)) return false;
  return containersOf(pod, meant).every((container) => hasAll(container, after) && !hasEarlier(container, before, after) && !isHidden(container, before, after));
}

/** Has the pod, or the template, something that only the earlier mode gives? */
function isInUse(pod: JsonRecord, meant: readonly string[], before: WorkloadMode, after: WorkloadMode): boolean {
  return hasEarlierSidecar(pod, before, after) || containersOf(pod, meant).some((container) => hasEarlier(container, before, after));
}

function hasEarlierSidecar(pod: JsonRecord, before: WorkloadMode, after: WorkloadMode): boolean {
  return before.sidecars.some((name) => !after.sidecars.includes(name) && namesIn(pod).includes(name));
}

/** Was it given what the earlier mode gives to every new pod, and would find that before what the new one gives? */
function isHidden(container: JsonRecord, { given }: WorkloadMode, { hiddenBy }: WorkloadMode): boolean {
  return given !== undefined && hiddenBy.includes(given) && recordsAt(container, 'env').some(({ name }) => name === given);
}

function namesIn(pod: JsonRecord): readonly string[] {
  return containersOf(pod).map((container) => textAt(container, 'name') ?? '');
}

/** Has it a variable or a volume that only the earlier mode gives? */
function hasEarlier(container: JsonRecord, before: WorkloadMode, after: WorkloadMode): boolean {
  const kept = new Set(after.variables.map((variable) => place(variable, after)));
  const variables = before.variables.filter((variable) => !kept.has(place(variable, before)) && takes(container, variable, before));
  const volumes = before.volumes.filter((name) => !after.volumes.includes(name) && mounts(container, name));
  return variables.length + volumes.length > 0;
}

function hasAll(container: JsonRecord, mode: WorkloadMode): boolean {
  if (mode.given !== undefined && !recordsAt(container, 'env').some(({ name }) => name === mode.given)) return false;
  return mode.variables.every((variable) => takes(container, variable, mode)) && mode.volumes.every((name) => mounts(container, name));
}

function takes(container: JsonRecord, variable: PlacedVariable, mode: WorkloadMode): boolean {
  const [field, from, source] = variable.in === 'secret' ? (['secretKeyRef', 'secretRef', mode.secret] as const) : (['configMapKeyRef', 'configMapRef', mode.configMap] as const);
  const entry = recordsAt(container, 'env').findLast(({ name }) => name === variable.name);
  if (entry !== undefined) return textAt(entry, 'valueFrom', field, 'name') === source && textAt(entry, 'valueFrom', field, 'key') === variable.key;
  return variable.name === variable.key && recordsAt(container, 'envFrom').some((each) => textAt(each, from, 'name') === source);
}

function mounts(container: JsonRecord, volume: string): boolean {
  return volume.startsWith(volumePrefix) && recordsAt(container, 'volumeMounts').some(({ name }) => name === volume);
}

function place({ name, key, in: where }: PlacedVariable, { secret, configMap }: WorkloadMode): string {
  return `${name} ${where === 'secret' ? `Secret ${secret}` : `ConfigMap ${configMap}`} ${key}`;
}

function containersOf(pod: unknown, names?: readonly string[]): readonly JsonRecord[] {
  const all = [...recordsAt(pod, 'spec', 'containers'), ...recordsAt(pod, 'spec', 'initContainers')];
  return names === undefined ? all : all.filter((container) => names.includes(textAt(container, 'name') ?? ''));
}

function isProbe({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.['bedrock-access.dev/verify'] !== undefined;
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata.name ?? '';
}
