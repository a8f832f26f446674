/** A session of the workload's role, got as its sidecar gets it: for the certificate that cert-manager keeps in a Secret. */
import { Buffer } from 'node:buffer';
import { readCertificate, type CertificateFacts } from '../../aws/certificate.ts';
import { AwsCallError } from '../../aws/error.ts';
import type { AwsCredentials, TrustAnchor } from '../../aws/types.ts';
import type { Finding } from '../../finding.ts';
import { certificate as certificateKind } from '../../resources/certificate.ts';
import { at, textAt } from '../../resources/json.ts';
import { readyCondition } from '../../resources/ready-condition.ts';
import { rolesAnywhereOf, type RolesAnywhere } from '../../resources/roles-anywhere.ts';
import { rolesAnywhereProfile } from '../../resources/roles-anywhere-profile.ts';
import { Secret } from '../../secret.ts';
import type { Inquiry } from './inquiry.ts';
import type { SessionWay } from './role.ts';

/** Undefined in another mode. */
export function wayOfRolesAnywhere(inquiry: Inquiry): SessionWay | undefined {
  const identity = rolesAnywhereOf(inquiry.access, inquiry.implied.partition);
  if (identity === undefined) return undefined;
  const holder = `the certificate ${identity.commonName}`;
  return {
    holder,
    title: 'Certificate and session',
    pods: 'the address of their sidecar',
    around: () => aroundRole(identity, inquiry),
    async session() {
      const { credentials, held, findings } = await podSession(identity, inquiry);
      const until = held === undefined ? '' : `, valid until ${held.to.toISOString().slice(0, 16)}Z`;
      return {
        detail: credentials === undefined ? `no session for ${holder}` : `${holder}${until} gave the session ${credentials.accessKeyId}`,
        findings,
        ...(credentials === undefined ? {} : { credentials }),
      };
    },
  };
}

/** Trust anchor, profile, Certificate and issuer. */
async function aroundRole({ roleArn, commonName }: RolesAnywhere, { implied, readings }: Inquiry): Promise<readonly Finding[]> {
  const [profile] = rolesAnywhereProfile.desired(implied);
  const [wanted] = certificateKind.desired(implied);
  if (profile === undefined || wanted === undefined) return [];
  const [found, kept] = await Promise.all([rolesAnywhereProfile.observe(profile, readings, implied.owner), certificateKind.observe(wanted, readings, implied.owner)]);
  const findings = [...(rolesAnywhereProfile.problems?.(profile, found, implied.owner, false) ?? []), ...(certificateKind.problems?.(wanted, kept, implied.owner, false) ?? [])];
  const place = { resource: roleArn };
  const remedy = 'Run `bedrock-access plan` to see what differs; `bedrock-access apply` puts it right.';
  if (found?.profile === undefined) findings.push({ id: 'roles-anywhere-profile-missing', severity: 'error', message: `there is no profile ${profile.name} that hands out ${roleArn}`, cause: 'It was deleted, or never made: then no certificate gets a session of the role.', remedy, place });
  else {
    const { enabled, roleArns, narrowed } = found.profile;
    const what = !enabled ? 'is disabled' : !roleArns.includes(roleArn) ? `does not list ${roleArn}` : narrowed ? 'narrows its sessions by a policy' : undefined;
    if (what !== undefined) findings.push({ id: 'roles-anywhere-profile-differs', severity: narrowed && enabled && roleArns.includes(roleArn) ? 'warning' : 'error', message: `the profile ${profile.name} ${what}`, cause: 'Somebody changed it.', remedy, place });
  }
  const { status, reason, message } = readyCondition(kept?.certificate);
  if (kept?.served === true && status !== 'True') findings.push({ id: 'certificate-not-ready', severity: 'error', message: `the Certificate of ${commonName} is ${kept.certificate === undefined ? 'not there' : 'not Ready'}${reason === undefined ? '' : `: ${reason}`}`, cause: message ?? 'It was deleted, or cert-manager has not looked at it yet.', remedy: 'Look at its conditions: kubectl describe certificate,certificaterequest.', place });
  return findings;
}

interface PodSession {
  readonly credentials?: AwsCredentials;
  readonly held?: CertificateFacts;
  readonly findings: readonly Finding[];
}

/** A new role or profile is known everywhere within seconds, with no bound given: asked again over half a minute. */
const attempts = 4;

async function podSession(identity: RolesAnywhere, { access, context, readings, implied }: Inquiry): Promise<PodSession> {
  const { region, roleArn, declared, certificate: name, sessionSeconds } = identity;
  const { namespace } = access.metadata;
  const [secret, anchor, profile] = await Promise.all([
    readings.object({ apiVersion: 'v1', kind: 'Secret', namespace, name }),
    readings.trustAnchor(region, identity.trustAnchorId),
    profileArn({ implied, readings }),
  ]);
  const pem = decoded(at(secret, 'data'), 'tls.crt');
  const held = readCertificate(pem);
  const key = decoded(at(secret, 'data'), 'tls.key');
  if (held === undefined || key === '') return { findings: [missing(identity, namespace)] };
  // What is missing around the role is said there.
  if (profile === undefined || anchor === undefined) return { held, findings: [] };
  const calls = context.aws.rolesAnywhere(region);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { held, findings: [], credentials: await calls.createSession({ trustAnchorArn: declared.trustAnchor, profileArn: profile, roleArn, durationSeconds: sessionSeconds, certificate: pem, privateKey: new Secret(key) }) };
    } catch (error) {
      if (!(error instanceof AwsCallError) || ['throttled', 'unavailable', 'unreachable'].includes(error.kind)) throw error;
      const known = certificateFault(identity, held, anchor);
      if (known !== undefined || attempt > attempts) return { held, findings: [known ?? refused(identity, error)] };
      await context.clock.sleep(1000 * 2 ** attempt, context.signal);
    }
  }
}

async function profileArn({ implied, readings }: Pick<Inquiry, 'implied' | 'readings'>): Promise<string | undefined> {
  const [profile] = rolesAnywhereProfile.desired(implied);
  return profile === undefined ? undefined : (await rolesAnywhereProfile.observe(profile, readings, implied.owner))?.profile?.arn;
}

/** What the certificate itself says about a refusal; AWS says no more than that it refused. */
function certificateFault({ commonName, declared }: RolesAnywhere, held: CertificateFacts, { certificates }: TrustAnchor): Finding | undefined {
  const place = { resource: declared.trustAnchor };
  if (!held.inForce) {
    return { id: 'certificate-out-of-force', severity: 'error', message: `the certificate ${commonName} is valid from ${held.from.toISOString()} to ${held.to.toISOString()}, and not now`, cause: 'cert-manager did not renew it in time, or the clock of the cluster is wrong.', remedy: 'Look at the Certificate and its issuer (kubectl describe certificate,clusterissuer), and compare the clocks of the nodes.', place };
  }
  if (certificates === undefined || held.signedByOneOf(certificates)) return undefined;
  return { id: 'certificate-not-of-trust-anchor', severity: 'error', message: `the trust anchor does not hold the authority that signed the certificate ${commonName}: ${held.issuer}`, cause: 'The issuer signs with another authority: it was renewed, or the trust anchor is of another cluster.', remedy: 'Let the platform put ca.crt of the issuer into the trust anchor: aws rolesanywhere update-trust-anchor.', place };
}

function refused({ roleArn, commonName }: RolesAnywhere, error: AwsCallError): Finding {
  const skewed = error.kind === 'clock-skewed' ? ' The clocks of this machine and of AWS differ by minutes.' : '';
  return { id: 'certificate-session-refused', severity: 'error', message: `AWS gives the certificate ${commonName} no session of ${roleArn}: ${error.code}`, cause: `${error.message}.${skewed} The role, its trust policy or the profile is not as declared, or a change of them is not known everywhere yet.`, remedy: 'See "Role and trust" above; `bedrock-access apply` puts role and profile right.', place: { resource: roleArn } };
}

function missing({ certificate: name }: RolesAnywhere, namespace: string): Finding {
  return { id: 'certificate-missing', severity: 'error', message: `the Secret ${namespace}/${name} holds no certificate with its key`, cause: 'It was deleted, or never issued.', remedy: `Look at the Certificate: kubectl describe certificate ${name} -n ${namespace}`, place: { resource: `Secret ${namespace}/${name}` } };
}

function decoded(data: unknown, key: string): string {
  return Buffer.from(textAt(data, key) ?? '', 'base64').toString('utf8');
}
