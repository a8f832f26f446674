import { Buffer } from 'node:buffer';
import { type Attributes, isAllowed, rulesFor } from '../access/authorization.ts';
import type { User } from '../access/users.ts';
import { isObject, type JsonObject, listAt, objectAt, textAt } from '../object.ts';
import type { ServerContext } from '../server-context.ts';
import { badRequest, invalid } from '../status-error.ts';
import { invalidValue } from '../validation/causes.ts';
import type { ResourceCall } from './call.ts';

/** Kinds that are asked, never kept: the answer is the status of what was posted. */
export const reviewKinds: Readonly<Record<string, { readonly kind: string; readonly namespaced: boolean }>> = {
  'authentication.k8s.io/tokenreviews': { kind: 'TokenReview', namespaced: false },
  'authentication.k8s.io/selfsubjectreviews': { kind: 'SelfSubjectReview', namespaced: false },
  'authorization.k8s.io/selfsubjectaccessreviews': { kind: 'SelfSubjectAccessReview', namespaced: false },
  'authorization.k8s.io/subjectaccessreviews': { kind: 'SubjectAccessReview', namespaced: false },
  'authorization.k8s.io/localsubjectaccessreviews': { kind: 'LocalSubjectAccessReview', namespaced: true },
  'authorization.k8s.io/selfsubjectrulesreviews': { kind: 'SelfSubjectRulesReview', namespaced: false },
};

export function review(kind: string, { body, user, at }: Pick<ResourceCall, 'body' | 'user' | 'at'>, context: ServerContext): JsonObject {
  if (!isObject(body)) throw badRequest('EOF');
  const spec = objectAt(body, 'spec');
  const answer = (status: JsonObject): JsonObject => ({ kind, apiVersion: `${at.group}/${at.version}`, metadata: objectAt(body, 'metadata'), ...(kind === 'SelfSubjectReview' ? {} : { spec }), status });
  switch (kind) {
    case 'TokenReview':
      return answer(tokenStatus(spec, context));
    case 'SelfSubjectReview':
      return answer({ userInfo: userInfo(user) });
    case 'SelfSubjectAccessReview':
      return answer(accessStatus(user, spec, context));
    case 'SelfSubjectRulesReview':
      return answer(rulesStatus(user, textAt(spec, 'namespace') ?? '', context));
    default:
      return answer(accessStatus({ username: textAt(spec, 'user') ?? '', groups: listAt(spec, 'groups').map(String) }, spec, context));
  }
}

function tokenStatus(spec: JsonObject, { authenticator, signer }: ServerContext): JsonObject {
  const token = textAt(spec, 'token') ?? '';
  const found = authenticator.ofToken(token);
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  if (found === undefined) return { user: {}, error: 'invalid bearer token' };
  const wanted = listAt(spec, 'audiences').map(String);
  const granted = tokenAudiences(token) ?? [signer.issuer];
  const audiences = wanted.length === 0 ? granted.filter((audience) => audience === signer.issuer) : wanted.filter((audience) => granted.includes(audience));
  if (audiences.length === 0) return { user: {}, error: `[invalid bearer token, token audiences ${JSON.stringify(granted)} is invalid for the target audiences ${JSON.stringify(wanted)}]` };
  return { authenticated: true, user: userInfo(found), audiences };
}

function tokenAudiences(token: string): readonly string[] | undefined {
  const [, body] = token.split('.');
  if (body === undefined) return undefined;
  const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
  return isObject(claims) ? listAt(claims, 'aud').map(String) : undefined;
}

function userInfo({ username, uid, groups, extra }: User): JsonObject {
  return { username, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) };
}

function accessStatus(user: User, spec: JsonObject, { store }: ServerContext): JsonObject {
  if (isObject(spec['resourceAttributes']) === isObject(spec['nonResourceAttributes'])) {
    throw invalid('authorization.k8s.io', '', '', [invalidValue('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')]);
  }
  const path = textAt(spec, 'nonResourceAttributes', 'path');
  const attributes = objectAt(spec, 'resourceAttributes');
  const wanted: Attributes =
    path === undefined
      ? {
          verb: textAt(attributes, 'verb') ?? '',
          group: textAt(attributes, 'group') ?? '',
          resource: textAt(attributes, 'resource') ?? '',
          subresource: textAt(attributes, 'subresource') ?? '',
          namespace: textAt(attributes, 'namespace') ?? '',
          name: textAt(attributes, 'name') ?? '',
        }
      : { verb: textAt(spec, 'nonResourceAttributes', 'verb') ?? 'get', path };
  return { allowed: isAllowed(store, user, wanted) };
}

function rulesStatus(user: User, namespace: string, { store }: ServerContext): JsonObject {
  const everything: JsonObject = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const rules: readonly JsonObject[] = user.groups.includes('system:masters') ? [everything] : rulesFor(store, user, namespace);
  return {
    resourceRules: rules.filter((rule) => listAt(rule, 'resources').length > 0).map(({ verbs, apiGroups, resources, resourceNames }) => ({ verbs, apiGroups, resources, ...(resourceNames === undefined ? {} : { resourceNames }) })),
    nonResourceRules: user.groups.includes('system:masters') ? [{ verbs: ['*'], nonResourceURLs: ['*'] }] : rules.filter((rule) => listAt(rule, 'nonResourceURLs').length > 0).map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}
