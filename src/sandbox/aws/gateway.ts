import { setTimeout as wait } from 'node:timers/promises';
import type { AuthorizationRequest } from '../../policy/types.ts';
import { runIdOf, type Strike } from '../faults.ts';
import type { World } from '../world.ts';
import { authenticate, type BearerTokenType } from './authenticate.ts';
import { authorize, requestOf } from './authorize.ts';
import { Body, type Answer, type Call, type Check } from './call.ts';
import { AwsError } from './error.ts';
import type { Identity } from './identity.ts';
import { requestId as newRequestId } from './ids.ts';
import { writeJson, writeJsonError } from './protocols/json.ts';
import { writeXml, writeXmlError } from './protocols/query.ts';
import { route, serviceOf, type Routed } from './route.ts';
import { readAuthorization } from './signature.ts';
import type { Service } from './services.ts';
import type { AwsState } from './state.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** From a request to its answer: fault, authentication, authorisation, execution; each call leaves one line in the audit log. */
export async function handle(request: WireRequest, state: AwsState, world: World, random: () => number): Promise<WireResponse> {
  const requestId = newRequestId(random);
  const log = new CallLog(request, world);
  let service: Service | undefined;
  try {
    service = serviceOf(request);
    const routed = route(request, service);
    log.action = routed.operation.action;
    log.operation = routed.name;
    const strike = world.faults.strike({ service: 'aws', names: [routed.operation.action, `${service.name}:${routed.name}`], userAgent: userAgentOf(request) });
    const { answer, dropped } = await struck(strike, service, () => execute(request, routed, requireService(service), state, world, requestId, log));
    if (dropped || answer === undefined) {
      log.write('error', 0, 'ConnectionDropped');
      return 'drop';
    }
    log.write('allow', routed.status);
    return write(answer, routed, service, requestId);
  } catch (error) {
    const failure = error instanceof AwsError ? error : internalFailure(error);
    const verdict = denials.has(failure.code.replace(/Exception$/, '')) ? 'deny' : 'error';
    log.resource = failure.resource ?? log.resource;
    log.explanation = failure.explanation ?? log.explanation;
    log.write(verdict, failure.status, failure.code);
    return writeError(failure, service, requestId);
  }
}

async function execute(request: WireRequest, routed: Routed, service: Service, state: AwsState, world: World, requestId: string, log: CallLog): Promise<Answer> {
  const { identity, accessKeyId, region, bearer } = routed.operation.unsigned === true ? unsigned(world) : await signed(request, service, state, world);
  log.identity = identity.arn;
  const call: Call = { world, state, identity, accessKeyId, region, input: routed.input, request, requestId };
  // AWS refuses IAM calls of GetSessionToken's credentials without MFA (STS API reference, GetSessionToken).
  if (identity.kind === 'session-token' && service.name === 'iam') throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid');
  const own = routed.operation.checks(call);
  log.resource = own[0]?.resource ?? '*';
  if (identity.kind !== 'anonymous') log.accessKeyId = accessKeyId;
  // Bedrock user guide, "Permissions for API keys": bedrock:CallWithBearerToken beside the action itself.
  const checks: readonly Check[] = bearer === undefined ? own : [{ action: 'bedrock:CallWithBearerToken', resource: '*', context: { 'bedrock:BearerTokenType': bearer } }, ...own];
  log.asked = checks.map((check) => requestOf(check, call));
  log.explanation = authorize(log.asked, call, service.protocol === 'query' ? { code: 'AccessDenied', status: 403 } : { code: 'AccessDeniedException', status: service.protocol === 'json' ? 400 : 403 });
  const answer = await routed.operation.run(call);
  if (service.name === 'iam' && !/^(Get|List|Simulate)/.test(routed.name)) state.credentials.changed();
  return answer;
}

interface Caller {
  readonly identity: Identity;
  readonly accessKeyId: string;
  readonly region: string;
  readonly bearer?: BearerTokenType;
}

async function signed(request: WireRequest, service: Service, state: AwsState, world: World): Promise<Caller> {
  const { credential, ...rest } = await authenticate(request, service.protocol, state, world);
  return { identity: credential.identity, ...rest };
}

/** A call without credentials says no region either; the one who asks is told apart by what the call holds. */
function unsigned({ account }: World): Caller {
  const identity: Identity = { kind: 'anonymous', arn: 'anonymous', account, userId: 'anonymous', name: 'anonymous', tags: {}, policies: { identity: [] } };
  return { identity, accessKeyId: '', region: 'us-east-1' };
}

/** The world's misbehaviour around the execution. An error of a dropped call is dropped too. */
async function struck(strike: Strike | undefined, service: Service, run: () => Promise<Answer>): Promise<{ readonly answer?: Answer; readonly dropped: boolean }> {
  switch (strike?.kind) {
    case undefined:
      return { answer: await run(), dropped: false };
    case 'status':
      throw new AwsError(strike.code, strike.status, `The sandbox was told to answer ${strike.code}.`);
    case 'throttle':
      throw throttled(service);
    case 'delay':
      await wait(strike.milliseconds);
      return { answer: await run(), dropped: false };
    case 'drop':
      if (strike.when === 'after') await run().catch(() => undefined);
      return { dropped: true };
  }
}

/** In each service's words; Bedrock's for a token quota. */
function throttled(service: Service): AwsError {
  switch (service.protocol) {
    case 'query':
      return new AwsError('Throttling', 400, 'Rate exceeded');
    case 'json':
      return new AwsError('ThrottlingException', 400, 'Rate exceeded');
    case 'rest':
      return new AwsError('ThrottlingException', 429, 'Too many tokens, please wait before trying again.');
  }
}

function write(answer: Answer, routed: Routed, service: Service, requestId: string): WireResponse {
  if (answer instanceof Body) {
    return { status: routed.status, headers: { 'content-type': answer.contentType, 'x-amzn-requestid': requestId, ...answer.headers }, body: answer.content };
  }
  if (service.protocol === 'query') return writeXml(routed.name, service.namespace, answer, requestId);
  return writeJson(answer, service.protocol === 'json' ? 'seconds' : 'iso', requestId, routed.status);
}

function writeError(error: AwsError, service: Service | undefined, requestId: string): WireResponse {
  if (service?.protocol === 'query') return writeXmlError(error, service.namespace, requestId);
  return writeJsonError(error, service?.protocol === 'json' ? 'seconds' : 'iso', requestId);
}

/** Codes (without `Exception`) that mean: not you. */
const denials: ReadonlySet<string> = new Set([
  'AccessDenied',
  'InvalidClientTokenId',
  'UnrecognizedClient',
  'SignatureDoesNotMatch',
  'InvalidSignature',
  'ExpiredToken',
  'MissingAuthenticationToken',
  'IncompleteSignature',
]);

function internalFailure(error: unknown): AwsError {
  process.emitWarning(`the sandbox's AWS failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new AwsError('InternalFailure', 500, 'The request processing has failed because of an unknown error, exception or failure.');
}

function requireService(service: Service | undefined): Service {
  if (service === undefined) throw new AwsError('InternalFailure', 500, 'no service');
  return service;
}

function userAgentOf(request: WireRequest): string | undefined {
  return request.headers['user-agent'];
}

/** Gathers what is known of a call until it is answered. */
class CallLog {
  action = 'unknown';
  operation = 'unknown';
  identity = 'anonymous';
  accessKeyId: string | undefined;
  resource = '*';
  asked: readonly AuthorizationRequest[] = [];
  explanation: readonly string[] | undefined;
  readonly #request: WireRequest;
  readonly #world: World;

  constructor(request: WireRequest, world: World) {
    this.#request = request;
    this.#world = world;
  }

  write(verdict: 'allow' | 'deny' | 'error', status: number, code?: string): void {
    const authorization = readAuthorization(this.#request);
    const run = runIdOf(userAgentOf(this.#request));
    this.#world.audit.record({
      service: 'aws',
      action: this.action,
      operation: this.operation,
      identity: this.identity,
      ...(authorization.kind === 'signed' ? { accessKeyId: authorization.accessKeyId, region: authorization.region } : this.accessKeyId === undefined ? {} : { accessKeyId: this.accessKeyId }),
      resource: this.resource,
      verdict,
      status,
      ...(code === undefined ? {} : { code }),
      ...(this.explanation === undefined || this.explanation.length === 0 ? {} : { explanation: this.explanation }),
      ...(run === '' ? {} : { run, asked: this.asked }),
    });
  }
}
