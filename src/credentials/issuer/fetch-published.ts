import { discoveryPath, isRecord, keySetPath, textOf } from './documents.ts';
import type { Fetched, PublishedIssuer } from './findings.ts';

/** Milliseconds for one document; STS has little patience too. */
const patience = 10_000;

/** Fetches both documents as STS does. `at` looks below another address instead, where the issuer's name does not lead yet. */
export async function fetchPublished(issuer: string, at: string | undefined, signal: AbortSignal): Promise<PublishedIssuer> {
  const base = (at ?? issuer).replace(/\/$/, '');
  const discovery = await fetched(`${base}${discoveryPath}`, signal);
  if ('failed' in discovery) return { discovery };
  const named = textOf(discovery.document['jwks_uri']);
  if (named === '') return { discovery };
  return { discovery, keySet: await fetched(at === undefined ? named : `${base}${pathBelow(named, issuer)}`, signal) };
}

/** A key set that lies elsewhere than below the issuer is looked for where an export puts it. */
function pathBelow(address: string, issuer: string): string {
  const base = issuer.replace(/\/$/, '');
  return address.startsWith(`${base}/`) ? address.slice(base.length) : keySetPath;
}

async function fetched(address: string, signal: AbortSignal): Promise<Fetched> {
  try {
    const answer = await fetch(address, { redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) });
    if (answer.status !== 200) return { failed: `the answer is ${answer.status}` };
    const document: unknown = await answer.json();
    return isRecord(document) ? { document } : { failed: 'it is no JSON object' };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) return { failed: 'it is no JSON' };
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : error instanceof Error ? error.message : String(error);
    return { failed: reason === '' ? 'no connection' : reason };
  }
}
