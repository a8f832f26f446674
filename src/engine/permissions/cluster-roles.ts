import { jobOf, keyCredentialsOf } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import { kinds } from '../../resources/index.ts';
import { podIdentityAgent } from '../../resources/pod-identity.ts';
import { sessionSecretNames } from '../../resources/session.ts';
import { jobClusterName } from '../../resources/credential-job-objects.ts';
import { jobRules, jobRulesOfCluster, type RoleRule } from '../../resources/credential-job-rules.ts';

/** Kinds that lie in no namespace; their rules need a ClusterRole. */
const clusterWide: ReadonlySet<string> = new Set(['clustersecretstores', 'clusterissuers', 'namespaces']);

/** To be bound to whomever the platform lets run the program. */
export const programGroup = 'bedrock-access';

const rbacGroup = 'rbac.authorization.k8s.io';
const apiVersion = `${rbacGroup}/v1`;

/**
 * ClusterRole, Roles and their bindings for the program itself: what its kinds declare (`clusterRules`) and what the
 * engine adds (Lease, revisions, pods to wait for). Bound to the group `bedrock-access`.
 */
export function programRoles(access: Access, { verifyFromCluster = false }: ClusterExtras = {}): readonly KubernetesObject[] {
  const { namespace, name } = access.metadata;
  const declared = kinds.flatMap(({ kind, clusterRules = [] }) => clusterRules.flatMap(eachResource).flatMap((rule) => narrowed(kind, rule, access)));
  const own = `bedrock-access-${namespace}-${name}`;
  const wide = [...declared.filter(isWide), ...engineRulesOfCluster(access), ...jobMakerRulesOfCluster(access)];
  const local = [...declared.filter((rule) => !isWide(rule)), ...engineRules(name), ...identityRules(access), ...jobMakerRules(access), ...(verifyFromCluster ? probeRules : [])];
  return [
    ...role('ClusterRole', own, merged(wide)),
    ...role('Role', own, merged(local), namespace),
    // The cluster's id, where the platform has set one.
    ...role('Role', own, [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: ['bedrock-access'] }, ...agentRules(access)], 'kube-system'),
  ];
}

/** What is only granted where it was asked for. */
export interface ClusterExtras {
  /** For `verify --from-cluster`. */
  readonly verifyFromCluster?: boolean;
}

/** A Job in the place of the workload, and its log. Who may make Jobs in a namespace can use its ServiceAccounts and Secrets: hence not by default. */
const probeRules: readonly RoleRule[] = [
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
];

function engineRulesOfCluster({ metadata, spec }: Access): readonly RoleRule[] {
  return [
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get'], resourceNames: ['kube-system', metadata.namespace] },
    // A store's service account names the role that the store reads with; a cluster's store may refer to one of any namespace.
    ...(keyCredentialsOf(spec.credentials) === undefined ? [] : [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['get'] }]),
    // `list` shows every access of the cluster, by its revisions.
    { apiGroups: ['apps'], resources: ['controllerrevisions'], verbs: ['list'] },
    // Reloader, wherever it runs, says by its arguments which workloads it restarts.
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] },
  ];
}

function engineRules(name: string): readonly RoleRule[] {
  return [
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'update', 'delete'], resourceNames: [`bedrock-access-${name}`] },
    { apiGroups: ['apps'], resources: ['controllerrevisions'], verbs: ['get', 'list', 'create', 'update', 'delete'] },
    // Whether a roll-out has come to its end, and what a pod holds, shows in the pods.
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    { apiGroups: ['bedrock-access.dev'], resources: ['bedrockaccesses'], verbs: ['get'] },
  ];
}

/**
 * `verify` gets a session as the pods do: with a token of the one ServiceAccount that the role trusts. With EKS Pod Identity
 * a dry run tells whether a new pod would be given its identity; who may change the workload's template can make pods as it is.
 */
function identityRules({ metadata, spec }: Access): readonly RoleRule[] {
  const { webIdentity, podIdentity, session } = spec.credentials;
  const account = (webIdentity ?? podIdentity)?.serviceAccount;
  return [
    ...(account === undefined ? [] : [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'], resourceNames: [account] }]),
    ...(podIdentity === undefined ? [] : [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }]),
    // Of both names: of an access that was in another delivery before, what is left is looked for. A name cannot bind what is made (Kubernetes docs, "Using RBAC Authorization", referring to resources).
    ...(session === undefined
      ? []
      : [
          { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
          { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'delete'], resourceNames: Object.values(sessionSecretNames(metadata.name)) },
          { apiGroups: [''], resources: ['secrets'], verbs: ['update'], resourceNames: [sessionSecretNames(metadata.name)[session.delivery === 'api-key' ? 'apiKey' : 'session']] },
        ]),
  ];
}

/** The agent of EKS Pod Identity, where it is no add-on. */
function agentRules({ spec }: Access): readonly RoleRule[] {
  return spec.credentials.podIdentity === undefined ? [] : [{ apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['get'], resourceNames: [podIdentityAgent] }];
}

/**
 * To make the CronJob that rotates or renews, and what that may do. The API server lets nobody grant what they may not do themselves
 * (Kubernetes docs, "Using RBAC Authorization", privilege escalation prevention): so the CronJob's rules are the program's too.
 */
function jobMakerRules(access: Access): readonly RoleRule[] {
  if (jobOf(access.spec.credentials) === undefined) return [];
  const made = [['', 'serviceaccounts'], [rbacGroup, 'roles'], [rbacGroup, 'rolebindings'], ['batch', 'cronjobs']];
  return [...made.map(([group = '', resource = '']) => ({ apiGroups: [group], resources: [resource], verbs: ['get', 'create', 'update', 'delete'] })), ...jobRules(access).flatMap(eachResource)];
}

function jobMakerRulesOfCluster(access: Access): readonly RoleRule[] {
  const job = jobOf(access.spec.credentials);
  if (job === undefined) return [];
  const resourceNames = [jobClusterName(access.metadata.namespace, job.name)];
  return [
    ...['clusterroles', 'clusterrolebindings'].flatMap((resource) => [
      { apiGroups: [rbacGroup], resources: [resource], verbs: ['create'] },
      { apiGroups: [rbacGroup], resources: [resource], verbs: ['get', 'update', 'delete'], resourceNames },
    ]),
    ...jobRulesOfCluster(access).flatMap(eachResource),
  ];
}

function eachResource(rule: RoleRule): readonly RoleRule[] {
  return rule.resources.map((resource) => ({ ...rule, resources: [resource] }));
}

function isWide({ resources }: RoleRule): boolean {
  return resources.some((resource) => clusterWide.has(resource));
}

/** What this access needs of what its kinds can need. */
function narrowed(kind: string, rule: RoleRule, { spec: { credentials } }: Access): readonly RoleRule[] {
  const [resource = ''] = rule.resources;
  const only = (...verbs: readonly string[]): readonly RoleRule[] => [{ ...rule, verbs: rule.verbs.filter((verb) => verbs.includes(verb)) }];
  const store = keyCredentialsOf(credentials)?.secretStore;
  switch (kind) {
    case 'external-secret':
      // Of an access in another mode what was left is searched for; `migrate`, which works in both, takes it away.
      return store !== undefined ? [rule] : only('list', ...(resource === 'secrets' ? ['get'] : []));
    case 'secret-store': {
      const declares = store !== undefined && resource === `${store.kind.toLowerCase()}s`;
      // One that others make is only looked at; one of ours of the other kind is what an earlier declaration made.
      if (store?.create !== true) return only('list', ...(declares ? ['get'] : []));
      return declares ? [rule] : only('get', 'list', 'delete');
    }
    case 'certificate': {
      // cert-manager is none of the affair of an access in another mode.
      const issuer = credentials.rolesAnywhere?.issuer;
      if (issuer === undefined || (resource.endsWith('issuers') && resource !== `${issuer.kind.toLowerCase()}s`)) return [];
      return [rule];
    }
    default:
      return [rule];
  }
}

/** One rule for each set of verbs on a group's kinds. */
function merged(rules: readonly RoleRule[]): readonly RoleRule[] {
  const verbsOf = new Map<string, { readonly group: string; readonly resource: string; readonly names: string; readonly verbs: Set<string> }>();
  for (const { apiGroups: [group = ''], resources: [resource = ''], verbs, resourceNames = [] } of rules) {
    const key = `${group} ${resource} ${resourceNames.join(',')}`;
    const entry = verbsOf.get(key) ?? { group, resource, names: resourceNames.join(','), verbs: new Set() };
    for (const verb of verbs) entry.verbs.add(verb);
    verbsOf.set(key, entry);
  }
  const together = Map.groupBy(verbsOf.values(), ({ group, names, verbs }) => `${group} ${names} ${[...verbs].sort().join(',')}`);
  return [...together.values()].map((entries) => {
    const [{ group, names, verbs } = { group: '', names: '', verbs: new Set<string>() }] = entries;
    return { apiGroups: [group], resources: entries.map(({ resource }) => resource), verbs: [...verbs], ...(names === '' ? {} : { resourceNames: names.split(',') }) };
  });
}

function role(kind: 'ClusterRole' | 'Role', name: string, rules: readonly RoleRule[], namespace?: string): readonly KubernetesObject[] {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return [
    { apiVersion, kind, metadata, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: rbacGroup, kind, name },
      subjects: [{ apiGroup: rbacGroup, kind: 'Group', name: programGroup }],
    },
  ];
}
