/** Puts the variables and the annotations that restart the pods into a workload. */
import type { KubernetesObject, ManagedFieldsEntry } from '../kubernetes/types.ts';
import { annotationKeys } from './annotations.ts';
import { at, isRecord, textAt } from './json.ts';
import { labelsWritten } from './kept-out.ts';
import type { Hands, Outputs } from './kind.ts';
import { sidecarEntry, volumesOf } from './pod-sidecars.ts';
import { mountEntry, volumeEntry } from './pod-volumes.ts';
import { podsWithout, startMark } from './given-at-start.ts';
import { tokenId } from './session-document.ts';
import { reloadersOf, reloading } from './reloader.ts';
import { containersFor, fieldManager, managedPath, shownVariable, variableNamed, type Container, type ContainerVariable } from './workload-containers.ts';
import { environmentDigest, type DesiredEnvironment } from './workload-environment.ts';
import { nested, workloadShape } from './workload-kinds.ts';

export async function writeEnvironment(desired: DesiredEnvironment, hands: Hands): Promise<Outputs> {
  const { workload, namespace } = desired;
  const { apiVersion, kind, template } = workloadShape(workload.kind);
  const object = await hands.kubernetes.get({ apiVersion, kind, namespace, name: workload.name });
  if (object === undefined) throw new TypeError(`${workload.kind} ${workload.name} was there when the plan was made`);
  const containers = containersFor(object, workload.containers);
  const taken = hands.adopt ? containers.flatMap((container) => plainValues(container, desired).map((variable) => ({ container, variable }))) : [];
  if (taken.length > 0) await takeOver(object, taken, hands);
  const isTaken = (container: Container, variable: ContainerVariable): boolean => taken.some((one) => one.container.name === container.name && one.variable.name === variable.name);

  const { volumes = [], sidecars = [] } = desired.identity ?? {};
  const allVolumes = [...volumes, ...volumesOf(sidecars)];
  const entry = (container: Container): Readonly<Record<string, unknown>> => ({
    name: container.name,
    ...(volumes.length === 0 ? {} : { volumeMounts: volumes.map(mountEntry) }),
    env: desired.variables
      // What git or anybody else refers to rightly stays theirs: two owners of one field would only stand in each other's way.
      .filter((variable) => {
        const there = variableNamed(container, variable.name);
        return (there === undefined && !sourced(container, variable, hands, desired)) || there?.ours === true || (there !== undefined && isTaken(container, there));
      })
      .map((variable) => {
        const from = { name: hands.value(variable.in === 'secret' ? desired.secret : desired.configMap), key: variable.key };
        return { name: variable.name, valueFrom: variable.in === 'secret' ? { secretKeyRef: from } : { configMapKeyRef: from } };
      }),
  });
  const withVariables = (init: boolean): readonly Readonly<Record<string, unknown>>[] => containers.filter((container) => container.init === init).map(entry).filter(({ env }) => Array.isArray(env) && env.length > 0);
  const beside = sidecars.map((sidecar) => sidecarEntry(sidecar, (field) => hands.value(field))).filter((written) => written !== undefined);
  const [plain, init] = [withVariables(false), [...beside, ...withVariables(true)]];
  const annotations = await restartAnnotations(object, desired, hands);
  const labels = labelsWritten(desired.keptOut, object);
  const metadata = { ...(Object.keys(annotations).length === 0 ? {} : { annotations }), ...(Object.keys(labels).length === 0 ? {} : { labels }) };
  const written = {
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(plain.length + init.length === 0 ? {} : { spec: { ...(allVolumes.length === 0 ? {} : { volumes: allVolumes.map(volumeEntry) }), ...(plain.length === 0 ? {} : { containers: plain }), ...(init.length === 0 ? {} : { initContainers: init }) } }),
  };
  await hands.kubernetes.apply({
    apiVersion,
    kind,
    metadata: { namespace, name: workload.name, annotations: { [annotationKeys.access]: hands.owner.name } },
    ...nested(template, written),
  });
  return {};
}

/** Has the container the variable from `envFrom` already? */
function sourced({ envFrom }: Container, variable: DesiredEnvironment['variables'][number], hands: Hands, desired: DesiredEnvironment): boolean {
  const last = envFrom.at(-1);
  const [field, source] = variable.in === 'secret' ? ['secretRef', desired.secret] as const : ['configMapRef', desired.configMap] as const;
  return variable.key === variable.name && textAt(last, 'prefix') === undefined && textAt(last, field, 'name') === hands.value(source);
}

/** Where Reloader restarts for one of the two, what stands there stays: another value, or none, would be a restart. */
async function restartAnnotations(object: KubernetesObject, desired: DesiredEnvironment, hands: Hands): Promise<Readonly<Record<string, string>>> {
  if (desired.digest === '') return {};
  const found = at(object, ...workloadShape(object.kind).template, 'metadata', 'annotations');
  const { secret, configMap } = reloading(object, { secret: desired.secretName, configMap: desired.configMapName }, await reloadersOf(hands.readings));
  const token = desired.identity?.token;
  // Somebody may have renewed it since it was looked at.
  const present = token === undefined ? undefined : tokenId(await hands.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace: desired.namespace, name: token.secretName }));
  const credential = desired.identity !== undefined && token === undefined ? await markOfStart(object, desired.identity, hands) : secret ? textAt(found, annotationKeys.credential) : (present ?? hands.value(desired.credential));
  const environment = configMap ? textAt(found, annotationKeys.environment) : environmentDigest(desired, (field) => hands.value(field));
  return { ...(credential === undefined ? {} : { [annotationKeys.credential]: credential }), ...(environment === undefined ? {} : { [annotationKeys.environment]: environment }) };
}

/** Looked at again: pods may have been made since the plan. */
async function markOfStart(object: KubernetesObject, { givenAtStart }: NonNullable<DesiredEnvironment['identity']>, hands: Hands): Promise<string | undefined> {
  if (givenAtStart === undefined) return undefined;
  const pods = await hands.kubernetes.list('v1', 'Pod', { namespace: object.metadata.namespace ?? '' });
  return startMark(hands.value(givenAtStart.by), object, podsWithout(givenAtStart.variable, object, pods));
}

/** Variables of ours that somebody else has set otherwise. */
function plainValues(container: Container, desired: DesiredEnvironment): readonly ContainerVariable[] {
  return desired.variables.flatMap((variable) => {
    const there = variableNamed(container, variable.name);
    const source = variable.in === 'secret' ? `Secret ${desired.secretName}` : `ConfigMap ${desired.configMapName}`;
    return there === undefined || there.ours || shownVariable(there) === `${source}, ${variable.key}` ? [] : [there];
  });
}

/**
 * Makes the program's manager the only owner of these entries without changing them, as client-go's csaupgrade does. The
 * apply that follows then replaces `value` by `valueFrom` in one change of the template: a field that its only owner
 * leaves out is removed, while the API refuses an entry that has both.
 */
async function takeOver(object: KubernetesObject, taken: readonly { readonly container: Container; readonly variable: ContainerVariable }[], hands: Hands): Promise<void> {
  const { kind } = workloadShape(object.kind);
  const paths = taken.map(({ container, variable }) => ({ path: managedPath(kind, container.init ? 'initContainers' : 'containers', container.name, variable.name), entry: variable.entry }));
  await ownAlone(object, paths, hands);
}

/** Moves these fields to the program's manager, and to nobody else. */
export async function ownAlone(object: KubernetesObject, paths: readonly { readonly path: readonly string[]; readonly entry: Fields }[], { kubernetes, clock }: Pick<Hands, 'kubernetes' | 'clock'>): Promise<void> {
  const { apiVersion, kind } = workloadShape(object.kind);
  const isOurs = ({ manager, operation, subresource }: ManagedFieldsEntry): boolean => manager === fieldManager && operation === 'Apply' && subresource === undefined;
  const entries = object.metadata.managedFields ?? [];
  const own = entries.find(isOurs) ?? { manager: fieldManager, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1', fieldsV1: {}, time: clock.now().toISOString().replace(/\.\d+Z$/, 'Z') };
  const managedFields = [
    ...entries.filter((entry) => !isOurs(entry)).map((entry) => (entry.subresource === undefined ? { ...entry, fieldsV1: paths.reduce((fields, { path }) => without(fields, path), entry.fieldsV1) } : entry)),
    { ...own, fieldsV1: paths.reduce((fields, { path, entry }) => having(fields, path, ownedLeaves(entry)), own.fieldsV1) },
  ];
  await kubernetes.patch(
    { apiVersion, kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' },
    {
      type: 'json',
      body: [
        // Somebody's change in between makes it a conflict, after which the engine looks again.
        { op: 'replace', path: '/metadata/managedFields', value: managedFields },
        { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata.resourceVersion },
      ],
    },
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** The entry itself (`.`) and each of its fields down to the last. */
function ownedLeaves(entry: Fields): Fields {
  const leaves = (value: Fields): Fields => Object.fromEntries(Object.entries(value).map(([name, inner]) => [`f:${name}`, isRecord(inner) ? leaves(inner) : {}]));
  return Object.keys(entry).length === 0 ? {} : { '.': {}, ...leaves(entry) };
}

function having(fields: Fields, [first, ...rest]: readonly string[], value: Fields): Fields {
  if (first === undefined) return value;
  const inner = fields[first];
  return { ...fields, [first]: having(isRecord(inner) ? inner : {}, rest, value) };
}

/** Without the field at the path, and without what is empty then. */
function without(fields: Fields, [first, ...rest]: readonly string[]): Fields {
  const inner = first === undefined ? undefined : fields[first];
  if (first === undefined || !isRecord(inner)) return fields;
  const { [first]: _removed, ...others } = fields;
  const left = rest.length === 0 ? {} : without(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [first]: left };
}
