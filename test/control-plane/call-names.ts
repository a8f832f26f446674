/** How a call on the wire is called, and how each service says that it fails. */
import type { IncomingHttpHeaders } from 'node:http';

export interface WireCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireService {
  /** `iam:CreateUser`, `patch deployments`: as the sandbox's audit names it. */
  actionOf(call: WireCall): string;
  failure(status: number, code: string, call: WireCall): WireAnswer;
  throttled(call: WireCall): WireAnswer;
}

/** The service of an AWS call is in its credential scope, the operation in the body (query protocol) or in `X-Amz-Target` (JSON protocol). */
export const aws: WireService = {
  actionOf(call) {
    const operation = /^\w+\.(\w+)$/.exec(String(call.headers['x-amz-target'] ?? ''))?.[1] ?? new URLSearchParams(call.body).get('Action');
    return `${serviceOf(call)}:${operation ?? `${call.method} ${call.path}`}`;
  },
  failure(status, code, call) {
    if (call.headers['x-amz-target'] !== undefined) {
      return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ __type: code, message: 'by the fault proxy' }) };
    }
    const type = status < 500 ? 'Sender' : 'Receiver';
    return { status, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse><Error><Type>${type}</Type><Code>${code}</Code><Message>by the fault proxy</Message></Error><RequestId>proxy</RequestId></ErrorResponse>` };
  },
  // Common errors of the query protocol, and of AWS JSON 1.1.
  throttled: (call) => aws.failure(400, call.headers['x-amz-target'] === undefined ? 'Throttling' : 'ThrottlingException', call),
};

function serviceOf({ headers }: WireCall): string {
  return /Credential=[^/]+\/\d+\/[\w-]+\/(\w+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? 'aws';
}

/** "Kubernetes API Concepts", resource URIs. */
export const kubernetes: WireService = {
  actionOf({ method, path }) {
    const url = new URL(path, 'http://any');
    const [, namespace, resource, name, sub] = /^\/(?:api|apis\/[^/]+)\/[^/]+\/(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?/.exec(url.pathname) ?? [];
    if (resource === undefined) return `${method.toLowerCase()} ${url.pathname}`;
    // `/api/v1/namespaces/NAME` is that namespace, not something in it.
    const [kind, one] = resource === 'namespaces' && namespace === undefined ? ['namespaces', name] : [sub === undefined ? resource : `${resource}/${sub}`, name];
    return `${verbOf(method, one !== undefined, url.searchParams.get('watch') === 'true')} ${kind}`;
  },
  failure: (status, code) => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'by the fault proxy', reason: code, code: status }),
  }),
  throttled(call) {
    const { headers, ...rest } = kubernetes.failure(429, 'TooManyRequests', call);
    return { ...rest, headers: { ...headers, 'retry-after': '1' } };
  },
};

function verbOf(method: string, one: boolean, watch: boolean): string {
  if (method === 'GET') return watch ? 'watch' : one ? 'get' : 'list';
  if (method === 'DELETE') return one ? 'delete' : 'deletecollection';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase();
}
