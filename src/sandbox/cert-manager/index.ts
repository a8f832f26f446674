/**
 * A stand-in for cert-manager: its CustomResourceDefinitions, issuers that hold a certificate authority in a Secret, and
 * Certificates, whose Secrets are made and renewed. With a ClusterIssuer `platform`, as a platform would have one.
 */
import { Buffer } from 'node:buffer';
import { createAuthority } from '../certificates/authority.ts';
import { objectAt, sameJson, textAt, type ObjectReference, type StoredObject } from '../kubernetes/object.ts';
import type { StoreEvent } from '../kubernetes/store.ts';
import { withCondition } from '../external-secrets/ready-condition.ts';
import { keyOf, referenceOf, referenceTo } from '../workloads/controller.ts';
import { EventRecorder } from '../workloads/event-recorder.ts';
import { WorkQueue } from '../workloads/work-queue.ts';
import type { Part, World } from '../world.ts';
import { reconcileCertificate } from './certificate.ts';
import { certManagerDefinitions, certManagerVersion } from './crds.ts';
import { clusterResourceNamespace, issuerReference, readIssuer } from './issuer.ts';

/** The ClusterIssuer that is there from the start. */
export const platformIssuer = 'platform';

const backOff = { first: 1000, most: 5 * 60_000 };

export interface CertManagerPart extends Part {
  /** Of the ClusterIssuer `platform`, PEM. */
  readonly authority: string;
}

/** Kubernetes must have been started. @param issued gets the key of every certificate */
export function startCertManager(world: World, issued: (key: string) => void): CertManagerPart {
  const { store } = world;
  if (store === undefined) throw new Error('cert-manager needs the Kubernetes part to be started first');
  for (const definition of certManagerDefinitions) store.create(definition, { manager: 'helm' });
  const events = new EventRecorder(store, 'cert-manager-certificates-issuing');

  const certificates = new WorkQueue(world.clock, backOff, (key) => reconcileCertificate(referenceOf(key), { world, store, events, issued }));
  const issuers = new WorkQueue(world.clock, backOff, (key) => {
    const reference = referenceOf(key);
    const issuer = store.get(reference);
    if (issuer === undefined) return undefined;
    const { authority: found, reason, message } = readIssuer(issuer, store);
    const status = withCondition(objectAt(issuer, 'status'), { type: 'Ready', status: found === undefined ? 'False' : 'True', reason, message }, store.now());
    if (!sameJson(status, issuer['status'])) store.updateStatus({ ...issuer, status }, { manager: 'cert-manager-issuers' });
    return undefined;
  });

  const all = (kind: string): readonly StoredObject[] => store.list(certManagerVersion, kind);
  const unsubscribe = store.subscribe(({ type, object }: StoreEvent) => {
    if (object.apiVersion === certManagerVersion && type !== 'DELETED') {
      if (object.kind === 'Certificate') certificates.add(keyOf(referenceTo(object)));
      else {
        issuers.add(keyOf(referenceTo(object)));
        for (const certificate of all('Certificate')) if (sameJson(issuerReference(certificate), issuerNamed(object))) certificates.add(keyOf(referenceTo(certificate)));
      }
    }
    if (object.kind === 'Secret' && object.apiVersion === 'v1') {
      for (const issuer of [...all('Issuer'), ...all('ClusterIssuer')]) if (textAt(issuer, 'spec', 'ca', 'secretName') === object.metadata.name) issuers.add(keyOf(referenceTo(issuer)));
      for (const certificate of all('Certificate')) if (textAt(certificate, 'spec', 'secretName') === object.metadata.name && certificate.metadata.namespace === object.metadata.namespace) certificates.add(keyOf(referenceTo(certificate)));
    }
  });

  const authority = createAuthority(platformIssuer);
  store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: clusterResourceNamespace } }, { manager: 'helm' });
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  store.create(
    { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { namespace: clusterResourceNamespace, name: platformIssuer }, data: { 'tls.crt': encoded(authority.certificate), 'tls.key': encoded(authority.key) } },
    { manager: 'helm' },
  );
  issued(authority.key);
  store.create({ apiVersion: certManagerVersion, kind: 'ClusterIssuer', metadata: { name: platformIssuer }, spec: { ca: { secretName: platformIssuer } } }, { manager: 'helm' });
  return {
    authority: authority.certificate,
    async stop() {
      unsubscribe();
      await certificates.stop();
      await issuers.stop();
    },
  };
}

function issuerNamed({ kind, metadata }: StoredObject): ObjectReference {
  return { apiVersion: certManagerVersion, kind, name: metadata.name, ...(kind === 'Issuer' ? { namespace: metadata.namespace } : {}) };
}
