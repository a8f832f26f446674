/**
 * The cert-manager Certificate whose key the pods' sidecar asks for sessions with, and the Secret that cert-manager makes of
 * it. The private key is made in the cluster, anew with each renewal, and leaves it never.
 */
import type { Finding } from '../finding.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { gitOpsKeeper } from './gitops.ts';
import { at, canonicalJson, projected, textAt } from './json.ts';
import { address, type ResourceKind, type Resource, type State, type Stray } from './kind.ts';
import { ours, ownerLabels, ownerSelector, ownershipByLabels, type Owner } from './owner.ts';
import { rolesAnywhereOf } from './roles-anywhere.ts';
import { readyCondition } from './ready-condition.ts';
import { regionsOf } from './roles-anywhere-profile.ts';
import { objectName, removeObject, replaceWith } from './whole-object.ts';

const group = 'cert-manager.io';
const apiVersion = `${group}/v1`;

/** On the Secret: which access's certificate it holds. No label of ours: what carries those is the key pair's Secret. */
const accessLabel = 'bedrock-access.dev/certificate-of';

export interface DesiredCertificate {
  readonly namespace: string;
  /** Of the Secret too. */
  readonly name: string;
  readonly access: string;
  readonly commonName: string;
  readonly issuer: { readonly kind: 'ClusterIssuer' | 'Issuer'; readonly name: string };
}

export interface ObservedCertificate {
  /** Is `cert-manager.io/v1` served? */
  readonly served: boolean;
  readonly issuer?: KubernetesObject;
  readonly certificate?: KubernetesObject;
  readonly secret?: KubernetesObject;
}

export const certificate: ResourceKind<DesiredCertificate, ObservedCertificate> = {
  kind: 'certificate',
  where: 'kubernetes',

  desired({ access, partition }) {
    const identity = rolesAnywhereOf(access, partition);
    if (identity === undefined) return [];
    const { namespace, name } = access.metadata;
    const desired: DesiredCertificate = { namespace, name: identity.certificate, access: name, commonName: identity.commonName, issuer: identity.declared.issuer };
    return [{ kind: 'certificate', key: 'certificate', name: identity.certificate, desired }];
  },
  identity: ({ desired }) => `${desired.namespace}/${desired.name}`,

  async observe({ desired }, readings) {
    const { namespace, name, issuer: declared } = desired;
    const [versions, secret] = await Promise.all([readings.servedVersions(group, 'Certificate'), readings.object({ apiVersion: 'v1', kind: 'Secret', namespace, name })]);
    const served = versions.includes('v1');
    const [found, issuer] = served
      ? await Promise.all([readings.object({ apiVersion, kind: 'Certificate', namespace, name }), readings.object({ apiVersion, kind: declared.kind, name: declared.name, ...(declared.kind === 'Issuer' ? { namespace } : {}) })])
      : [];
    return { served, ...(issuer === undefined ? {} : { issuer }), ...(found === undefined ? {} : { certificate: found }), ...(secret === undefined ? {} : { secret }) };
  },
  async strays(where, readings) {
    // Only an access that has or had this mode may ask for Certificates.
    if ((await regionsOf(where, readings)).length === 0 || !(await readings.servedVersions(group, 'Certificate')).includes('v1')) return [];
    const { namespace, name: access } = where.owner;
    const [certificates, secrets] = await Promise.all([
      readings.objects(apiVersion, 'Certificate', { namespace, labelSelector: ownerSelector(where.owner) }),
      readings.objects('v1', 'Secret', { namespace, labelSelector: `${accessLabel}=${access}` }),
    ]);
    const names = [...new Set([...certificates, ...secrets].map(objectName))].filter((name) => !where.accounted.has(name));
    return names.map((name): Stray<ObservedCertificate> => {
      const [found, secret] = [certificates, secrets].map((objects) => objects.find((object) => objectName(object) === name));
      return { name: name.split('/')[1] ?? name, observed: { served: true, ...(found === undefined ? {} : { certificate: found }), ...(secret === undefined ? {} : { secret }) }, reason: 'not in the declaration any more' };
    });
  },
  // A Secret that lost its Certificate still has to go: cert-manager leaves it.
  present: ({ certificate: found, secret }) => found !== undefined || secret?.metadata.labels?.[accessLabel] !== undefined,
  ownership: ({ certificate: found }, owner) => (found === undefined ? ours : ownershipByLabels(found, owner)),

  expected: (desired) => ({ Certificate: 'in place', ...lines(specOf(desired)) }),
  found: ({ certificate: found }) => (found === undefined ? { Certificate: '' } : { Certificate: 'in place', ...lines(projected(at(found, 'spec'), shape)) }),
  problems: (resource, observed) => (observed === undefined ? [] : problemsOf(resource, observed)),

  keptBy: ({ certificate: found }) => (found === undefined ? undefined : gitOpsKeeper(found)),

  foreseen: ({ name }) => ({ name }),
  outputs: ({ certificate: found, secret }) => ({ name: (found ?? secret)?.metadata.name ?? '' }),

  async create(desired, hands) {
    const { name } = desired;
    await hands.kubernetes.create(certificateObject(desired, hands.owner));
    return { name };
  },
  async update(desired, observed, _differences, hands) {
    if (observed.certificate === undefined) return certificate.create(desired, hands);
    await replaceWith(observed.certificate, { spec: specOf(desired) }, hands);
    return { name: desired.name };
  },
  async remove({ certificate: found, secret }, hands) {
    // The Certificate first: while it is there, cert-manager makes the Secret again.
    if (found !== undefined) await removeObject(found, hands);
    if (secret?.metadata.labels?.[accessLabel] !== undefined) await removeObject(secret, hands);
  },

  async settle(desired, hands) {
    const { namespace, name, commonName, issuer } = desired;
    const [found, secret] = await Promise.all([hands.kubernetes.get({ apiVersion, kind: 'Certificate', namespace, name }), hands.kubernetes.get({ apiVersion: 'v1', kind: 'Secret', namespace, name })]);
    const { status, reason, message } = readyCondition(found);
    if (status !== 'True') return `Certificate ${namespace}/${name} to be Ready${reason === undefined ? '' : ` (${reason}: ${message ?? ''})`}`;
    const annotations = secret?.metadata.annotations ?? {};
    const held = annotations['cert-manager.io/common-name'] === commonName && annotations['cert-manager.io/issuer-name'] === issuer.name;
    return held ? undefined : `Secret ${namespace}/${name} to hold a certificate of ${commonName}`;
  },
  patience: {
    seconds: 180,
    id: 'certificate-not-ready',
    cause: 'cert-manager has not issued the certificate. Mostly its issuer is not Ready, or an approver has not approved the request.',
    remedy: 'Look at the conditions: kubectl describe certificate,certificaterequest. Then run the same command again.',
  },

  permissions: [],
  clusterRules: [
    { apiGroups: [group], resources: ['certificates'], verbs: ['get', 'list', 'create', 'update', 'delete'] },
    { apiGroups: [group], resources: ['issuers', 'clusterissuers'], verbs: ['get'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'delete'] },
  ],
  repeatable: [],
};

/** A day, renewed when eight hours of it are left: time to mend an issuer that fails, and little use for who copies the key. */
const duration = '24h0m0s';
const renewBefore = '8h0m0s';

/** As it is made, or written into git. */
export function certificateObject(desired: DesiredCertificate, owner: Owner): KubernetesObject {
  const { namespace, name } = desired;
  return { apiVersion, kind: 'Certificate', metadata: { name, namespace, labels: ownerLabels(owner) }, spec: specOf(desired) };
}

/** cert-manager.io/docs/reference/api-docs, CertificateSpec. Durations in Go's long form, as cert-manager writes them back. */
function specOf({ name, access, commonName, issuer }: DesiredCertificate): Readonly<Record<string, unknown>> {
  return {
    commonName,
    duration,
    issuerRef: { group, kind: issuer.kind, name: issuer.name },
    privateKey: { algorithm: 'ECDSA', encoding: 'PKCS8', rotationPolicy: 'Always', size: 256 },
    renewBefore,
    secretName: name,
    secretTemplate: { labels: { [accessLabel]: access } },
    // An end entity's certificate must be for digital signatures, and for clients where it says what it is for (user guide, "Trust model").
    usages: ['digital signature', 'client auth'],
  };
}

const shape = specOf({ namespace: '', name: '', access: '', commonName: '', issuer: { kind: 'Issuer', name: '' } });

function lines(spec: unknown): State {
  const text = (...path: readonly string[]): string => textAt(spec, ...path) ?? '';
  const usages = at(spec, 'usages');
  const labels = at(spec, 'secretTemplate', 'labels');
  return {
    'common name': text('commonName'),
    issuer: `${text('issuerRef', 'kind')} ${text('issuerRef', 'name')}`,
    Secret: `${text('secretName')}${labels === undefined ? '' : `, labels ${canonicalJson(labels)}`}`,
    key: `${text('privateKey', 'algorithm')} ${canonicalJson(at(spec, 'privateKey', 'size'))}, ${text('privateKey', 'encoding')}, rotation ${text('privateKey', 'rotationPolicy')}`,
    lasts: `${text('duration')}, renewed ${text('renewBefore')} before its end`,
    for: Array.isArray(usages) ? usages.join(', ') : '',
  };
}

function problemsOf(resource: Resource<DesiredCertificate>, { served, issuer, certificate: found, secret }: ObservedCertificate): readonly Finding[] {
  const { namespace, name, issuer: declared } = resource.desired;
  const place = { field: 'spec.credentials.rolesAnywhere.issuer', resource: address(resource) };
  if (!served) {
    return [{ id: 'cert-manager-absent', severity: 'error', message: 'the cluster does not serve Certificate of cert-manager.io/v1: cert-manager is not installed', cause: 'It makes the certificate for which the pods get their sessions, and renews it.', remedy: 'Install it: helm install cert-manager oci://quay.io/jetstack/charts/cert-manager -n cert-manager --create-namespace --set crds.enabled=true', place }];
  }
  if (found === undefined && secret !== undefined && secret.metadata.labels?.[accessLabel] === undefined) {
    return [{ id: 'name-taken', severity: 'error', message: `a Secret ${namespace}/${name} exists that is not made by this access`, cause: 'cert-manager would write over what it holds.', remedy: `Remove or rename it: kubectl get secret ${name} -n ${namespace}`, place: { resource: address(resource) } }];
  }
  const ready = readyCondition(issuer);
  if (ready.status === 'True') return [];
  const named = `${declared.kind} ${declared.name}`;
  return [
    issuer === undefined
      ? { id: 'certificate-issuer-missing', severity: 'error', message: `there is no ${named}`, cause: "It signs the certificate, and is the platform's: an access never makes one.", remedy: `Name one that exists (kubectl get ${declared.kind.toLowerCase()}s${declared.kind === 'Issuer' ? ` -n ${namespace}` : ''}).`, place }
      : // One that is not Ready for a while stops no renewal that is not due.
        { id: 'certificate-issuer-not-ready', severity: found === undefined ? 'error' : 'warning', message: `${named} is not Ready${ready.reason === undefined ? '' : `: ${ready.reason}`}`, cause: ready.message ?? 'cert-manager has not looked at it yet.', remedy: `Look at it: kubectl describe ${declared.kind.toLowerCase()} ${declared.name}`, place },
  ];
}
