import { type JsonObject, isObject, listAt, numberAt, objectAt, sameJson, type StoredObject, textAt } from '../object.ts';
import type { ResourceType, ScalePaths } from '../resource-type.ts';
import { selectorMatches } from '../selectors.ts';
import type { StatusCause } from '../status-error.ts';
import { forbiddenChange, immutable, invalidValue, required, unsupported } from '../validation/causes.ts';
import { builtIn } from './built-in.ts';
import { withTemplateDefaults } from './pod-defaults.ts';
import { podSpecProblems } from './pod-validation.ts';

// k8s.io/kubernetes/pkg/apis/{apps,batch}/v1/defaults.go and …/validation/validation.go

const scale: ScalePaths = { specReplicas: ['spec', 'replicas'], statusReplicas: ['status', 'replicas'], selector: ['spec', 'selector'] };

/** The kinds of `apps/v1` and `batch/v1`. */
export const workloadTypes: readonly ResourceType[] = [
  builtIn({
    group: 'apps',
    kind: 'Deployment',
    resource: 'deployments',
    shortNames: ['deploy'],
    categories: ['all'],
    namespaced: true,
    status: true,
    scale,
    generation: 'spec and annotations',
    defaults: (object) => withSpec(object, (spec) => ({ progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10, ...spec, strategy: deploymentStrategy(spec), template: withTemplateDefaults(spec['template']) })),
    prepareCreate: (object) => ({ ...object, status: {} }),
    validate: workloadProblems,
  }),
  builtIn({
    group: 'apps',
    kind: 'ReplicaSet',
    resource: 'replicasets',
    shortNames: ['rs'],
    categories: ['all'],
    namespaced: true,
    status: true,
    scale,
    generation: 'spec',
    defaults: (object) => withSpec(object, (spec) => ({ replicas: 1, ...spec, template: withTemplateDefaults(spec['template']) })),
    prepareCreate: (object) => ({ ...object, status: { replicas: 0 } }),
    validate: workloadProblems,
  }),
  builtIn({
    group: 'apps',
    kind: 'StatefulSet',
    resource: 'statefulsets',
    shortNames: ['sts'],
    categories: ['all'],
    namespaced: true,
    status: true,
    scale,
    generation: 'spec',
    defaults: (object) => withSpec(object, withStatefulSetDefaults),
    prepareCreate: (object) => ({ ...object, status: { availableReplicas: 0, replicas: 0 } }),
    validate: (object, old) => [...workloadProblems(object, old), ...(old === undefined ? [] : statefulSetChangeProblems(object, old))],
  }),
  builtIn({
    group: 'apps',
    kind: 'DaemonSet',
    resource: 'daemonsets',
    shortNames: ['ds'],
    categories: ['all'],
    namespaced: true,
    status: true,
    generation: 'spec',
    defaults: (object) => ({
      ...withSpec(object, (spec) => ({ revisionHistoryLimit: 10, ...spec, template: withTemplateDefaults(spec['template']), updateStrategy: daemonSetStrategy(spec) })),
      // The generation of extensions/v1beta1 lives on in an annotation (apps/v1/conversion.go).
      metadata: { ...objectAt(object, 'metadata'), annotations: { 'deprecated.daemonset.template.generation': '1', ...objectAt(object, 'metadata', 'annotations') } },
    }),
    prepareCreate: (object) => ({ ...object, status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 } }),
    validate: workloadProblems,
  }),
  builtIn({ group: 'apps', kind: 'ControllerRevision', resource: 'controllerrevisions', namespaced: true, validate: revisionProblems }),
  builtIn({
    group: 'batch',
    kind: 'Job',
    resource: 'jobs',
    categories: ['all'],
    namespaced: true,
    status: true,
    generation: 'spec',
    defaults: (object) => withSpec(object, withJobDefaults),
    prepareCreate: withJobSelector,
    validate: (object, old) => [
      ...podSpecProblems(objectAt(object, 'spec', 'template', 'spec'), 'spec.template.spec'),
      ...jobRestartProblems(object, 'spec.template.spec'),
      ...(old !== undefined && !sameJson(objectAt(object, 'spec', 'template'), objectAt(old, 'spec', 'template')) ? [immutable('spec.template', objectAt(object, 'spec', 'template'))] : []),
    ],
  }),
  builtIn({
    group: 'batch',
    kind: 'CronJob',
    resource: 'cronjobs',
    shortNames: ['cj'],
    categories: ['all'],
    namespaced: true,
    status: true,
    generation: 'spec',
    defaults: (object) =>
      withSpec(object, (spec) => ({
        concurrencyPolicy: 'Allow',
        failedJobsHistoryLimit: 1,
        successfulJobsHistoryLimit: 3,
        suspend: false,
        ...spec,
        jobTemplate: { ...objectAt(spec, 'jobTemplate'), metadata: objectAt(spec, 'jobTemplate', 'metadata'), spec: { ...objectAt(spec, 'jobTemplate', 'spec'), template: withTemplateDefaults(objectAt(spec, 'jobTemplate', 'spec')['template']) } },
      })),
    prepareCreate: (object) => ({ ...object, status: {} }),
    validate: (object) => [
      ...(textAt(object, 'spec', 'schedule') === undefined ? [required('spec.schedule')] : []),
      ...podSpecProblems(objectAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec'), 'spec.jobTemplate.spec.template.spec'),
    ],
  }),
];

function withSpec(object: JsonObject, change: (spec: JsonObject) => JsonObject): JsonObject {
  return { ...object, spec: change(objectAt(object, 'spec')) };
}

function deploymentStrategy(spec: JsonObject): JsonObject {
  const strategy = objectAt(spec, 'strategy');
  const type = textAt(strategy, 'type') ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...strategy, type };
  return { ...strategy, type, rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%', ...objectAt(strategy, 'rollingUpdate') } };
}

function daemonSetStrategy(spec: JsonObject): JsonObject {
  const strategy = objectAt(spec, 'updateStrategy');
  const type = textAt(strategy, 'type') ?? 'RollingUpdate';
  return type === 'RollingUpdate' ? { ...strategy, type, rollingUpdate: { maxSurge: 0, maxUnavailable: 1, ...objectAt(strategy, 'rollingUpdate') } } : { ...strategy, type };
}

function withStatefulSetDefaults(spec: JsonObject): JsonObject {
  const strategy = objectAt(spec, 'updateStrategy');
  const type = textAt(strategy, 'type') ?? 'RollingUpdate';
  const claims = spec['volumeClaimTemplates'];
  return {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    ...spec,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain', ...objectAt(spec, 'persistentVolumeClaimRetentionPolicy') },
    template: withTemplateDefaults(spec['template']),
    updateStrategy: type === 'RollingUpdate' ? { ...strategy, type, rollingUpdate: { partition: 0, ...objectAt(strategy, 'rollingUpdate') } } : { ...strategy, type },
    ...(Array.isArray(claims) ? { volumeClaimTemplates: claims.map(withClaimDefaults) } : {}),
  };
}

function withClaimDefaults(claim: unknown): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...objectAt(claim),
    spec: { volumeMode: 'Filesystem', ...objectAt(claim, 'spec') },
    status: { phase: 'Pending', ...objectAt(claim, 'status') },
  };
}

function withJobDefaults(spec: JsonObject): JsonObject {
  const both = spec['completions'] === undefined && spec['parallelism'] === undefined;
  return {
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    ...(both ? { completions: 1 } : {}),
    manualSelector: false,
    parallelism: 1,
    podReplacementPolicy: 'TerminatingOrFailed',
    suspend: false,
    ...spec,
    template: withTemplateDefaults(spec['template']),
  };
}

/** A Job's pods are found by the Job's uid (job/strategy.go: generateSelector). */
function withJobSelector(job: StoredObject): StoredObject {
  const spec = objectAt(job, 'spec');
  if (spec['manualSelector'] === true) return { ...job, status: {} };
  const { uid, name } = job.metadata;
  const labels = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'job-name': name };
  const metadata = objectAt(spec, 'template', 'metadata');
  const template = { ...objectAt(spec, 'template'), metadata: { ...metadata, labels: { ...objectAt(metadata, 'labels'), ...labels } } };
  // A Job without labels takes its template's (batch/v1/defaults.go, made after the template had its own).
  const own = job.metadata.labels ?? template.metadata.labels;
  return { ...job, metadata: { ...job.metadata, labels: own }, spec: { ...spec, selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }, template }, status: {} };
}

function workloadProblems(object: JsonObject, old: StoredObject | undefined): readonly StatusCause[] {
  const spec = objectAt(object, 'spec');
  const problems: StatusCause[] = [];
  const selector = spec['selector'];
  const replicas = numberAt(spec, 'replicas');
  if (replicas !== undefined && replicas < 0) problems.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
  if (!isObject(selector)) problems.push(required('spec.selector'));
  else if (Object.keys(objectAt(selector, 'matchLabels')).length === 0 && listAt(selector, 'matchExpressions').length === 0) {
    problems.push(invalidValue('spec.selector', selector, 'empty selector is invalid for deployment'));
  }
  const labels = textLabels(objectAt(spec, 'template', 'metadata', 'labels'));
  if (!isObject(selector) || !selectorMatches(selector, labels)) {
    problems.push(invalidValue('spec.template.metadata.labels', Object.keys(labels).length === 0 ? null : labels, '`selector` does not match template `labels`'));
  }
  problems.push(...podSpecProblems(objectAt(spec, 'template', 'spec'), 'spec.template.spec'));
  const restart = textAt(spec, 'template', 'spec', 'restartPolicy');
  if (restart !== undefined && restart !== 'Always') problems.push(unsupported('spec.template.spec.restartPolicy', restart, ['Always']));
  if (object['kind'] === 'Deployment') problems.push(...rolloutProblems(spec));
  if (old !== undefined && !sameJson(selector, objectAt(old, 'spec')['selector'])) problems.push(immutable('spec.selector', selector));
  return problems;
}

/** apps/validation: ValidateDeploymentSpec, from the strategy on. */
function rolloutProblems(spec: JsonObject): readonly StatusCause[] {
  const problems: StatusCause[] = [];
  const strategy = objectAt(spec, 'strategy');
  const { maxSurge, maxUnavailable } = objectAt(strategy, 'rollingUpdate');
  const none = (amount: unknown): boolean => amount === 0 || amount === '0%';
  if (strategy['type'] === 'Recreate' && strategy['rollingUpdate'] !== undefined) {
    problems.push(forbiddenChange('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'"));
  } else if (strategy['type'] === 'RollingUpdate' && none(maxSurge) && none(maxUnavailable)) {
    problems.push(invalidValue('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  } else if (strategy['type'] !== 'Recreate' && strategy['type'] !== 'RollingUpdate') {
    problems.push(unsupported('spec.strategy', { Type: strategy['type'], RollingUpdate: strategy['rollingUpdate'] ?? null }, ['Recreate', 'RollingUpdate']));
  }
  for (const field of ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']) {
    const amount = numberAt(spec, field);
    if (amount !== undefined && amount < 0) problems.push(invalidValue(`spec.${field}`, amount, 'must be greater than or equal to 0'));
  }
  const [deadline, ready] = [numberAt(spec, 'progressDeadlineSeconds') ?? 600, numberAt(spec, 'minReadySeconds') ?? 0];
  if (deadline <= ready) problems.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  return problems;
}

function textLabels(labels: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

function statefulSetChangeProblems(object: JsonObject, old: StoredObject): readonly StatusCause[] {
  const frozen = (each: JsonObject): JsonObject => {
    const {
      replicas: _replicas,
      ordinals: _ordinals,
      template: _template,
      updateStrategy: _strategy,
      revisionHistoryLimit: _history,
      persistentVolumeClaimRetentionPolicy: _retention,
      minReadySeconds: _seconds,
      selector: _selector,
      ...rest
    } = objectAt(each, 'spec');
    return rest;
  };
  if (sameJson(frozen(object), frozen(old))) return [];
  return [
    forbiddenChange(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ];
}

function jobRestartProblems(object: JsonObject, place: string): readonly StatusCause[] {
  const restart = textAt(object, 'spec', 'template', 'spec', 'restartPolicy');
  return restart === 'OnFailure' || restart === 'Never' ? [] : [{ ...required(`${place}.restartPolicy`, 'valid values: "OnFailure", "Never"') }];
}

/** Data of a revision never changes (apps/validation: ValidateControllerRevisionUpdate). */
function revisionProblems(object: JsonObject, old: StoredObject | undefined): readonly StatusCause[] {
  const revision = numberAt(object, 'revision') ?? 0;
  return [
    ...(revision < 0 ? [invalidValue('revision', revision, 'must be greater than or equal to 0')] : []),
    ...(object['data'] === undefined || object['data'] === null ? [required('data', 'data is mandatory')] : []),
    ...(old !== undefined && !sameJson(object['data'], old['data']) ? [immutable('data', object['data'])] : []),
  ];
}
