import type { WireResponse } from '../wire.ts';
import type { AwsError } from '../error.ts';

/**
 * AWS Query (IAM, STS): a form in, XML out. `Tags.member.1.Key=a` becomes `{ Tags: [{ Key: 'a' }] }`
 * (Smithy, "AWS query protocol").
 */
export function readForm(body: Buffer): Readonly<Record<string, unknown>> {
  const root: Node = new Map();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    const parts = name.split('.');
    let node = root;
    for (const part of parts.slice(0, -1)) {
      const next = node.get(part);
      const child: Node = next instanceof Map ? next : new Map();
      node.set(part, child);
      node = child;
    }
    const last = parts.at(-1);
    if (last !== undefined) node.set(last, value);
  }
  return Object.fromEntries(Array.from(root, ([name, value]) => [name, plain(value)]));
}

type Node = Map<string, string | Node>;

function plain(value: string | Node): unknown {
  if (typeof value === 'string') return value;
  const members = value.get('member');
  if (members instanceof Map) {
    return [...members].sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => plain(member));
  }
  return Object.fromEntries(Array.from(value, ([name, child]) => [name, plain(child)]));
}

export function writeXml(operation: string, namespace: string, answer: Readonly<Record<string, unknown>>, requestId: string): WireResponse {
  const result = Object.keys(answer).length === 0 ? '' : element(`${operation}Result`, answer);
  const body = `<${operation}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body: Buffer.from(body) };
}

export function writeXmlError(error: AwsError, namespace: string, requestId: string): WireResponse {
  const type = error.status >= 500 ? 'Receiver' : 'Sender';
  const body = `<ErrorResponse xmlns="${namespace}"><Error>${element('Type', type)}${element('Code', error.code)}${element('Message', error.message)}</Error>${element('RequestId', requestId)}</ErrorResponse>`;
  return { status: error.status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body: Buffer.from(body) };
}

function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, 'Z');
  if (Array.isArray(value)) return value.map((member) => element('member', member)).join('');
  if (value instanceof Map) return Array.from(value, ([key, entry]) => `<entry>${element('key', key)}${element('value', entry)}</entry>`).join('');
  if (typeof value === 'object' && value !== null) return Object.entries(value).map(([name, member]) => element(name, member)).join('');
  return escape(String(value));
}

function escape(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
