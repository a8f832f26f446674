import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsPart, World } from '../world.ts';

/** AWS on one loopback port. */
export async function startAwsServer(world: World): Promise<AwsPart> {
  const server = createServer((_request, response) => response.writeHead(501).end());
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  world.awsEndpoint = endpoint;
  return {
    endpoint,
    administrator: { accessKeyId: '', secretAccessKey: '' },
    snapshot: () => ({}),
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
