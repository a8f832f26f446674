/** What is wrong between a cluster's issuer and what is published at its address; pure. */
import type { Finding } from '../../finding.ts';
import { discoveryPath, keySetPath, keysOf, textOf, type IssuerDocuments } from './documents.ts';

/** A document as it was fetched, or why it was not. */
export type Fetched = { readonly document: Readonly<Record<string, unknown>> } | { readonly failed: string };

export interface PublishedIssuer {
  readonly discovery: Fetched;
  /** Undefined where the discovery document names none. */
  readonly keySet?: Fetched;
}

/**
 * IAM takes an issuer that begins with `https://` and has no query and no port, and must reach it from the internet
 * (IAM API reference, CreateOpenIDConnectProvider, Url).
 */
export function issuerNotPublic(issuer: string): readonly Finding[] {
  const why = reasonNotPublic(issuer);
  if (why === undefined) return [];
  return [
    {
      id: 'issuer-not-public',
      severity: 'error',
      message: `the cluster's tokens name the issuer ${issuer === '' ? '(none)' : issuer}, which AWS cannot use`,
      cause: why,
      remedy:
        'Give kube-apiserver a public address as its first --service-account-issuer, such as https://oidc.example.com, and keep the present one as a second: tokens of either are then accepted in the cluster. Host what `bedrock-access issuer export` writes below that address.',
      place: { resource: issuer },
    },
  ];
}

function reasonNotPublic(issuer: string): string | undefined {
  if (!URL.canParse(issuer) || !issuer.startsWith('https://')) return 'An issuer is an https:// address.';
  const { hostname, port, search } = new URL(issuer);
  if (port !== '') return 'IAM takes no issuer with a port.';
  if (search !== '') return 'IAM takes no issuer with a query.';
  if (/^\[|^\d+(\.\d+){3}$/.test(hostname)) return 'It names an address, not a host that has a certificate of a public authority.';
  if (!hostname.includes('.') || /\.(svc|local|internal|localhost)$/.test(hostname) || /\.svc\./.test(hostname)) return 'The host is known only inside the cluster, and STS fetches the keys over the internet.';
  return undefined;
}

/** The published documents must say the same issuer, and hold every key that the cluster may sign with. */
export function publishedDiffers(live: IssuerDocuments, published: PublishedIssuer): readonly Finding[] {
  const { discovery, keySet } = published;
  if ('failed' in discovery) return [unreachable(live, `${trimmed(live.issuer)}${discoveryPath}`, discovery.failed)];
  const said = textOf(discovery.document['issuer']);
  // Byte for byte: a slash at the end makes it another issuer (OpenID Connect Discovery 1.0, section 4.3).
  if (said !== live.issuer) return [documentWrong(live, `its discovery document says that the issuer is ${said === '' ? '(nothing)' : said}`)];
  if (keySet === undefined) return [documentWrong(live, 'its discovery document names no jwks_uri')];
  if ('failed' in keySet) return [unreachable(live, textOf(discovery.document['jwks_uri']), keySet.failed)];
  return keysDiffer(live, keysOf(keySet.document));
}

function keysDiffer({ issuer, keys: live }: IssuerDocuments, published: IssuerDocuments['keys']): readonly Finding[] {
  const missing = live.filter((key) => !published.some(({ kid, material }) => kid === key.kid && material === key.material));
  const left = published.filter((key) => !live.some(({ kid }) => kid === key.kid));
  const place = { resource: issuer };
  return [
    ...missing.map((key): Finding => ({
      id: 'issuer-key-missing',
      severity: 'error',
      message: `the key ${key.kid} of the cluster is not published at ${issuer}`,
      cause: `${published.some(({ kid }) => kid === key.kid) ? 'Another key is published under its id.' : 'The API server got it after the last export.'} AWS refuses every token that it signs (InvalidIdentityToken).`,
      remedy: 'Run `bedrock-access issuer export` and publish both files; then `bedrock-access issuer verify`. The API server may sign with a key only when it is published.',
      place,
    })),
    ...left.map((key): Finding => ({
      id: 'issuer-key-left',
      severity: 'info',
      message: `the key ${key.kid} is published at ${issuer}, and the cluster does not know it any more`,
      cause: 'The signing key of the API server was changed, and its earlier one is still trusted by AWS.',
      remedy: 'Leave it until the tokens that it signed have ended (an hour by default, a day at most for the workloads of bedrock-access), then publish a new export, which is without it. A key that leaked has to go at once.',
      place,
    })),
  ];
}

function unreachable({ issuer }: IssuerDocuments, address: string, failed: string): Finding {
  return {
    id: 'issuer-unreachable',
    severity: 'error',
    message: `${address} cannot be fetched: ${failed}`,
    cause: 'STS fetches this document over the internet, with a certificate of a public authority, before it accepts a token.',
    remedy: 'Publish both files of `bedrock-access issuer export` there, readable for everyone and without a redirect.',
    place: { resource: issuer },
  };
}

function documentWrong({ issuer }: IssuerDocuments, what: string): Finding {
  return {
    id: 'issuer-document-wrong',
    severity: 'error',
    message: `what is published at ${issuer} is not this cluster's: ${what}`,
    cause: 'A token is accepted only when the document at its issuer names that very issuer, to the letter, and the address of its keys.',
    remedy: `Publish both files of \`bedrock-access issuer export\`: ${discoveryPath} and ${keySetPath}.`,
    place: { resource: issuer },
  };
}

function trimmed(issuer: string): string {
  return issuer.replace(/\/$/, '');
}
