import { seededRandom, type AwsPart, type World } from '../world.ts';
import { issueCredentials } from './administrators.ts';
import { handle } from './gateway.ts';
import { giveTrustAnchor } from './rolesanywhere/given.ts';
import { snapshot } from './snapshot.ts';
import { createAwsState } from './state.ts';
import { listen } from './wire.ts';

/**
 * AWS on one loopback port: the services of `services.ts`, told apart by the scope of the signature.
 * Sets `world.awsEndpoint` and `world.issueCredentials`.
 */
export async function startAwsServer(world: World): Promise<AwsPart> {
  const state = createAwsState(world);
  const administrator = issueCredentials(world, state, 'administrator');
  const requestIds = seededRandom(world.seed ^ 0x5e9);
  const server = await listen((request) => handle(request, state, world, requestIds));
  const endpoint = `http://127.0.0.1:${server.port}`;
  world.awsEndpoint = endpoint;
  world.issueCredentials = (name, policy) => Promise.resolve(issueCredentials(world, state, name, policy));
  const trustAnchor = (name: string, certificate: string, region: string): string => giveTrustAnchor(state, world, { name, certificate, region });
  const keepSecret = (pem: string): void => void state.iam.issuedSecrets.push(pem.replaceAll(/-----[^-]+-----|\s/g, ''));
  return { endpoint, administrator, trustAnchor, keepSecret, snapshot: () => snapshot(state), issuedSecrets: () => [...state.iam.issuedSecrets], stop: () => server.close(), startPodIdentity: async () => (await import('../pod-identity.ts')).startPodIdentity(world, state) };
}
