/**
 * How many AWS calls of a run depend on each other, counted and not timed: a gate in front of AWS holds every call until
 * no further one has come for a while, then lets all that it holds pass together. Each opening is one wave: the calls
 * that the run could make without the answers of that wave's.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WaveGate {
  /** In place of the AWS endpoint. */
  readonly endpoint: string;
  /** How many calls each wave so far had. */
  readonly waves: readonly number[];
  close(): Promise<void>;
}

/** Far longer than a run needs between an answer and its next call, its cluster calls in between included. */
const quiet = 500;

export async function startWaveGate(target: string): Promise<WaveGate> {
  const { hostname, port } = new URL(target);
  const waves: number[] = [];
  const held: (() => void)[] = [];
  let opening: NodeJS.Timeout | undefined;

  function open(): void {
    waves.push(held.length);
    for (const pass of held.splice(0)) pass();
  }

  const server = createServer((incoming, answer) => {
    held.push(() => forward(incoming, answer, hostname, port));
    clearTimeout(opening);
    opening = setTimeout(open, quiet);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${addressOf(server.address()).port}`,
    waves,
    async close() {
      clearTimeout(opening);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As it came, the Host that was signed included. */
function forward(incoming: IncomingMessage, answer: ServerResponse, hostname: string, port: string): void {
  const { method, url, headers } = incoming;
  const outgoing = request({ hostname, port, method, path: url, headers }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  outgoing.on('error', (error) => answer.destroy(error));
  incoming.pipe(outgoing);
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new TypeError('the gate has no address');
  return address;
}
