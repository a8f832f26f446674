/** Verifies an access whose pods call as a role: role and trust, the way to its session, pod environment, policy, and real calls with that session. */
import type { AwsCredentials } from '../../aws/types.ts';
import type { PolicyFacts } from '../../checks/live/facts.ts';
import { podMissing } from '../../checks/live/pod-missing.ts';
import { podOlderThanSecret } from '../../checks/live/pod-older-than-secret.ts';
import { podVariable } from '../../checks/live/pod-variable.ts';
import type { Finding } from '../../finding.ts';
import type { NamedPolicy } from '../../policy/types.ts';
import { policyLines } from '../../resources/policy-lines.ts';
import { podRoleOf, type PodRole } from '../../resources/pod-role.ts';
import { hidingFinding } from '../../resources/workload-identity.ts';
import type { VerifyCheck } from '../types.ts';
import { check, type Looked } from './check.ts';
import { gatherPods, type LivePods } from './gather-pods.ts';
import type { ApiKeyHeld, HeldCredentials } from './held-credentials.ts';
import type { Inquiry } from './inquiry.ts';
import { callableModels } from './own-profiles.ts';
import { wayOfPodIdentity } from './pod-identity.ts';
import { wayOfRolesAnywhere } from './roles-anywhere.ts';
import { wayOfSession } from './session.ts';
import { wayOfWebIdentity } from './web-identity.ts';

/** How the pods of a mode come to a session of their role. */
export interface SessionWay {
  /** Who calls, such as `system:serviceaccount:openhands:openhands`. */
  readonly holder: string;
  /** Title of the check that takes a session as the pods do, such as `Token and session`. */
  readonly title: string;
  /** What the pods have, in words: `role and token file`. */
  readonly pods: string;
  /** What is wrong with what the mode needs besides the role. */
  around(): Promise<readonly Finding[]>;
  /** A session, taken as a pod takes it; without one the findings say why. */
  session(): Promise<Looked & { readonly credentials?: AwsCredentials | ApiKeyHeld }>;
}

/** Undefined in the modes of an IAM user. */
export function sessionWayOf(inquiry: Inquiry): { readonly role: PodRole; readonly way: SessionWay } | undefined {
  const role = podRoleOf(inquiry.access, inquiry.implied.partition);
  const way = wayOfWebIdentity(inquiry) ?? wayOfPodIdentity(inquiry) ?? wayOfRolesAnywhere(inquiry) ?? wayOfSession(inquiry);
  return role === undefined || way === undefined ? undefined : { role, way };
}

/** What is alike in every mode. */
export interface AlikeChecks {
  /** Are real calls made? */
  readonly calls: boolean;
  judgePolicy(facts: PolicyFacts | undefined, inquiry: Inquiry): Promise<Looked>;
  callWith(streamed: boolean, held: HeldCredentials, policies: Promise<PolicyFacts | undefined>, inquiry: Inquiry): Promise<Looked>;
  /** One more call, from within the cluster; only where it was asked for. */
  readonly fromCluster?: ((pods: Promise<LivePods>, policies: Promise<PolicyFacts | undefined>) => Promise<Looked>) | undefined;
}

export async function* verifyRole({ role, way }: { readonly role: PodRole; readonly way: SessionWay }, inquiry: Inquiry, alike: AlikeChecks): AsyncGenerator<VerifyCheck> {
  const session = way.session();
  const pods = gatherPods(inquiry);
  const policies = rolePolicies(role, inquiry);
  const { fromCluster } = alike;
  const checks = [
    check('role-and-trust', 'Role and trust', inquiry, () => roleAndTrust(role, way, inquiry)),
    check('session', way.title, inquiry, () => session),
    check('pod-environment', 'Pod environment', inquiry, async () => podEnvironment(await pods, role, way)),
    check('policy', 'Policy', inquiry, async () => alike.judgePolicy(await policies, inquiry)),
    check('call', 'Call', inquiry, () => calling(false, way, session, policies, inquiry, alike)),
    check('streamed-call', 'Streamed call', inquiry, () => calling(true, way, session, policies, inquiry, alike)),
    ...(fromCluster === undefined ? [] : [check('call-from-cluster', 'Call from the cluster', inquiry, () => fromCluster(pods, policies))]),
  ];
  // A defect is thrown where its check is awaited, not before.
  for (const one of [...checks, session, pods, policies]) one.catch(() => undefined);
  for (const one of checks) yield await one;
}

async function roleAndTrust(role: PodRole, way: SessionWay, { readings }: Inquiry): Promise<Looked> {
  const [found, around] = await Promise.all([readings.role(role.name), way.around()]);
  const wrong = (id: string, message: string, cause: string): Finding => ({
    id,
    severity: 'error',
    message,
    cause,
    remedy: 'Run `bedrock-access plan` to see what differs; `bedrock-access apply` puts it right.',
    place: { resource: role.arn },
  });
  const of =
    found === undefined
      ? [wrong('role-missing', `the IAM role ${role.name} does not exist`, 'It was deleted, or the access was not applied.')]
      : JSON.stringify(policyLines(found.trust)) === JSON.stringify(policyLines(role.trust))
        ? []
        : [wrong('trust-differs', `the trust policy of ${role.name} is not that of ${way.holder}`, `It says: ${Object.values(policyLines(found.trust)).join('; ')}.`)];
  return { detail: `${role.name} trusts ${way.holder}`, findings: [...around, ...of] };
}

function podEnvironment({ facts }: LivePods, { pods: { givenAtStart, hiddenBy = [], token } }: PodRole, way: SessionWay): Looked {
  const pods = facts.workloads.flatMap((workload) => workload.pods);
  const containers = pods.flatMap((pod) => pod.containers.map((container) => ({ ...container, said: `container ${container.name} of pod ${pod.name}`, place: { resource: `Pod ${facts.namespace}/${pod.name}` } })));
  const hidden = containers.flatMap(({ said, variables, place }) => (token === undefined ? ['AWS_ACCESS_KEY_ID', ...hiddenBy] : []).filter((name) => variables.has(name)).map((name) => hidingFinding(name, said, 'where the workload is defined', place)));
  const without = containers
    .filter(({ variables }) => givenAtStart !== undefined && !variables.has(givenAtStart.variable))
    .map(({ said, place }): Finding => ({
      id: 'pod-without-identity',
      severity: 'error',
      message: `${said} was given no identity: it has no ${givenAtStart?.variable ?? ''}`,
      cause: 'A pod is given it when it is made. This one was made before the association took effect.',
      remedy: 'Run `bedrock-access apply`: it makes such pods anew. What it does not restart (a Job, OnDelete, restart: never) gets it with its next pod.',
      place,
    }));
  return { detail: `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} with ${way.pods}`, findings: [...podMissing(facts), ...podVariable(facts), ...(token === undefined ? [] : podOlderThanSecret(facts)), ...hidden, ...without] };
}

/** Every policy that AWS would look at for the role, boundary included; undefined when there is no such role. */
async function rolePolicies({ name }: PodRole, inquiry: Inquiry): Promise<PolicyFacts | undefined> {
  const { access, context, readings } = inquiry;
  const role = await readings.role(name);
  if (role === undefined) return undefined;
  const { iam } = context.aws;
  const managed = async (arn: string): Promise<NamedPolicy | undefined> => {
    const policy = await readings.policy(arn);
    const document = policy === undefined ? undefined : await readings.policyDocument(arn, policy.defaultVersionId);
    return document === undefined ? undefined : { name: arn, document };
  };
  const [attached, inline, boundary] = await Promise.all([
    readings.rolePolicies(role.name).then((arns) => Promise.all(arns.map(managed))),
    iam.listRolePolicies(role.name).then((names) =>
      Promise.all(
        (names ?? []).map(async (name): Promise<NamedPolicy | undefined> => {
          const document = await iam.getRolePolicy(role.name, name);
          return document === undefined ? undefined : { name: `inline policy ${name}`, document };
        }),
      ),
    ),
    role.permissionsBoundary === undefined ? undefined : managed(role.permissionsBoundary),
  ]);
  return {
    access,
    models: callableModels(inquiry),
    principal: role.arn,
    policies: { identity: [...attached, ...inline].filter((policy) => policy !== undefined), ...(boundary === undefined ? {} : { boundary }) },
    groups: [],
  };
}

async function calling(streamed: boolean, way: SessionWay, session: ReturnType<SessionWay['session']>, policies: Promise<PolicyFacts | undefined>, inquiry: Inquiry, { calls, callWith }: AlikeChecks): Promise<Looked> {
  if (!calls) return { detail: 'not asked for (--no-call)', findings: [], skipped: true };
  const { credentials } = await session;
  if (credentials === undefined) return { detail: `there is no session to call with, see ${way.title}`, findings: [], skipped: true };
  return callWith(streamed, { holder: way.holder, credentials }, policies, inquiry);
}
