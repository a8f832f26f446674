/** Issuers of the type `ca`: a certificate and its key in a Secret (cert-manager.io/docs/configuration/ca). */
import { Buffer } from 'node:buffer';
import { authorityOf, type Authority } from '../certificates/authority.ts';
import { textAt, valueAt, type ObjectReference, type StoredObject } from '../kubernetes/object.ts';
import type { ObjectStore } from '../kubernetes/store.ts';
import { certManagerVersion } from './crds.ts';

/** Where Secrets of ClusterIssuers lie (`--cluster-resource-namespace`). */
export const clusterResourceNamespace = 'cert-manager';

export interface FoundIssuer {
  readonly authority?: Authority;
  /** Of the condition Ready, as cert-manager writes it. */
  readonly reason: string;
  readonly message: string;
}

export function issuerReference(certificate: StoredObject): ObjectReference {
  const kind = textAt(certificate, 'spec', 'issuerRef', 'kind') ?? 'Issuer';
  return { apiVersion: certManagerVersion, kind, name: textAt(certificate, 'spec', 'issuerRef', 'name') ?? '', ...(kind === 'Issuer' ? { namespace: certificate.metadata.namespace } : {}) };
}

export function readIssuer(issuer: StoredObject, store: ObjectStore): FoundIssuer {
  const name = textAt(issuer, 'spec', 'ca', 'secretName');
  if (name === undefined) return { reason: 'ErrInitIssuer', message: 'the sandbox has issuers of the type ca alone' };
  const secret = store.get({ apiVersion: 'v1', kind: 'Secret', namespace: issuer.metadata.namespace ?? clusterResourceNamespace, name });
  if (secret === undefined) return { reason: 'ErrGetKeyPair', message: `Error getting keypair for CA issuer: secrets "${name}" not found` };
  try {
    const authority = authorityOf({ certificate: decoded(secret, 'tls.crt'), key: decoded(secret, 'tls.key') });
    return { authority, reason: 'KeyPairVerified', message: 'Signing CA verified' };
  } catch (error) {
    return { reason: 'ErrInvalidKeyPair', message: `Error getting keypair for CA issuer: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function decoded(secret: StoredObject, key: string): string {
  const value = valueAt(secret, 'data', key);
  return Buffer.from(typeof value === 'string' ? value : '', 'base64').toString('utf8');
}
