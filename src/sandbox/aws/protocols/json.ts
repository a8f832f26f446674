import { AwsError } from '../error.ts';
import { isRecord } from '../fields.ts';
import type { WireResponse } from '../wire.ts';

/** How a protocol writes times: AWS JSON 1.1 as seconds, Bedrock's REST as ISO 8601 (its API model says so). */
export type TimeFormat = 'seconds' | 'iso';

export function readJson(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isRecord(value)) return value;
  } catch {
    // answered below
  }
  throw new AwsError('SerializationException', 400, 'The request body is no JSON object.');
}

export function writeJson(answer: Readonly<Record<string, unknown>>, times: TimeFormat, requestId: string, status = 200): WireResponse {
  return {
    status,
    headers: { 'content-type': times === 'seconds' ? 'application/x-amz-json-1.1' : 'application/json', 'x-amzn-requestid': requestId },
    body: Buffer.from(JSON.stringify(encode(answer, times))),
  };
}

export function writeJsonError(error: AwsError, times: TimeFormat, requestId: string): WireResponse {
  // Bedrock's front door (credentials, permissions) writes `Message`, the service behind it `message`; clients read both.
  const text = times === 'iso' && error.status === 403 ? { Message: error.message } : { message: error.message };
  const body = times === 'seconds' ? { __type: error.code, ...text } : text;
  return {
    status: error.status,
    headers: { 'content-type': times === 'seconds' ? 'application/x-amz-json-1.1' : 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function encode(value: unknown, times: TimeFormat): unknown {
  if (value instanceof Date) return times === 'seconds' ? value.getTime() / 1000 : value.toISOString();
  if (Array.isArray(value)) return value.map((member) => encode(member, times));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, encode(member, times)]));
  return value;
}
