import type { Operation } from './call.ts';
import { AwsError, notImplemented } from './error.ts';
import { Fields } from './fields.ts';
import { readForm } from './protocols/query.ts';
import { readJson } from './protocols/json.ts';
import { readAuthorization } from './signature.ts';
import { services, type Service } from './services.ts';
import type { WireRequest } from './wire.ts';

/** Which operation a request asks for. */
export interface Routed {
  readonly name: string;
  readonly operation: Operation;
  readonly input: Fields;
  readonly status: number;
}

/** By the scope of the signature; unsigned requests by what they look like. */
export function serviceOf(request: WireRequest): Service {
  const authorization = readAuthorization(request);
  const named = authorization.kind === 'signed' ? authorization.service : guessService(request);
  const service = services.get(named);
  if (service === undefined) throw notImplemented(`the service ${named}`);
  return service;
}

/** @throws AwsError NotImplemented for what AWS does and the sandbox does not. */
export function route(request: WireRequest, service: Service): Routed {
  switch (service.protocol) {
    case 'query': {
      const form = readForm(request.method === 'GET' ? Buffer.from(request.query.toString()) : request.body);
      const input = new Fields(form, 'ValidationError');
      return named(input.optionalText('Action') ?? '', service, input);
    }
    case 'json': {
      const target = request.headers['x-amz-target'] ?? '';
      const [prefix, name] = target.split('.');
      if (prefix !== service.target || name === undefined) throw new AwsError('UnknownOperationException', 400, `${target} is no operation of ${service.name}.`);
      return named(name, service, new Fields(readJson(request.body), 'ValidationException'));
    }
    case 'rest':
      return byPath(request, service);
  }
}

function named(name: string, service: Extract<Service, { operations: unknown }>, input: Fields): Routed {
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (operation === undefined) throw notImplemented(`${service.name}:${name}`);
  return { name, operation, input, status: 200 };
}

function byPath(request: WireRequest, { name, routes }: Extract<Service, { routes: unknown }>): Routed {
  for (const candidate of routes) {
    const labels = request.method === candidate.method ? matchPath(candidate.path, request.path) : undefined;
    if (labels === undefined) continue;
    const body = candidate.body === 'raw' ? { body: request.body } : readJson(request.body);
    const values = { ...body, ...Object.fromEntries(request.query), ...labels };
    return { name: candidate.name, operation: candidate.operation, input: new Fields(values, 'ValidationException'), status: candidate.status ?? 200 };
  }
  throw notImplemented(`${request.method} ${request.path} of the service ${name}`);
}

/** Labels, decoded. Clients send `:` raw or as %3A, and `/` within a label as %2F (measured). */
function matchPath(template: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [template.split('/'), path.replace(/\/$/, '').split('/')];
  if (wanted.length !== given.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? '';
    if (part.startsWith('{')) {
      if (text === '') return undefined;
      labels[part.slice(1, -1)] = decodeURIComponent(text);
    } else if (part !== text) {
      return undefined;
    }
  }
  return labels;
}

function guessService(request: WireRequest): string {
  // Signed with a certificate: only CreateSession of IAM Roles Anywhere is.
  if (request.headers['authorization']?.startsWith('AWS4-X509-') === true) return 'rolesanywhere';
  if (request.headers['x-amz-target']?.startsWith('AmazonSSM') === true) return 'ssm';
  if (request.headers['x-amz-target']?.startsWith('secretsmanager') === true) return 'secretsmanager';
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
    return /(?:^|&)Version=2011-06-15(?:&|$)/.test(request.body.toString('utf8')) ? 'sts' : 'iam';
  }
  return 'bedrock';
}
