/**
 * The CronJob that rotates a key or renews a session without anyone's laptop, with its ServiceAccount and what that may do: whole
 * objects of ours, by their labels. A rotation itself neither looks at them nor changes them: what runs it is not its to decide.
 */
import { createHash } from 'node:crypto';
import { jobOf } from '../access/credential-mode.ts';
import type { KubernetesObject, ObjectReference } from '../kubernetes/types.ts';
import { gitOpsKeeper } from './gitops.ts';
import { at, canonicalJson, projected, recordsAt, textAt } from './json.ts';
import type { Hands, Outputs, Reference, ResourceKind, State, Stray } from './kind.ts';
import { reference } from './kind.ts';
import { ownerLabels, ownerSelector, ownershipByLabels } from './owner.ts';
import { jobClusterName, jobObjects, type JobPart } from './credential-job-objects.ts';
import { removeObject, replaceWith } from './whole-object.ts';

export interface DesiredJobObject {
  readonly object: KubernetesObject;
  /** What is made before it, and removed after it. */
  readonly after: readonly Reference[];
}

const after: Readonly<Record<JobPart, readonly JobPart[]>> = {
  'service-account': [],
  role: ['service-account'],
  'cluster-role': ['service-account'],
  'role-binding': ['role'],
  'cluster-role-binding': ['cluster-role'],
  'cron-job': ['role-binding', 'cluster-role-binding'],
};

export const credentialJob: ResourceKind<DesiredJobObject, KubernetesObject> = {
  kind: 'credential-job',
  where: 'kubernetes',

  desired({ access }) {
    const kept = access.spec.managedBy.cluster === 'manifests';
    const { field } = jobOf(access.spec.credentials) ?? {};
    return [...jobObjects(access)].map(([key, object]) => ({
      kind: 'credential-job',
      key,
      name: `${object.kind} ${object.metadata.name ?? ''}`,
      ...(field === undefined ? {} : { nameField: `${field}.name` }),
      desired: { object, after: after[key].map((other) => reference('credential-job', other, 'name')) },
      ...(kept ? { required: true } : {}),
    }));
  },
  identity: ({ desired: { object } }) => identityOf(object),

  observe: ({ desired }, readings) => readings.object(referenceTo(desired.object)),
  async strays(where, readings) {
    if (!where.sweep) return [];
    // The ServiceAccount is made first and goes last: where there is none, there is nothing.
    const { namespace } = where.owner;
    const accounts = await readings.objects('v1', 'ServiceAccount', { namespace, labelSelector: ownerSelector(where.owner) });
    const found = await Promise.all(accounts.map(async ({ metadata }) => Promise.all(namesakes(namespace, metadata.name ?? '').map((target) => readings.object(target)))));
    return found
      .flat()
      .filter((object) => object !== undefined)
      .filter((object) => !where.accounted.has(identityOf(object)))
      .map((observed): Stray<KubernetesObject> => ({ name: `${observed.kind} ${observed.metadata.name ?? ''}`, observed, reason: 'carries the labels of this access' }));
  },
  ownership: ownershipByLabels,

  expected: ({ object }, _resolve, observed) => ({
    // A rule that somebody added shall go.
    ...(observed === undefined ? {} : Object.fromEntries(Object.keys(ruleLines(observed)).map((line) => [line, '']))),
    ...linesOf(object),
  }),
  found: linesOf,
  keptBy: gitOpsKeeper,

  foreseen: ({ object }) => ({ name: object.metadata.name ?? '' }),
  outputs: ({ metadata }) => ({ name: metadata.name ?? '' }),

  async create({ object }, hands) {
    await hands.kubernetes.create({ ...object, metadata: { ...object.metadata, labels: ownerLabels(hands.owner) } });
    return { name: object.metadata.name ?? '' };
  },
  update: ({ object }, observed, _differences, hands) => changed(object, observed, hands),
  remove: (observed, hands) => removeObject(observed, hands),

  permissions: [],
  // The others only where a CronJob is declared: `engine/permissions/cluster-roles.ts`.
  clusterRules: [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['list'] }],
  repeatable: [],
};

/** What a binding binds cannot be changed: it is made anew (Kubernetes docs, "Using RBAC Authorization", RoleBinding). */
async function changed(object: KubernetesObject, observed: KubernetesObject, hands: Hands): Promise<Outputs> {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...fields } = object;
  if (canonicalJson(observed['roleRef'] ?? null) === canonicalJson(object['roleRef'] ?? null)) await replaceWith(observed, fields, hands);
  else {
    await removeObject(observed, hands);
    await hands.kubernetes.create({ ...object, metadata: { ...metadata, labels: { ...observed.metadata.labels, ...ownerLabels(hands.owner) } } });
  }
  return { name: metadata.name ?? '' };
}

function referenceTo({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  return { apiVersion, kind, name: metadata.name ?? '', ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) };
}

function identityOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

/** Everything that belongs to a ServiceAccount of this name. */
function namesakes(namespace: string, name: string): readonly ObjectReference[] {
  const rbac = 'rbac.authorization.k8s.io/v1';
  const wide = jobClusterName(namespace, name);
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name },
    { apiVersion: rbac, kind: 'Role', namespace, name },
    { apiVersion: rbac, kind: 'RoleBinding', namespace, name },
    { apiVersion: rbac, kind: 'ClusterRole', name: wide },
    { apiVersion: rbac, kind: 'ClusterRoleBinding', name: wide },
    { apiVersion: 'batch/v1', kind: 'CronJob', namespace, name },
  ];
}

/** What a person reads on lines of its own, and the rest as a digest. */
function linesOf(object: KubernetesObject): State {
  switch (object.kind) {
    case 'ServiceAccount':
      return { ServiceAccount: 'in place' };
    case 'Role':
    case 'ClusterRole':
      return ruleLines(object);
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      return { role: `${textAt(object, 'roleRef', 'kind') ?? ''} ${textAt(object, 'roleRef', 'name') ?? ''}`, subjects: recordsAt(object, 'subjects').map(subjectShown).sort().join(', ') };
    default:
      return cronJobLines(object);
  }
}

/** `may secrets bedrock-credentials`: `get`. */
function ruleLines(object: KubernetesObject): State {
  if (!object.kind.endsWith('Role')) return {};
  return Object.fromEntries(
    recordsAt(object, 'rules').map((rule) => {
      const resources = texts(rule['apiGroups']).flatMap((group) => texts(rule['resources']).map((resource) => (group === '' ? resource : `${resource}.${group}`)));
      const what = [...resources, ...texts(rule['nonResourceURLs'])].sort().join(',');
      const names = texts(rule['resourceNames']).toSorted().join(',');
      return [`may ${what}${names === '' ? '' : ` ${names}`}`, texts(rule['verbs']).toSorted().join(',')] as const;
    }),
  );
}

function subjectShown(subject: unknown): string {
  const namespace = textAt(subject, 'namespace');
  return `${textAt(subject, 'kind') ?? ''} ${namespace === undefined ? '' : `${namespace}/`}${textAt(subject, 'name') ?? ''}`;
}

function cronJobLines(object: KubernetesObject): State {
  const pod = at(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
  const [container] = recordsAt(pod, 'containers');
  const spec = projected(at(object, 'spec'), shapeOf(recordsAt(pod, 'containers').length));
  return {
    schedule: textAt(object, 'spec', 'schedule') ?? '',
    suspended: at(object, 'spec', 'suspend') === true ? 'yes' : 'no',
    image: textAt(container, 'image') ?? '',
    runs: texts(container?.['args']).join(' '),
    'service account': textAt(pod, 'serviceAccountName') ?? '',
    'digest of the spec': createHash('sha256').update(canonicalJson(spec)).digest('hex').slice(0, 16),
  };
}

/** Fields that decide what runs and as whom; what later versions of Kubernetes fill in by themselves falls away before comparing. */
function shapeOf(containers: number): unknown {
  const container = { name: '', image: '', command: true, args: true, env: true, envFrom: true, resources: true, securityContext: true, volumeMounts: true };
  const pod = { serviceAccountName: '', restartPolicy: '', hostNetwork: '', hostPID: '', securityContext: true, initContainers: true, volumes: true, containers: Array.from({ length: containers }, () => container) };
  return { concurrencyPolicy: '', successfulJobsHistoryLimit: '', failedJobsHistoryLimit: '', jobTemplate: { spec: { backoffLimit: '', activeDeadlineSeconds: '', template: { spec: pod } } } };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
