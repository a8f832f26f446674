import { isObject, type JsonObject, listAt, textAt } from '../object.ts';
import type { ObjectStore } from '../store.ts';
import type { User } from './users.ts';

/** What a call wants to do, as RBAC asks it. */
export interface Attributes {
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** For calls outside the resources: `/version`. */
  readonly path?: string;
}

const rbac = 'rbac.authorization.k8s.io/v1';

/** RBAC over the Roles and bindings in the store. `system:masters` may do everything; everybody may discover the API. */
export function isAllowed(store: ObjectStore, user: User, wanted: Attributes): boolean {
  if (user.groups.includes('system:masters')) return true;
  if (wanted.path !== undefined && isPublic(wanted.path, user)) return true;
  if (user.groups.includes('system:authenticated') && wanted.verb === 'create' && selfReviews.has(`${wanted.resource}.${wanted.group}`)) return true;
  return rulesFor(store, user, wanted.namespace).some((rule) => grants(rule, wanted));
}

const selfReviews = new Set(['selfsubjectaccessreviews.authorization.k8s.io', 'selfsubjectrulesreviews.authorization.k8s.io', 'selfsubjectreviews.authentication.k8s.io']);

/** The rules of every role bound to the user, cluster-wide and in the namespace. */
export function rulesFor(store: ObjectStore, user: User, namespace: string | undefined): readonly JsonObject[] {
  const wide = store.list(rbac, 'ClusterRoleBinding').filter((binding) => names(binding, user)).flatMap((binding) => rulesOf(store, binding, undefined));
  if (namespace === undefined || namespace === '') return wide;
  const local = store.list(rbac, 'RoleBinding', { namespace }).filter((binding) => names(binding, user)).flatMap((binding) => rulesOf(store, binding, namespace));
  return [...wide, ...local];
}

function rulesOf(store: ObjectStore, binding: JsonObject, namespace: string | undefined): readonly JsonObject[] {
  const [kind, name] = [textAt(binding, 'roleRef', 'kind') ?? '', textAt(binding, 'roleRef', 'name') ?? ''];
  const role = kind === 'Role' ? store.get({ apiVersion: rbac, kind, namespace, name }) : store.get({ apiVersion: rbac, kind: 'ClusterRole', name });
  return listAt(role, 'rules').filter(isObject);
}

function names(binding: JsonObject, user: User): boolean {
  return listAt(binding, 'subjects').some((subject) => {
    const name = textAt(subject, 'name') ?? '';
    switch (textAt(subject, 'kind')) {
      case 'User':
        return name === user.username;
      case 'Group':
        return user.groups.includes(name);
      case 'ServiceAccount':
        return user.username === `system:serviceaccount:${textAt(subject, 'namespace') ?? ''}:${name}`;
      default:
        return false;
    }
  });
}

/** Does one rule of a role allow it? */
export function grants(rule: JsonObject, wanted: Attributes): boolean {
  const has = (field: string, value: string): boolean => listAt(rule, field).some((each) => each === '*' || each === value);
  if (!has('verbs', wanted.verb)) return false;
  if (wanted.path !== undefined) return listAt(rule, 'nonResourceURLs').some((each) => each === wanted.path || (typeof each === 'string' && each.endsWith('*') && wanted.path!.startsWith(each.slice(0, -1))));
  const resource = wanted.subresource === undefined || wanted.subresource === '' ? (wanted.resource ?? '') : `${wanted.resource}/${wanted.subresource}`;
  const onNames = listAt(rule, 'resourceNames');
  const fits = has('resources', resource) || (wanted.subresource !== undefined && listAt(rule, 'resources').includes(`*/${wanted.subresource}`));
  return has('apiGroups', wanted.group ?? '') && fits && (onNames.length === 0 || onNames.includes(wanted.name ?? ''));
}

/** The bootstrap roles system:discovery and system:public-info-viewer; the OIDC documents are open here, as keyless access needs them. */
function isPublic(path: string, user: User): boolean {
  if (/^\/(version|healthz|livez|readyz|openid\/v1\/jwks|\.well-known\/openid-configuration)(\/|$)/.test(path)) return true;
  return user.groups.includes('system:authenticated') && /^\/(api|apis|openapi)(\/|$)/.test(path);
}

/** `User "x" cannot get resource "secrets" in API group "" in the namespace "y"` (apiserver: responsewriters/errors.go). */
export function refusalWords(user: User, wanted: Attributes): string {
  const name = `User ${JSON.stringify(user.username)}`;
  if (wanted.path !== undefined) return `${name} cannot ${wanted.verb} path ${JSON.stringify(wanted.path)}`;
  const resource = wanted.subresource === undefined || wanted.subresource === '' ? (wanted.resource ?? '') : `${wanted.resource}/${wanted.subresource}`;
  const where = wanted.namespace === undefined || wanted.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(wanted.namespace)}`;
  return `${name} cannot ${wanted.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(wanted.group ?? '')} ${where}`;
}
