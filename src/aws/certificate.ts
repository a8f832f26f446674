import { X509Certificate } from 'node:crypto';

/** What a certificate says of itself. */
export interface CertificateFacts {
  /** `CN=openhands.openhands` */
  readonly subject: string;
  readonly issuer: string;
  readonly from: Date;
  readonly to: Date;
  /** By the wall clock, which AWS goes by too. */
  readonly inForce: boolean;
  /** Did one of these authorities sign it? */
  signedByOneOf(authorities: string): boolean;
}

/** @param pem the first certificate of it; undefined when there is none */
export function readCertificate(pem: string): CertificateFacts | undefined {
  try {
    const certificate = new X509Certificate(pem);
    const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
    const now = new Date();
    return {
      subject: certificate.subject,
      issuer: certificate.issuer,
      from,
      to,
      inForce: from <= now && now < to,
      signedByOneOf: (authorities) => certificatesIn(authorities).some((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey)),
    };
  } catch {
    return undefined;
  }
}

function certificatesIn(pem: string): readonly X509Certificate[] {
  return [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(([text]) => new X509Certificate(text));
}
