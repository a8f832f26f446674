import { Buffer } from 'node:buffer';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate and its key, as PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends Credential {
  /** A certificate of this authority: a server's (with addresses) or a client's (common name = user, organizations = groups). */
  issue(subject: { readonly commonName: string; readonly organizations?: readonly string[]; readonly addresses?: readonly string[] }): Credential;
}

/** A certificate authority for one run. X.509 v3 by hand (RFC 5280): Node can sign, but not write certificates. */
export function createAuthority(commonName: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = distinguishedName(commonName, []);
  const keyId = createHash('sha1').update(publicKey.export({ type: 'spki', format: 'der' })).digest();
  const certificate = signed(issuer, issuer, publicKey, privateKey, [
    extension('2.5.29.19', true, sequence(boolean(true))),
    extension('2.5.29.15', true, bitString(Buffer.from([0x86]), 1)),
    extension('2.5.29.14', false, tagged(0x04, keyId)),
  ]);
  return {
    certificate,
    key: pem(privateKey),
    issue({ commonName: name, organizations = [], addresses = [] }) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const usage = addresses.length > 0 ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
      const extensions = [
        extension('2.5.29.15', true, bitString(Buffer.from([0x80]), 7)),
        extension('2.5.29.37', false, sequence(objectIdentifier(usage))),
        extension('2.5.29.35', false, sequence(tagged(0x80, keyId))),
        ...(addresses.length > 0 ? [extension('2.5.29.17', false, sequence(...addresses.map(alternativeName)))] : []),
      ];
      return { certificate: signed(distinguishedName(name, organizations), issuer, pair.publicKey, privateKey, extensions), key: pem(pair.privateKey) };
    },
  };
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

function signed(subject: Buffer, issuer: Buffer, publicKey: KeyObject, signingKey: KeyObject, extensions: readonly Buffer[]): string {
  const now = Date.now();
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
  const content = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    ecdsaWithSha256,
    issuer,
    sequence(time(now - 3_600_000), time(now + 10 * 365 * 86_400_000)),
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

function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), ...(critical ? [boolean(true)] : []), tagged(0x04, value));
}

function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tagged(0x18, Buffer.from(digits, 'ascii'));
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function bitString(bits: Buffer, unused: number): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unused]), bits]));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest.flatMap(baseOf128)];
  return tagged(0x06, Buffer.from(bytes));
}

function baseOf128(value: number): readonly number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** Tag, length, content (X.690). */
function tagged(tag: number, content: Buffer): Buffer {
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(2 * Math.ceil(content.length.toString(16).length / 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}
