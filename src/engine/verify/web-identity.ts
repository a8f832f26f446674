/** Verifies an access whose pods call as a role: role and trust, token and session, pod environment, policy, and real calls with that session. */
import type { PolicyFacts } from '../../checks/live/facts.ts';
import { podMissing } from '../../checks/live/pod-missing.ts';
import { podVariable } from '../../checks/live/pod-variable.ts';
import type { Finding } from '../../finding.ts';
import type { NamedPolicy } from '../../policy/types.ts';
import { policyLines } from '../../resources/policy-lines.ts';
import { trustPolicy, type PodIdentity } from '../../resources/web-identity.ts';
import type { VerifyCheck } from '../types.ts';
import { check, type Looked } from './check.ts';
import { gatherPods, type LivePods } from './gather-pods.ts';
import type { HeldCredentials } from './held-credentials.ts';
import type { Inquiry } from './inquiry.ts';
import { podSession, sessionFindings, type PodSession } from './pod-session.ts';

/** What is alike in every mode. */
export interface AlikeChecks {
  /** Are real calls made? */
  readonly calls: boolean;
  judgePolicy(facts: PolicyFacts | undefined, inquiry: Inquiry): Promise<Looked>;
  callWith(streamed: boolean, held: HeldCredentials, policies: Promise<PolicyFacts | undefined>, inquiry: Inquiry): Promise<Looked>;
}

export async function* verifyWebIdentity(identity: PodIdentity, inquiry: Inquiry, alike: AlikeChecks): AsyncGenerator<VerifyCheck> {
  const session = podSession(identity, inquiry);
  const policies = rolePolicies(identity, inquiry);
  const checks = [
    check('role-and-trust', 'Role and trust', inquiry, () => roleAndTrust(identity, inquiry)),
    check('session', 'Token and session', inquiry, async () => sessionLooked(identity, await session)),
    check('pod-environment', 'Pod environment', inquiry, async () => podEnvironment(await gatherPods(inquiry))),
    check('policy', 'Policy', inquiry, async () => alike.judgePolicy(await policies, inquiry)),
    check('call', 'Call', inquiry, () => calling(false, identity, session, policies, inquiry, alike)),
    check('streamed-call', 'Streamed call', inquiry, () => calling(true, identity, session, policies, inquiry, alike)),
  ];
  // A defect is thrown where its check is awaited, not before.
  for (const one of [...checks, session, policies]) one.catch(() => undefined);
  for (const one of checks) yield await one;
}

async function roleAndTrust(identity: PodIdentity, { readings }: Inquiry): Promise<Looked> {
  const [role, provider] = await Promise.all([readings.role(identity.roleName), readings.oidcProvider(identity.providerArn)]);
  const { issuer, audience } = identity.declared;
  const findings: Finding[] = [];
  const wrong = (id: string, message: string, cause: string, remedy = 'Run `bedrock-access plan` to see what differs; `bedrock-access apply` puts it right.'): void => {
    findings.push({ id, severity: 'error', message, cause, remedy, place: { resource: identity.roleArn } });
  };
  if (provider === undefined) wrong('oidc-provider-missing', `the account has no identity provider of ${issuer}`, 'It was deleted, or never made: then no token of the cluster is accepted.');
  else if (!provider.audiences.includes(audience)) wrong('oidc-provider-audience-missing', `the identity provider of ${issuer} does not accept the audience ${audience}`, `It accepts ${provider.audiences.join(', ') || 'none'}.`);
  if (role === undefined) wrong('role-missing', `the IAM role ${identity.roleName} does not exist`, 'It was deleted, or the access was not applied.');
  else if (JSON.stringify(policyLines(role.trust)) !== JSON.stringify(policyLines(trustPolicy(identity)))) {
    wrong('trust-differs', `the trust policy of ${identity.roleName} is not that of ${identity.subject}`, `It says: ${Object.values(policyLines(role.trust)).join('; ')}.`);
  }
  return { detail: `${identity.roleName} trusts ${identity.subject} of ${issuer}`, findings };
}

function sessionLooked(identity: PodIdentity, session: PodSession): Looked {
  return { detail: session.credentials === undefined ? `no session for ${identity.subject}` : `a token of ${identity.subject} gave the session ${session.credentials.accessKeyId}`, findings: sessionFindings(identity, session) };
}

function podEnvironment({ facts }: LivePods): Looked {
  const pods = facts.workloads.flatMap((workload) => workload.pods);
  const hidden = pods.flatMap(({ name, containers }) =>
    containers
      .filter(({ variables }) => variables.has('AWS_ACCESS_KEY_ID'))
      .map((container): Finding => ({
        id: 'static-key-hides-identity',
        severity: 'error',
        message: `container ${container.name} of pod ${name} has AWS_ACCESS_KEY_ID in its environment`,
        cause: 'AWS SDKs take a key from the environment before a token file: the pod calls with that key, not with its role.',
        remedy: 'Remove AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY where the workload is defined.',
        place: { resource: `Pod ${facts.namespace}/${name}` },
      })),
  );
  return { detail: `${pods.length} ${pods.length === 1 ? 'pod' : 'pods'} with role and token file`, findings: [...podMissing(facts), ...podVariable(facts), ...hidden] };
}

/** Every policy that AWS would look at for the role, boundary included; undefined when there is no such role. */
async function rolePolicies(identity: PodIdentity, { access, context, readings, implied }: Inquiry): Promise<PolicyFacts | undefined> {
  const role = await readings.role(identity.roleName);
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
    models: implied.models,
    principal: role.arn,
    policies: { identity: [...attached, ...inline].filter((policy) => policy !== undefined), ...(boundary === undefined ? {} : { boundary }) },
    groups: [],
  };
}

async function calling(streamed: boolean, { subject }: PodIdentity, session: Promise<PodSession>, policies: Promise<PolicyFacts | undefined>, inquiry: Inquiry, { calls, callWith }: AlikeChecks): Promise<Looked> {
  if (!calls) return { detail: 'not asked for (--no-call)', findings: [], skipped: true };
  const { credentials } = await session;
  if (credentials === undefined) return { detail: 'there is no session to call with, see Token and session', findings: [], skipped: true };
  return callWith(streamed, { holder: subject, credentials }, policies, inquiry);
}
