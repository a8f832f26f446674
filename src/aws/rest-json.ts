/**
 * Calls of a REST-JSON service without an SDK client here: there is none of a version that fits (docs/decisions), or it
 * would be one for a single call. They are signed with Signature Version 4 by the SDK's own signer and sent by its own handler, so that time-outs, connections and what a
 * failure looks like are the same as in every other service.
 */
import { Sha256 } from '@aws-crypto/sha256-js';
import type { HttpResponse } from '@smithy/protocol-http';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { textIn } from './answer.ts';
import { clientSettings } from './client-settings.ts';
import { endpointOf, type EndpointService } from './endpoint.ts';
import type { Session } from './session.ts';

export interface RestService {
  /** In the scope of a signature, and what its address begins with: `rolesanywhere`. */
  readonly signingName: string;
  /** It has dual-stack addresses only. */
  readonly dualStack?: boolean;
  readonly endpoint: EndpointService;
  readonly region: string;
}

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

export type RestCaller = (call: RestCall) => Promise<unknown>;

/** Sends a call signed with the session's credentials; answers the JSON of a 2xx, throws what `classify` reads of any other. */
export function restCaller(session: Session, service: RestService): RestCaller {
  const send = sender(session, service);
  return async (call) => {
    const signer = new SignatureV4({ service: service.signingName, region: service.region, credentials: session.credentials, sha256: Sha256 });
    return send(new HttpRequest(await signer.sign(requestOf(call, session, service))));
  };
}

/** Sends requests that are signed already. */
export function sender(session: Session, { endpoint, region }: RestService): (request: HttpRequest) => Promise<unknown> {
  const { requestHandler } = clientSettings(session, endpoint, region);
  return async (request) => {
    const { response } = await requestHandler.handle(request);
    const text = await textOf(response);
    if (response.statusCode < 300) return text === '' ? {} : JSON.parse(text);
    throw failureOf(response, text);
  };
}

/** The request before its signature. */
export function requestOf({ method, path, query = {}, body }: RestCall, session: Session, service: RestService): HttpRequest {
  const address = new URL(addressOf(session, service));
  return new HttpRequest({
    method,
    protocol: address.protocol,
    hostname: address.hostname,
    ...(address.port === '' ? {} : { port: Number(address.port) }),
    path,
    query: { ...query },
    headers: { host: address.host, 'user-agent': session.userAgent, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** AWS General Reference: `rolesanywhere.us-west-2.amazonaws.com`, `rolesanywhere-fips.…`; dual-stack `eks-auth.us-west-2.api.aws`. */
function addressOf({ endpoint, environment }: Session, service: RestService): string {
  const given = endpointOf(service.endpoint, endpoint, environment);
  if (given !== undefined) return given;
  const fips = environment['AWS_USE_FIPS_ENDPOINT'] === 'true' ? '-fips' : '';
  const [suffix, ofChina] = service.dualStack === true ? ['api.aws', 'api.amazonwebservices.com.cn'] : ['amazonaws.com', 'amazonaws.com.cn'];
  return `https://${service.signingName}${fips}.${service.region}.${service.region.startsWith('cn-') ? ofChina : suffix}`;
}

async function textOf(response: HttpResponse): Promise<string> {
  const body: unknown = response.body;
  if (!isChunks(body)) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}

function isChunks(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** AWS REST-JSON: the error's name stands in the header `x-amzn-errortype` or in the body's `__type`, perhaps with a namespace before or an address behind it. */
function failureOf({ statusCode, headers }: HttpResponse, text: string): Error {
  const body = jsonOf(text);
  const named = headers['x-amzn-errortype'] ?? textIn(body, '__type') ?? textIn(body, 'code') ?? 'UnknownError';
  const name = named.split(':')[0]?.split('#').at(-1) ?? named;
  return Object.assign(new Error(textIn(body, 'message') ?? textIn(body, 'Message') ?? ''), {
    name,
    $metadata: { httpStatusCode: statusCode, requestId: headers['x-amzn-requestid'] },
    $response: { headers },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
