/**
 * In every scenario the program calls nothing, in AWS and in the cluster, but what `permissions` prints for the accesses that it
 * works on. That all of it is needed is asked where the program holds no more (`permissions-world.ts`).
 */
import assert from 'node:assert/strict';
import { accessDigest } from '../../src/access/digest.ts';
import { accessFromObject } from '../../src/access/parse.ts';
import type { Access } from '../../src/access/types.ts';
import { freeActions, withheld } from '../../src/engine/permissions/action-places.ts';
import type { ClusterExtras } from '../../src/engine/permissions/cluster-roles.ts';
import { programPermissions, type ProgramPermissions } from '../../src/engine/permissions/index.ts';
import type { Kubernetes, KubernetesObject } from '../../src/kubernetes/types.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { AuthorizationRequest, NamedPolicy } from '../../src/policy/types.ts';
import { at, recordsAt, textAt } from '../../src/resources/json.ts';
import { grants, type Attributes } from '../../src/sandbox/kubernetes/access/authorization.ts';
import { readPath } from '../../src/sandbox/kubernetes/http/call.ts';
import type { AuditEntry } from '../../src/sandbox/types.ts';
import { administrator } from './keyless-world.ts';

/** Who runs the program in a world that holds it to no permissions; what is called as a key, a role or a pod is none of the program's own. */
const administrators: ReadonlySet<string> = new Set([administrator, 'admin']);

/** To know whose cluster it is: asked when a context is opened, whoever uses it. */
const asksWhose = /^get \/api\/v1\/namespaces\/kube-system(\/configmaps\/bedrock-access)?$/;

/** What is printed for one access. */
interface Printed extends Pick<ProgramPermissions, 'policies' | 'roles'> {
  readonly identity: readonly NamedPolicy[];
  /** Of an access that declares no boundary: `permissions` asks for this one, and what is called is judged as with it. */
  readonly missingBoundary?: string;
  /** Verdicts by question. */
  readonly verdicts: Map<string, boolean>;
}

const known = new Map<string, Printed>();

function printedFor(digest: string, access: Access, clusterId: string | undefined, extras: ClusterExtras): Printed {
  const key = [clusterId ?? '', digest, extras.verifyFromCluster === true].join(' ');
  let printed = known.get(key);
  if (printed === undefined) {
    const { policies, roles, boundary } = programPermissions(access, clusterId, extras);
    printed = { policies, roles, identity: policies, ...(boundary.declared ? {} : { missingBoundary: boundary.arn }), verdicts: new Map() };
    known.set(key, printed);
  }
  return printed;
}

/** Watches the runs of one world. */
export class UsedPermissions {
  readonly #runs = new Map<string, string | undefined>();
  readonly #accesses = new Map<string, Access>();
  readonly #extras: ClusterExtras;

  constructor(extras: ClusterExtras = {}) {
    this.#extras = extras;
  }

  /**
   * A run of the program. The accesses whose revisions it writes or reads are in play.
   * @param clusterId none for a run that takes over from another cluster, for which `permissions` prints no id
   */
  opened(run: string, clusterId: string | undefined, kubernetes: Kubernetes): Kubernetes {
    this.#runs.set(run, clusterId);
    return {
      ...kubernetes,
      create: (object, options) => {
        if (object.kind === 'ControllerRevision') this.inRevision(object);
        return kubernetes.create(object, options);
      },
      list: async (apiVersion, kind, options) => {
        const objects = await kubernetes.list(apiVersion, kind, options);
        if (kind === 'ControllerRevision') for (const object of objects) this.inRevision(object);
        return objects;
      },
    };
  }

  inRevision(revision: KubernetesObject): void {
    const digest = textAt(revision, 'data', 'accessDigest');
    if (digest === undefined || this.#accesses.has(digest)) return;
    const { access } = accessFromObject(at(revision, 'data', 'access'));
    if (access !== undefined) this.#accesses.set(digest, access);
  }

  /** Accesses of which no revision tells: nothing of them is applied. */
  inPlay(accesses: readonly Access[]): void {
    for (const access of accesses) this.#accesses.set(accessDigest(access), access);
  }

  /** Fails with every call of the program that is not among what is printed for the accesses in play. */
  assertDeclared(audit: readonly AuditEntry[]): void {
    // Nothing was applied here, and nobody has told of an access.
    if (this.#accesses.size === 0) return;
    const undeclared = new Set<string>();
    for (const entry of this.#ofRuns(audit)) {
      const printed = this.#printed(entry.run);
      for (const question of questionsOf(entry)) if (!printed.some((each) => answered(question, each))) undeclared.add(question.words);
    }
    const names = [...this.#accesses.values()].map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    assert.deepEqual([...undeclared], [], `used, and not among what permissions prints for ${[...new Set(names)].join(', ')}`);
  }

  #printed(run = ''): readonly Printed[] {
    const clusterId = this.#runs.has(run) ? this.#runs.get(run) : [...this.#runs.values()][0];
    return [...this.#accesses].map(([digest, access]) => printedFor(digest, access, clusterId, this.#extras));
  }

  /** A context with which nobody looked at the cluster is no run of the program: it is the hand of the scenario itself. */
  #ofRuns(audit: readonly AuditEntry[]): readonly AuditEntry[] {
    const own = audit.filter(({ run, identity }) => run !== undefined && administrators.has(identity));
    const runs = new Set(own.filter((entry) => entry.service === 'kubernetes' && !asksWhose.test(callOf(entry))).map(({ run }) => run));
    return own.filter(({ run }) => runs.has(run));
  }
}

interface Question {
  readonly words: string;
  readonly allowedBy: (printed: Printed) => boolean;
}

function answered({ words, allowedBy }: Question, printed: Printed): boolean {
  let verdict = printed.verdicts.get(words);
  if (verdict === undefined) {
    verdict = allowedBy(printed);
    printed.verdicts.set(words, verdict);
  }
  return verdict;
}

function questionsOf(entry: AuditEntry): readonly Question[] {
  if (entry.service === 'kubernetes') return wanted(entry).map((call) => ({ words: `${call.verb} ${entry.resource}`, allowedBy: ({ roles }) => allowedInCluster(call, roles) }));
  return (entry.asked ?? [])
    .filter((request) => freeActions[request.action] === undefined && withheld[request.action] === undefined && !doneWithout(request))
    .map((request) => ({ words: inWords(request), allowedBy: (printed) => evaluate(withBoundary(request, printed), printed).decision === 'allow' }));
}

/** What nobody is given, and the program does without where it is refused. */
function doneWithout({ action, resource, context }: AuthorizationRequest): boolean {
  switch (action) {
    // Of a key that is no more AWS knows no user; the program tells that denial from a missing permission.
    case 'iam:GetAccessKeyLastUsed':
      return resource.endsWith(':user/*');
    // Removed once more, after a removal whose answer was lost: what is not there has neither path nor tags.
    case 'iam:DeleteUser':
    case 'iam:DeleteRole':
      return /:(user|role)\/[^/]+$/.test(resource) && !Object.keys(context).some((key) => key.startsWith('aws:ResourceTag/'));
    // Searched for in every region only where that was asked for, or where nothing tells the region any more.
    case 'ssm:DescribeParameters':
    case 'secretsmanager:ListSecrets':
      return true;
    default:
      return false;
  }
}

/** Without what says nothing of the thing that is asked for: who asks, and when. */
function inWords({ action, resource, context }: AuthorizationRequest): string {
  const telling = Object.entries(context).filter(([key]) => !passing.has(key));
  return `${action} on ${resource} with ${JSON.stringify(Object.fromEntries(telling))}`;
}

const passing: ReadonlySet<string> = new Set(['aws:PrincipalArn', 'aws:PrincipalAccount', 'aws:PrincipalType', 'aws:userid', 'aws:username', 'aws:SourceIp', 'aws:SecureTransport', 'aws:CurrentTime', 'aws:EpochTime', 'aws:TokenIssueTime']);

function withBoundary(request: AuthorizationRequest, { missingBoundary }: Pick<Printed, 'missingBoundary'>): AuthorizationRequest {
  return missingBoundary === undefined ? request : { ...request, context: { 'iam:PermissionsBoundary': missingBoundary, ...request.context } };
}

function callOf({ action, resource }: AuditEntry): string {
  return `${action.split(' ')[0]} ${resource}`;
}

function wanted(entry: AuditEntry): readonly Attributes[] {
  const [verb = ''] = entry.action.split(' ');
  const { resource } = readPath(entry.resource);
  if (resource === undefined) return [];
  // What is applied and not there is created, which is asked too (apiserver: handlers/patch.go, createAuthorizerAttributes).
  return (verb === 'patch' && entry.status === 201 ? ['patch', 'create'] : [verb]).map((each) => ({ verb: each, ...resource }));
}

const reaches = (role: KubernetesObject, { namespace }: Attributes): boolean => role.kind === 'ClusterRole' || (role.kind === 'Role' && role.metadata.namespace === namespace);

function allowedInCluster(call: Attributes, roles: readonly KubernetesObject[]): boolean {
  return roles.some((role) => reaches(role, call) && recordsAt(role, 'rules').some((rule) => grants(rule, call)));
}

/**
 * What is printed and none of these calls needed: `TagOwn: iam:TagUser` of the policies, `delete secrets` of the roles,
 * `(cluster) get namespaces/kube-system` where it is granted for everything or for one name.
 */
export function unusedOf(printed: Pick<Printed, 'policies' | 'roles' | 'missingBoundary'>, calls: readonly AuditEntry[]): readonly string[] {
  const ofAws = calls.filter(({ service }) => service === 'aws');
  const ofCluster = calls.filter(({ service, status }) => service === 'kubernetes' && status !== 403);
  return [...unusedStatements(printed, ofAws), ...unusedRules(printed, ofCluster)];
}

function unusedStatements(printed: Pick<Printed, 'policies' | 'missingBoundary'>, calls: readonly AuditEntry[]): readonly string[] {
  const set = { identity: printed.policies };
  const questions = new Map(calls.flatMap(({ asked = [] }) => asked).map((request) => [inWords(request), request]));
  const used = new Set([...questions.values()].map((request) => named(evaluate(withBoundary(request, printed), set).decidedBy?.sid, request.action)));
  const granted = printed.policies.flatMap(({ document }) => document.Statement).flatMap(({ Sid, Effect, Action = [] }) => (Effect === 'Allow' ? [Action].flat().map((action) => named(Sid, action)) : []));
  return granted.filter((each) => !used.has(each));
}

/** Of two modes a statement may stand twice, the second as `TagOwnToo`. */
const named = (sid: string | undefined, action: string): string => `${(sid ?? '').replace(/(Too)+$/, '')}: ${action}`;

function unusedRules({ roles }: Pick<Printed, 'roles'>, calls: readonly AuditEntry[]): readonly string[] {
  const asked = [...new Map(calls.map((entry) => [`${callOf(entry)} ${entry.status}`, entry])).values()].flatMap(wanted);
  return roles.flatMap((role) => {
    const ofRole = asked.filter((call) => reaches(role, call));
    const where = role.kind === 'ClusterRole' ? '(cluster) ' : role.metadata.namespace === 'kube-system' ? '(kube-system) ' : '';
    return recordsAt(role, 'rules').flatMap(eachOf).flatMap((rule) => {
      const [verb, resource, name] = [rule.verbs, rule.resources, rule.resourceNames ?? []].map((list) => list[0]);
      return ofRole.some((call) => grants({ ...rule }, call)) ? [] : [`${where}${verb} ${resource}${name === undefined ? '' : `/${name}`}`];
    });
  });
}

interface SingleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** One verb on one resource, and of one name where there are names. */
function eachOf(rule: Readonly<Record<string, unknown>>): readonly SingleRule[] {
  const texts = (field: string): readonly string[] => [rule[field]].flat().filter((text) => typeof text === 'string');
  const names = texts('resourceNames');
  return texts('resources').flatMap((resource) =>
    texts('verbs').flatMap((verb) => {
      const single = { apiGroups: texts('apiGroups'), resources: [resource], verbs: [verb] };
      return names.length === 0 ? [single] : names.map((name) => ({ ...single, resourceNames: [name] }));
    }),
  );
}
