import type { IncomingMessage, ServerResponse } from 'node:http';
import type { User } from '../access/users.ts';
import { aggregated, coreVersions, groupList, groupOfName, resourceList, version } from '../discovery/discovery.ts';
import { openApiIndex, openApiV2, openApiV3 } from '../openapi/document.ts';
import { openApiV2AsProtobuf, openApiV2Protobuf } from '../openapi/v2-protobuf.ts';
import type { ServerContext } from '../server-context.ts';
import { notImplemented, PageNotFound, pathNotFound, StatusError, wrongMethod } from '../status-error.ts';
import type { RequestPath } from './call.ts';
import { sendJson, sendText } from './respond.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly user: User;
}

/** Discovery, versions, health, OpenAPI and the issuer's documents. */
export function callOther({ path, query }: RequestPath, { request, response }: Exchange, context: ServerContext): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw wrongMethod();
  const { store, signer } = context;
  const accept = request.headers.accept ?? '';
  const { types } = store;
  const parts = path.split('/').filter((part) => part !== '');
  switch (parts[0]) {
    case undefined:
      sendJson(response, 200, { paths: ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'] });
      return;
    case 'healthz':
    case 'livez':
    case 'readyz':
      sendText(response, 200, query.has('verbose') ? `[+]ping ok\n${parts[0]} check passed\n` : 'ok');
      return;
    case 'version':
      sendJson(response, 200, version);
      return;
    case 'openid':
      if (path !== '/openid/v1/jwks') break;
      sendText(response, 200, JSON.stringify(signer.keySet()), 'application/jwk-set+json');
      return;
    case '.well-known':
      if (path !== '/.well-known/openid-configuration') break;
      sendText(response, 200, JSON.stringify(signer.discovery()), 'application/json');
      return;
    case 'openapi':
      openApi(parts.slice(1), accept, response, context);
      return;
    case 'api':
    case 'apis':
      if (parts.length === 1 && /as=APIGroupDiscoveryList/.test(accept) && /v=v2(?![a-z])/.test(accept)) {
        sendText(response, 200, JSON.stringify(aggregated(types, parts[0] === 'api')), 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
        return;
      }
      sendJson(response, 200, discovered(parts, context));
      return;
    case 'metrics':
    case 'logs':
    case 'debug':
      throw notImplemented(path);
  }
  throw new PageNotFound();
}

function discovered(parts: readonly string[], { store, server }: ServerContext): object {
  const [root, first, second] = parts;
  const found =
    root === 'api'
      ? first === undefined
        ? coreVersions(server.replace('https://', ''))
        : resourceList(store.types, '', first)
      : first === undefined
        ? groupList(store.types)
        : second === undefined
          ? groupOfName(store.types, first)
          : resourceList(store.types, first, second);
  if (found === undefined) throw root === 'api' ? pathNotFound() : new PageNotFound();
  return found;
}

function openApi(parts: readonly string[], accept: string, response: ServerResponse, { store }: ServerContext): void {
  const [version, root, ...rest] = parts;
  if (version === 'v2' && root === undefined && accept.includes('application/com.github.proto-openapi.spec.v2')) {
    const bytes = openApiV2AsProtobuf(openApiV2(store.types));
    response.writeHead(200, { 'Content-Type': openApiV2Protobuf, 'Content-Length': bytes.length });
    response.end(bytes);
    return;
  }
  const wantsJson = accept === '' || /\*\/\*|application\/json/.test(accept);
  if (!wantsJson) throw new StatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
  if (version === 'v2' && root === undefined) {
    sendJson(response, 200, openApiV2(store.types));
    return;
  }
  if (version !== 'v3') throw new PageNotFound();
  if (root === undefined) {
    sendJson(response, 200, openApiIndex(store.types));
    return;
  }
  const document = root === 'api' ? openApiV3(store.types, '', rest[0] ?? '') : openApiV3(store.types, rest[0] ?? '', rest[1] ?? '');
  if (document === undefined) throw new PageNotFound();
  sendJson(response, 200, document);
}
