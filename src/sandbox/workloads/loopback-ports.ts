/**
 * The pods of the sandbox share one loopback: a sidecar that would listen on a port of its pod listens on a free one, and what
 * the pod's other containers know of it names that one.
 */
import { createServer } from 'node:net';
import { listAt, textAt, type StoredObject } from '../kubernetes/object.ts';

/** By pod: `127.0.0.1:9912` and where it is instead. */
export type Loopbacks = Map<string, Promise<readonly (readonly [string, string])[]>>;

/** The port that a sidecar's arguments name (`--port 9912`). */
export function portOfSidecar(container: unknown): string | undefined {
  const args = listAt(container, 'args').map(String);
  return textAt(container, 'restartPolicy') === 'Always' ? args[args.indexOf('--port') + 1] : undefined;
}

/** Finds a free port for it, once for each pod. */
export function moved(port: string, { metadata }: StoredObject, loopbacks: Loopbacks): Promise<readonly (readonly [string, string])[]> {
  const known = loopbacks.get(metadata.uid) ?? freePort().then((free) => [[`127.0.0.1:${port}`, `127.0.0.1:${free}`]] as const);
  loopbacks.set(metadata.uid, known);
  return known;
}

/** A text with every such address replaced; an argument that is the port alone too. */
export function redirected(text: string, places: readonly (readonly [string, string])[]): string {
  return places.reduce((changed, [from, to]) => (changed === from.replace(/^.*:/, '') ? to.replace(/^.*:/, '') : changed.replaceAll(from, to)), text);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no free port on loopback');
  return address.port;
}
