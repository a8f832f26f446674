import { createServer, type Server } from 'node:net';
import { PortTakenError } from './setup-error.ts';

/** Ports on loopback that nobody uses. All are held until all are known, so that none comes twice. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise<Server>((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server));
    })),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a server on a port has no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))));
  return ports;
}

/** Starts something on free ports, and on others where somebody took one in the meantime. @throws SetupError after three times */
export async function onFreePorts<Started>(count: number, start: (...ports: readonly number[]) => Promise<Started>, choose = freePorts): Promise<Started> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(...(await choose(count)));
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === 3) throw error;
    }
  }
}
