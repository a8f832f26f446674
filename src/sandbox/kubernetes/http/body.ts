import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { parse as parseYaml } from 'yaml';
import { decodeProtobuf } from '../protobuf/decode.ts';
import { badRequest, StatusError, unsupportedMediaType } from '../status-error.ts';

/** The most that the real server reads (3 MiB). */
const mostBytes = 3 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > mostBytes) throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${mostBytes}`);
    chunks.push(bytes);
  }
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** `application/json; charset=utf-8` -> `application/json` */
export function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]!.trim().toLowerCase();
}

const readable = new Set(['', 'application/json', 'application/yaml', 'application/x-yaml', 'text/yaml', 'application/x-www-form-urlencoded']);

/** The value of a body: JSON, YAML, or protobuf of built-in kinds. */
export function parseBody(body: Buffer, contentType: string): unknown {
  if (contentType === 'application/vnd.kubernetes.protobuf') return body.length === 0 ? undefined : decodeProtobuf(body);
  if (!readable.has(contentType) && !contentType.endsWith('-patch+json') && contentType !== 'application/apply-patch+yaml') {
    throw unsupportedMediaType('the body of the request was in an unknown format - accepted media types include: application/json, application/yaml');
  }
  const text = body.toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (contentType.endsWith('-patch+json')) throw badRequest(`error decoding patch: ${goJsonWords(text, error)}`);
    if (contentType === 'application/json') throw badRequest(jsonWords(error));
  }
  try {
    return parseYaml(text);
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Go's words where the text ends too early, which is the commonest; JavaScript's otherwise. */
function goJsonWords(text: string, error: unknown): string {
  if (/^[\s{["]*$/.test(text)) return 'unexpected end of JSON input';
  return error instanceof Error ? error.message : String(error);
}

function jsonWords(error: unknown): string {
  return `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`;
}
