/**
 * One look at a Certificate: its Secret is made when there is none, when it was made of another specification, and when it
 * is time to renew (cert-manager, pkg/controller/certificates/{trigger,issuing,readiness}; without CertificateRequests).
 */
import { Buffer } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import { goDuration } from '../external-secrets/remote-value.ts';
import { withCondition } from '../external-secrets/ready-condition.ts';
import { listAt, numberAt, objectAt, sameJson, textAt, type ObjectReference, type StoredObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';
import type { EventRecorder } from '../workloads/event-recorder.ts';
import type { Again } from '../workloads/work-queue.ts';
import type { World } from '../world.ts';
import { certManagerGroup } from './crds.ts';
import { issuerReference, readIssuer } from './issuer.ts';

export interface CertificateController {
  readonly world: World;
  readonly store: ObjectStore;
  readonly events: EventRecorder;
  /** The key of every certificate that was issued. */
  readonly issued: (key: string) => void;
}

/** cert-manager's defaults: 90 days, renewed when a third of them is left. */
const defaultDuration = '2160h';
/** How long a failed issuance waits at least before the next (an hour, doubled); an issuer that is not Ready is watched instead. */
const manager = 'cert-manager-certificates-issuing';

export function reconcileCertificate(reference: ObjectReference, controller: CertificateController): Again {
  const { store } = controller;
  const certificate = store.get(reference);
  if (certificate === undefined || certificate.metadata.deletionTimestamp !== undefined) return undefined;
  const duration = goDuration(textAt(certificate, 'spec', 'duration') ?? defaultDuration) ?? 0;
  const renewBefore = goDuration(textAt(certificate, 'spec', 'renewBefore') ?? '') ?? duration / 3;
  const now = controller.world.clock.time();
  const secret = store.get(secretReference(certificate));
  const renewAt = Date.parse(textAt(certificate, 'status', 'renewalTime') ?? '');
  const why = secret === undefined ? 'DoesNotExist' : isMadeOf(secret, certificate) ? (Number.isNaN(renewAt) || now >= renewAt ? 'Renewing' : undefined) : 'IncorrectCertificate';
  if (why === undefined) {
    ready(certificate, controller);
    return renewAt - now;
  }
  const issuer = store.get(issuerReference(certificate));
  const { authority } = issuer === undefined ? {} : readIssuer(issuer, store);
  if (authority === undefined) {
    // One that is valid still stays Ready until it ends.
    if (secret === undefined) setReady(certificate, { status: 'False', reason: 'DoesNotExist', message: 'Issuing certificate as Secret does not exist' }, {}, controller);
    return undefined;
  }
  // Wall time rules what a certificate says, since AWS reads it; the world's time rules when it is renewed.
  const from = Date.now() - 60_000;
  const credential = authority.issue({
    commonName: textAt(certificate, 'spec', 'commonName') ?? '',
    uris: listAt(certificate, 'spec', 'uris').map(String),
    addresses: listAt(certificate, 'spec', 'dnsNames').map(String),
    key: textAt(certificate, 'spec', 'privateKey', 'algorithm') === 'ECDSA' ? 'ECDSA' : 'RSA',
    usage: listAt(certificate, 'spec', 'usages').includes('client auth') ? 'client' : 'server',
    from,
    to: from + duration,
  });
  controller.issued(credential.key);
  writeSecret(certificate, secret, { 'tls.crt': credential.certificate, 'tls.key': credential.key, 'ca.crt': authority.certificate }, store);
  controller.events.normal(certificate, 'Issuing', 'The certificate has been successfully issued');
  const revision = (numberAt(certificate, 'status', 'revision') ?? 0) + 1;
  const times = { notBefore: stamp(now), notAfter: stamp(now + duration), renewalTime: stamp(now + duration - renewBefore), revision };
  ready(certificate, controller, times);
  return duration - renewBefore;
}

function ready(certificate: StoredObject, controller: CertificateController, more: Readonly<Record<string, unknown>> = {}): void {
  setReady(certificate, { status: 'True', reason: 'Ready', message: 'Certificate is up to date and has not expired' }, more, controller);
}

function setReady(certificate: StoredObject, condition: { readonly status: 'True' | 'False'; readonly reason: string; readonly message: string }, more: Readonly<Record<string, unknown>>, { store }: CertificateController): void {
  const { apiVersion, kind, metadata } = certificate;
  const current = store.get({ apiVersion, kind, namespace: metadata.namespace, name: metadata.name });
  if (current === undefined) return;
  const status = withCondition({ ...objectAt(current, 'status'), ...more }, { type: 'Ready', ...condition }, store.now());
  if (!sameJson(status, current['status'])) store.updateStatus({ ...current, status }, { manager: 'cert-manager-certificates-readiness' });
}

function secretReference({ spec, metadata }: StoredObject & { readonly spec?: unknown }): ObjectReference {
  return { apiVersion: 'v1', kind: 'Secret', namespace: metadata.namespace, name: textAt(spec, 'secretName') ?? '' };
}

/** cert-manager compares the request with the annotations and the certificate of the Secret (policies `SecretIssuerAnnotationsMismatch`, `SecretPrivateKeyMismatchesSpec`, `CurrentCertificateRequestMismatchesSpec`). */
function isMadeOf(secret: StoredObject, certificate: StoredObject): boolean {
  const wanted = annotationsOf(certificate);
  if (Object.entries(wanted).some(([name, value]) => secret.metadata.annotations?.[name] !== value)) return false;
  try {
    const pem = Buffer.from(textAt(secret, 'data', 'tls.crt') ?? '', 'base64').toString('utf8');
    return new X509Certificate(pem).subject === `CN=${textAt(certificate, 'spec', 'commonName') ?? ''}` && textAt(secret, 'data', 'tls.key') !== undefined;
  } catch {
    return false;
  }
}

function annotationsOf(certificate: StoredObject): Readonly<Record<string, string>> {
  const { kind, name } = issuerReference(certificate);
  return {
    'cert-manager.io/certificate-name': certificate.metadata.name,
    'cert-manager.io/issuer-name': name,
    'cert-manager.io/issuer-kind': kind,
    'cert-manager.io/issuer-group': textAt(certificate, 'spec', 'issuerRef', 'group') ?? certManagerGroup,
    'cert-manager.io/common-name': textAt(certificate, 'spec', 'commonName') ?? '',
    'cert-manager.io/uri-sans': listAt(certificate, 'spec', 'uris').map(String).join(','),
    'cert-manager.io/alt-names': listAt(certificate, 'spec', 'dnsNames').map(String).join(','),
  };
}

/** A Secret of that name that is there is written into, whoever made it. */
function writeSecret(certificate: StoredObject, existing: StoredObject | undefined, content: Readonly<Record<string, string>>, store: ObjectStore): void {
  const template = objectAt(certificate, 'spec', 'secretTemplate');
  const textsOf = (field: 'annotations' | 'labels'): Record<string, string> => Object.fromEntries(Object.entries(objectAt(template, field)).map(([name, value]) => [name, String(value)]));
  const metadata = {
    ...existing?.metadata,
    namespace: certificate.metadata.namespace ?? 'default',
    name: textAt(certificate, 'spec', 'secretName') ?? '',
    annotations: { ...existing?.metadata.annotations, ...annotationsOf(certificate), ...textsOf('annotations') },
    labels: { ...existing?.metadata.labels, 'controller.cert-manager.io/fao': 'true', ...textsOf('labels') },
  };
  const secret = { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', data: Object.fromEntries(Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) };
  if (existing === undefined) store.create({ ...secret, metadata }, { manager });
  else store.update({ ...existing, ...secret, metadata }, { manager });
}

function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
