/**
 * The one call of the EKS Auth API: what the agent on a node asks for a pod. It is signed and sent here, since a whole SDK client
 * for one request is not worth its size.
 */
import { Sha256 } from '@aws-crypto/sha256-js';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { Secret } from '../secret.ts';
import { present } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { endpointOf } from './endpoint.ts';
import { reading } from './session.ts';
import type { Session } from './session.ts';
import type { AwsCredentials } from './types.ts';

/**
 * A session of the role that is associated with the ServiceAccount of this token (EKS API reference, AssumeRoleForPodIdentity).
 * The token is for the audience `pods.eks.amazonaws.com` and bound to a pod that runs.
 */
export function assumeRoleForPod(session: Session, region: string, { cluster, token }: { readonly cluster: string; readonly token: Secret }): Promise<AwsCredentials> {
  const where: CallPlace = { action: 'eks-auth:AssumeRoleForPodIdentity', region, resource: cluster };
  return reading(session, where, async () => {
    const answer = await send(session, region, `/clusters/${encodeURIComponent(cluster)}/assume-role-for-pod-identity`, JSON.stringify({ token: token.reveal('exchange') }));
    const credentials = field(answer, 'credentials');
    return {
      accessKeyId: present(textIn(credentials, 'accessKeyId'), 'accessKeyId', where),
      secretAccessKey: new Secret(present(textIn(credentials, 'secretAccessKey'), 'secretAccessKey', where)),
      sessionToken: new Secret(present(textIn(credentials, 'sessionToken'), 'sessionToken', where)),
    };
  });
}

async function send(session: Session, region: string, path: string, body: string): Promise<unknown> {
  const url = new URL(endpointOf('EKS_AUTH', session.endpoint, session.environment) ?? `https://eks-auth.${region}.${suffixOf(region)}`);
  const request = new HttpRequest({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    path,
    headers: { host: url.host, 'content-type': 'application/json', 'user-agent': session.userAgent },
    body,
  });
  const signer = new SignatureV4({ credentials: session.credentials, region, service: 'eks-auth', sha256: Sha256 });
  const signed = await signer.sign(request);
  const handler = new NodeHttpHandler({ connectionTimeout: Math.min(5000, session.timeout), requestTimeout: session.timeout, throwOnRequestTimeout: true });
  try {
    const { response } = await handler.handle(new HttpRequest({ ...signed, body }));
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    if (response.statusCode === 200) return JSON.parse(text);
    throw refusal(response.statusCode, response.headers, text);
  } finally {
    handler.destroy();
  }
}

/** As the SDK's errors look: that is how calls' failures are classified. */
function refusal(status: number, headers: Readonly<Record<string, string>>, text: string): Error {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    said = undefined;
  }
  const code = (headers['x-amzn-errortype'] ?? textIn(said, '__type') ?? 'Unknown').replace(/:.*$/, '').replace(/^.*#/, '');
  const requestId = headers['x-amzn-requestid'];
  return Object.assign(new Error(textIn(said, 'message') ?? textIn(said, 'Message') ?? ''), {
    name: code,
    $metadata: { httpStatusCode: status, ...(requestId === undefined ? {} : { requestId }) },
    $response: { statusCode: status, headers },
  });
}

/** The EKS Auth API has dual-stack addresses only (AWS General Reference, "Amazon EKS endpoints and quotas"). */
function suffixOf(region: string): string {
  return region.startsWith('cn-') ? 'api.amazonwebservices.com.cn' : 'api.aws';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textIn(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
