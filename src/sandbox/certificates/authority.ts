import { Buffer } from 'node:buffer';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { bitString, boolean, extension, objectIdentifier, sequence, tagged, time } from './der.ts';

/** A certificate and its key, as PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends Credential {
  /** A certificate of this authority: a server's (with addresses) or a client's (common name = user, organizations = groups). */
  issue(subject: Subject): Credential;
}

export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** IP addresses and DNS names. */
  readonly addresses?: readonly string[];
  readonly uris?: readonly string[];
  /** Default: an elliptic curve key of 256 bits. */
  readonly key?: 'ECDSA' | 'RSA';
  /** Milliseconds since 1970. Default: an hour ago. */
  readonly from?: number;
  /** Default: in ten years. */
  readonly to?: number;
  /** Default: of a server with addresses, else of a client. */
  readonly usage?: 'server' | 'client';
}

const hour = 3_600_000;
const tenYears = 10 * 365 * 86_400_000;

/** A certificate authority for one run. X.509 v3 by hand (RFC 5280). */
export function createAuthority(commonName: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = distinguishedName(commonName, []);
  const now = Date.now();
  const certificate = signed({ subject: issuer, issuer, publicKey, from: now - hour, to: now + tenYears }, privateKey, [
    extension('2.5.29.19', true, sequence(boolean(true))),
    extension('2.5.29.15', true, bitString(Buffer.from([0x86]), 1)),
    extension('2.5.29.14', false, tagged(0x04, keyIdOf(publicKey))),
  ]);
  return authorityOf({ certificate, key: pem(privateKey) });
}

/** The authority that holds this certificate and its elliptic curve key; as one that `createAuthority` made. */
export function authorityOf(credential: Credential): Authority {
  const certificate = new X509Certificate(credential.certificate);
  const privateKey = createPrivateKey(credential.key);
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? '';
  const issuer = distinguishedName(commonName, []);
  const keyId = keyIdOf(createPublicKey(privateKey));
  return {
    ...credential,
    issue({ commonName: name, organizations = [], addresses = [], uris = [], key = 'ECDSA', from = Date.now() - hour, to = Date.now() + tenYears, usage = addresses.length > 0 ? 'server' : 'client' }) {
      const pair = key === 'RSA' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const alternatives = [...addresses.map(alternativeName), ...uris.map((uri) => tagged(0x86, Buffer.from(uri, 'ascii')))];
      const extensions = [
        extension('2.5.29.15', true, bitString(Buffer.from([0x80]), 7)),
        extension('2.5.29.37', false, sequence(objectIdentifier(usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'))),
        extension('2.5.29.35', false, sequence(tagged(0x80, keyId))),
        ...(alternatives.length > 0 ? [extension('2.5.29.17', false, sequence(...alternatives))] : []),
      ];
      return { certificate: signed({ subject: distinguishedName(name, organizations), issuer, publicKey: pair.publicKey, from, to }, privateKey, extensions), key: pem(pair.privateKey) };
    },
  };
}

function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash('sha1').update(publicKey.export({ type: 'spki', format: 'der' })).digest();
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

interface Content {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly from: number;
  readonly to: number;
}

function signed({ subject, issuer, publicKey, from, to }: Content, signingKey: KeyObject, extensions: readonly Buffer[]): string {
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
  const content = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    ecdsaWithSha256,
    issuer,
    sequence(time(from), time(to)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const der = sequence(content, ecdsaWithSha256, bitString(sign('sha256', content, signingKey), 0));
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/(.{64})/g, '$1\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
}

function distinguishedName(commonName: string, organizations: readonly string[]): Buffer {
  const part = (type: string, value: string): Buffer => tagged(0x31, sequence(objectIdentifier(type), tagged(0x0c, Buffer.from(value, 'utf8'))));
  return sequence(...organizations.map((organization) => part('2.5.4.10', organization)), part('2.5.4.3', commonName));
}

function alternativeName(address: string): Buffer {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) return tagged(0x87, Buffer.from(address.split('.').map(Number)));
  return tagged(0x82, Buffer.from(address, 'ascii'));
}
