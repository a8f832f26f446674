/**
 * The variables of a workload's containers: a fragment of somebody else's object, put in by server-side apply under the
 * field manager `bedrock-access`. Every variable is a reference to our ConfigMap or Secret, and annotations of the pod
 * template restart the pods when what is referred to changes.
 */
import { createHash } from 'node:crypto';
import type { Workload } from '../access/types.ts';
import { AccessError } from '../errors/error.ts';
import { rolloutStatus } from '../kubernetes/rollout.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { annotationKeys } from './annotations.ts';
import { gitOpsKeeper, type GitOpsKeeper } from './gitops.ts';
import { canonicalJson, textAt } from './json.ts';
import type { Field, Outputs, Hands, Resolve, ResourceKind, State, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { ours, type Owner, type Ownership } from './owner.ts';
import { workloadVariables, type PlacedVariable } from './variables.ts';
import { containersFor, containersOf, ownedVariables, shownVariable, type Container } from './workload-containers.ts';
import { exportEdit, removalEdit, workloadProblems } from './workload-problems.ts';

export interface DesiredEnvironment {
  readonly workload: Workload;
  readonly namespace: string;
  readonly variables: readonly PlacedVariable[];
  readonly secret: Field;
  readonly configMap: Field;
  /** The same two as they will be, to compare and to tell before they exist. */
  readonly secretName: string;
  readonly configMapName: string;
  /** Id of the access key that the Secret holds. */
  readonly credential: Field;
  /** Digest of the values that the variables refer to. */
  readonly digest: string;
}

export interface ObservedEnvironment {
  readonly object: KubernetesObject;
  /** The containers that the access means. */
  readonly containers: readonly Container[];
  readonly keeper?: GitOpsKeeper;
  /** Variables that somebody else refers from to our ConfigMap or Secret: `app: AWS_REGION`. */
  readonly theirReferences: readonly string[];
}

/** `apps/v1` serves all three (Kubernetes API reference). */
const apiVersion = 'apps/v1';

export const workloadEnvironment: ResourceKind<DesiredEnvironment, ObservedEnvironment> = {
  kind: 'workload-environment',
  where: 'kubernetes',

  desired(implied) {
    const { metadata, spec } = implied.access;
    return workloadVariables(implied).map(({ workload, variables }) => ({
      kind: 'workload-environment',
      key: `${workload.kind}/${workload.name}`,
      name: `${workload.kind} ${workload.name}`,
      desired: {
        workload,
        namespace: metadata.namespace,
        variables,
        secret: reference('external-secret', 'secret', 'name'),
        configMap: reference('environment-config-map', 'environment', 'name'),
        secretName: spec.names.secret,
        configMapName: spec.names.environment,
        credential: reference('access-key', 'key', 'id'),
        digest: spec.restart === 'never' ? '' : createHash('sha256').update(canonicalJson(variables)).digest('hex').slice(0, 16),
      },
      ...(spec.managedBy.cluster === 'manifests' ? { required: true } : {}),
    }));
  },
  identity: ({ desired }) => `${desired.workload.kind} ${desired.namespace}/${desired.workload.name}`,

  async observe({ desired }, readings) {
    const { workload, namespace } = desired;
    const object = await readings.object({ apiVersion, kind: workload.kind, namespace, name: workload.name });
    return object === undefined ? undefined : observed(object, containersFor(object, workload.containers), desired);
  },
  async strays(where, readings) {
    const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'];
    const found = await Promise.all(kinds.map((kind) => readings.objects(apiVersion, kind, { namespace: where.owner.namespace })));
    return found.flatMap((objects, index) =>
      objects
        .filter((object) => object.metadata.annotations?.[annotationKeys.access] === where.owner.name)
        .filter((object) => !where.accounted.has(`${kinds[index] ?? ''} ${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`))
        .map((object): Stray<ObservedEnvironment> => ({
          name: `${kinds[index] ?? ''} ${object.metadata.name ?? ''}`,
          // A list's items carry neither kind nor version.
          observed: observed({ ...object, apiVersion, kind: kinds[index] ?? '' }, containersOf(object)),
          reason: 'not in the declaration any more',
        })),
    );
  },
  present: ({ object }) => object.metadata.annotations?.[annotationKeys.access] !== undefined,
  ownership: ({ object }, owner) => fragmentOwner(object, owner),

  expected,
  found: ({ object, containers }) => ({ ...variablesFound(containers), ...annotationsFound(object) }),
  problems: (resource, seen, owner) => workloadProblems(resource, seen, expected(resource.desired, plainNames(resource.desired), seen), owner),
  handOver: (resource, seen) => exportEdit(resource.desired, seen, expected(resource.desired, plainNames(resource.desired), seen), variablesFound(seen.containers)),

  handOverRemoval: removalEdit,

  foreseen: (_desired) => ({}),
  outputs: (_observed) => ({}),

  create: write,
  update: (desired, _observed, _differences, hands) => write(desired, hands),
  async remove({ object }, hands) {
    const current = await hands.kubernetes.get({ apiVersion, kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' });
    if (current === undefined) return;
    // An apply without fields gives up all that the manager owned (Kubernetes, "Server-Side Apply", clearing managed fields).
    await hands.kubernetes.apply({ apiVersion, kind: object.kind, metadata: { namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' } });
  },

  settle: ({ workload, namespace }, hands) => rolledOut(workload.kind, namespace, workload.name, hands),
  settleRemoval: ({ object }, hands) => rolledOut(object.kind, object.metadata.namespace ?? '', object.metadata.name ?? '', hands),
  patience: {
    seconds: 900,
    id: 'roll-out-not-done',
    cause: 'The new pods do not become available, or old ones do not end.',
    remedy: 'Look at the pods (kubectl get pods, kubectl describe pod). Everything else is in place; run the same command again to wait on.',
  },
  // A pod started before the Secret is there would fail, or go on with the old key.
  afterSettled: true,

  permissions: [],
  clusterRules: [{ apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ['get', 'list', 'patch'] }],
  repeatable: [],
};

function observed(object: KubernetesObject, containers: readonly Container[], desired?: DesiredEnvironment): ObservedEnvironment {
  const keeper = gitOpsKeeper(object);
  const theirReferences = containers.flatMap((container) =>
    (desired?.variables ?? []).flatMap((variable) => {
      const there = container.variables.find(({ name }) => name === variable.name);
      const wanted = shownReference(variable, (variable.in === 'secret' ? desired?.secretName : desired?.configMapName) ?? '');
      return there !== undefined && !there.ours && shownVariable(there) === wanted ? [`${container.name}: ${variable.name}`] : [];
    }),
  );
  return { object, containers, theirReferences, ...(keeper === undefined ? {} : { keeper }) };
}

function fragmentOwner(object: KubernetesObject, owner: Owner): Ownership {
  const access = object.metadata.annotations?.[annotationKeys.access];
  if (access === undefined || access === owner.name) return ours;
  return { by: 'another-access', owner: { ...owner, name: access } };
}

/** One line for each variable of each container: `env AWS_REGION of app`. */
function expected(desired: DesiredEnvironment, resolve: Resolve, seen?: ObservedEnvironment): State {
  const lines: Record<string, string | undefined> = {};
  for (const container of seen?.containers ?? []) {
    // What we put there once and is not wanted any more shall go; what others put there is none of our business.
    for (const { name } of ownedVariables(container)) lines[line(name, container)] = '';
    for (const variable of desired.variables) {
      const source = resolve(variable.in === 'secret' ? desired.secret : desired.configMap);
      lines[line(variable.name, container)] = source === undefined ? undefined : shownReference(variable, source);
    }
  }
  if (desired.digest !== '') {
    lines['restart for credential'] = resolve(desired.credential);
    lines['restart for environment'] = desired.digest;
  }
  return lines;
}

function line(variable: string, container: Container): string {
  return `env ${variable} of ${container.name}`;
}

function shownReference(variable: PlacedVariable, source: string): string {
  return `${variable.in === 'secret' ? 'Secret' : 'ConfigMap'} ${source}, ${variable.key}`;
}

function variablesFound(containers: readonly Container[]): State {
  return Object.fromEntries(containers.flatMap((container) => container.variables.map((variable) => [line(variable.name, container), shownVariable(variable)])));
}

function annotationsFound(object: KubernetesObject): State {
  return {
    'restart for credential': textAt(object['spec'], 'template', 'metadata', 'annotations', annotationKeys.credential) ?? '',
    'restart for environment': textAt(object['spec'], 'template', 'metadata', 'annotations', annotationKeys.environment) ?? '',
  };
}

/** Names of Secret and ConfigMap are known before they exist; the key's id is not needed to compare variables. */
function plainNames(desired: DesiredEnvironment): Resolve {
  return (field) => (field === desired.secret ? desired.secretName : field === desired.configMap ? desired.configMapName : undefined);
}

async function write(desired: DesiredEnvironment, hands: Hands): Promise<Outputs> {
  const { workload, namespace } = desired;
  const target = { apiVersion, kind: workload.kind, namespace, name: workload.name };
  const object = await hands.kubernetes.get(target);
  if (object === undefined) throw new TypeError(`${workload.kind} ${workload.name} was there when the plan was made`);
  const containers = containersFor(object, workload.containers);
  const entry = (container: Container): Readonly<Record<string, unknown>> => ({
    name: container.name,
    env: desired.variables
      // What git or anybody else refers to rightly stays theirs: two owners of one field would only stand in each other's way.
      .filter((variable) => {
        const there = container.variables.find(({ name }) => name === variable.name);
        return there === undefined || there.ours;
      })
      .map((variable) => {
        const from = { name: hands.value(variable.in === 'secret' ? desired.secret : desired.configMap), key: variable.key };
        return { name: variable.name, valueFrom: variable.in === 'secret' ? { secretKeyRef: from } : { configMapKeyRef: from } };
      }),
  });
  const withVariables = (init: boolean): readonly Readonly<Record<string, unknown>>[] => containers.filter((container) => container.init === init).map(entry).filter(({ env }) => Array.isArray(env) && env.length > 0);
  const [plain, init] = [withVariables(false), withVariables(true)];
  const annotations = desired.digest === '' ? {} : { [annotationKeys.credential]: hands.value(desired.credential), [annotationKeys.environment]: desired.digest };
  await hands.kubernetes.apply({
    apiVersion,
    kind: workload.kind,
    metadata: { namespace, name: workload.name, annotations: { [annotationKeys.access]: hands.owner.name } },
    spec: {
      template: {
        ...(Object.keys(annotations).length === 0 ? {} : { metadata: { annotations } }),
        ...(plain.length + init.length === 0 ? {} : { spec: { ...(plain.length === 0 ? {} : { containers: plain }), ...(init.length === 0 ? {} : { initContainers: init }) } }),
      },
    },
  });
  return {};
}

/** Undefined when every pod is new; what it waits for otherwise. @throws AccessError `roll-out-stuck` */
async function rolledOut(kind: string, namespace: string, name: string, hands: Hands): Promise<string | undefined> {
  const object = await hands.kubernetes.get({ apiVersion, kind, namespace, name });
  if (object === undefined) return undefined;
  const { done, message, stuck } = rolloutStatus(object);
  if (stuck === undefined) return done ? undefined : message;
  const pods = await hands.kubernetes.list('v1', 'Pod', { namespace });
  const own = pods.filter(({ metadata }) => metadata.name?.startsWith(`${name}-`) === true);
  throw new AccessError('roll-out-stuck', `the roll-out of ${kind} ${name} does not come to its end`, {
    cause: `${rolloutStatus(object, own).stuck ?? stuck}.`,
    remedy: `Look at it: kubectl rollout status ${kind.toLowerCase()}/${name} -n ${namespace}. Then run the same command again.`,
    place: { resource: `${kind} ${name}` },
  });
}
