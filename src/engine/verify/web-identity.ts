/** A session of the workload's role, got as its pods get it: with a token of their ServiceAccount. */
import { Buffer } from 'node:buffer';
import { AwsCallError } from '../../aws/error.ts';
import type { AwsCredentials } from '../../aws/types.ts';
import type { Finding } from '../../finding.ts';
import { isRecord, textAt } from '../../resources/json.ts';
import { webIdentityOf, type WebIdentity } from '../../resources/web-identity.ts';
import { Secret } from '../../secret.ts';
import type { Inquiry } from './inquiry.ts';
import type { SessionWay } from './role.ts';

/** Undefined in another mode. */
export function wayOfWebIdentity(inquiry: Inquiry): SessionWay | undefined {
  const identity = webIdentityOf(inquiry.access, inquiry.implied.partition);
  if (identity === undefined) return undefined;
  return {
    holder: identity.subject,
    title: 'Token and session',
    pods: 'role and token file',
    around: () => provider(identity, inquiry),
    async session() {
      const session = await podSession(identity, inquiry);
      return {
        detail: session.credentials === undefined ? `no session for ${identity.subject}` : `a token of ${identity.subject} gave the session ${session.credentials.accessKeyId}`,
        findings: sessionFindings(identity, session),
        ...(session.credentials === undefined ? {} : { credentials: session.credentials }),
      };
    },
  };
}

async function provider({ providerArn, roleArn, declared }: WebIdentity, { readings }: Inquiry): Promise<readonly Finding[]> {
  const found = await readings.oidcProvider(providerArn);
  const { issuer, audience } = declared;
  const wrong = (id: string, message: string, cause: string): readonly Finding[] => [
    { id, severity: 'error', message, cause, remedy: 'Run `bedrock-access plan` to see what differs; `bedrock-access apply` puts it right.', place: { resource: roleArn } },
  ];
  if (found === undefined) return wrong('oidc-provider-missing', `the account has no identity provider of ${issuer}`, 'It was deleted, or never made: then no token of the cluster is accepted.');
  if (found.audiences.includes(audience)) return [];
  return wrong('oidc-provider-audience-missing', `the identity provider of ${issuer} does not accept the audience ${audience}`, `It accepts ${found.audiences.join(', ') || 'none'}.`);
}

interface PodSession {
  /** The issuer that the token names. */
  readonly issuer: string;
  readonly credentials?: AwsCredentials;
  /** Of STS's refusal. */
  readonly refused?: { readonly code: string; readonly said: string };
}

/** Seconds; the shortest that the API server gives (TokenRequest, expirationSeconds). */
const tokenSeconds = 600;
/** A new role or provider is known everywhere within seconds, with no bound given: asked again over half a minute. */
const attempts = 4;

async function podSession(identity: WebIdentity, { access, context }: Inquiry): Promise<PodSession> {
  const { serviceAccount, audience } = identity.declared;
  const { namespace } = access.metadata;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: [audience], expirationSeconds: tokenSeconds } };
  const made = await context.kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: serviceAccount }, 'token', request);
  const token = textAt(made, 'status', 'token') ?? '';
  const issuer = issuerIn(token);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { issuer, credentials: await context.aws.webIdentity.assumeRole({ roleArn: identity.roleArn, sessionName: 'bedrock-access-verify', token: new Secret(token) }) };
    } catch (error) {
      if (!(error instanceof AwsCallError) || ['throttled', 'unavailable', 'unreachable'].includes(error.kind)) throw error;
      if (attempt > attempts) return { issuer, refused: { code: error.code, said: error.message } };
      await context.clock.sleep(1000 * 2 ** attempt, context.signal);
    }
  }
}

/** What is wrong with the way from the token to the session. */
function sessionFindings(identity: WebIdentity, { issuer, refused }: PodSession): readonly Finding[] {
  const { declared, subject, roleArn } = identity;
  const place = { resource: roleArn };
  if (issuer !== declared.issuer) {
    return [
      {
        id: 'issuer-differs',
        severity: 'error',
        message: `the cluster's tokens name the issuer ${issuer === '' ? '(none)' : issuer}, and the access declares ${declared.issuer}`,
        cause: 'AWS looks for the identity provider of the issuer that the token names, to the letter.',
        remedy: `Declare credentials.webIdentity.issuer: ${issuer}; where AWS cannot reach that address, \`bedrock-access issuer verify\` says what to change.`,
        place: { field: 'spec.credentials.webIdentity.issuer' },
      },
    ];
  }
  if (refused === undefined) return [];
  return [
    {
      id: 'role-not-assumed',
      severity: 'error',
      message: `STS does not let ${subject} assume ${roleArn}: ${refused.code}`,
      cause: `${refused.said}. ${causes[refused.code.replace(/Exception$/, '')] ?? 'The role, its trust policy or the identity provider is not as declared, or a change of them is not known everywhere yet.'}`,
      remedy: 'See "Role and trust" above; `bedrock-access apply` puts role and trust right. `bedrock-access issuer verify` compares the published keys with the cluster’s.',
      place,
    },
  ];
}

/** STS API reference, AssumeRoleWithWebIdentity, Errors. */
const causes: Readonly<Record<string, string>> = {
  InvalidIdentityToken: 'The account has no identity provider of this issuer, it does not accept the audience, or the key that signed the token is not published.',
  IDPCommunicationError: "The issuer's documents cannot be fetched.",
  ExpiredToken: "The clocks of the cluster and of AWS differ by more than the token's life.",
  AccessDenied: 'The trust policy does not name this ServiceAccount or audience, or the role does not exist.',
};

function issuerIn(token: string): string {
  const [, body = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
    return isRecord(claims) ? (textAt(claims, 'iss') ?? '') : '';
  } catch {
    return '';
  }
}
