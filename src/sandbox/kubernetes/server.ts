import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { KubernetesPart, World } from '../world.ts';
import { createAuthority } from '../certificates/authority.ts';
import { base64, kubeconfig } from './access/kubeconfig.ts';
import { createTokenSigner } from './access/tokens.ts';
import { createAuthenticator } from './access/users.ts';
import { releaseClaims } from './controllers/claims.ts';
import { collectGarbage } from './controllers/garbage-collector.ts';
import { keepNamespaces } from './controllers/namespaces.ts';
import { serveDefinitions } from './custom/serve.ts';
import { History } from './history.ts';
import { handle } from './http/handle.ts';
import { ListSnapshots } from './http/list-snapshots.ts';
import { randomSuffix } from './identifiers.ts';
import { builtInTypes } from './kinds/index.ts';
import { ResourceTypes } from './resource-types.ts';
import type { ServerContext } from './server-context.ts';
import { snapshotOf } from './snapshot.ts';
import { ObjectStore } from './store.ts';

/** A rule of a user, as in a ClusterRole. */
export interface UserRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface KubernetesServer extends KubernetesPart {
  /** The authority's certificate, PEM. */
  readonly authority: string;
  /** Issuer of the ServiceAccount tokens; its documents are at `/.well-known/openid-configuration` and `/openid/v1/jwks`. */
  readonly issuer: string;
  readonly adminToken: string;
  /** A user who may do what the rules say, cluster-wide or in one namespace. Answers a kubeconfig file of that user, and the token. */
  createUser(name: string, rules: readonly UserRule[], namespace?: string): Promise<{ readonly kubeconfigFile: string; readonly token: string }>;
  /** Forgets the past: watches and continue tokens from before answer 410 Gone. */
  compact(): void;
}

/** The Kubernetes API on HTTPS, loopback, an ephemeral port; sets `world.store`. */
export async function startKubernetesServer(world: World): Promise<KubernetesServer> {
  const store = new ObjectStore(world, new ResourceTypes(builtInTypes));
  const history = new History(store);
  const authority = createAuthority('kubernetes');
  const stopWork = [serveDefinitions(store), collectGarbage(store), releaseClaims(store), keepNamespaces(store, authority.certificate)];
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    store.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { manager: 'kube-apiserver' });
  }

  const serverCredential = authority.issue({ commonName: 'kube-apiserver', addresses: ['127.0.0.1', 'localhost', 'kubernetes.default.svc'] });
  const stopping = new AbortController();
  const listener = createServer({ key: serverCredential.key, cert: serverCredential.certificate, ca: authority.certificate, requestCert: true, rejectUnauthorized: false });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });
  const server = `https://127.0.0.1:${portOf(listener.address())}`;
  const signer = createTokenSigner(world.options.issuer ?? server, server, world.options.serviceAccountKey);
  const authenticator = createAuthenticator(signer);
  const token = (): string => `sandbox-${randomSuffix(world.random, 32)}`;
  const adminToken = token();
  authenticator.addToken(adminToken, { username: 'admin', groups: ['system:masters', 'system:authenticated'] });

  const context: ServerContext = { world, server, store, history, snapshots: new ListSnapshots(), signer, authenticator, stopping: stopping.signal };
  listener.on('request', (request, response) => {
    handle(request, response, context).catch(() => request.socket.destroy());
  });
  // A client that hangs up in the middle is its own affair.
  listener.on('tlsClientError', () => undefined);
  listener.on('clientError', (_error, socket) => void socket.destroy());
  // Node's closeAllConnections knows no connection that is still in its TLS handshake: those would hold `stop` for seconds.
  const sockets = new Set<Socket>();
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  const admin = authority.issue({ commonName: 'kubernetes-admin', organizations: ['system:masters'] });
  const kubeconfigFile = join(world.directory, 'kubeconfig');
  await writeFile(
    kubeconfigFile,
    kubeconfig(server, authority.certificate, { admin: { token: adminToken }, certificate: { 'client-certificate-data': base64(admin.certificate), 'client-key-data': base64(admin.key) } }),
    { mode: 0o600 },
  );
  world.store = store;
  world.tokenIssuer = signer;

  return {
    server,
    kubeconfigFile,
    authority: authority.certificate,
    issuer: signer.issuer,
    adminToken,
    snapshot: () => snapshotOf(store),
    compact() {
      history.compact();
      context.snapshots.forget();
    },
    async createUser(name, rules, namespace) {
      const userToken = token();
      authenticator.addToken(userToken, { username: name, groups: ['system:authenticated'] });
      const role = `sandbox:${name}`;
      const apiVersion = 'rbac.authorization.k8s.io/v1';
      const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }];
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
      store.create({ apiVersion, kind: 'ClusterRole', metadata: { name: role }, rules });
      if (namespace === undefined) store.create({ apiVersion, kind: 'ClusterRoleBinding', metadata: { name: role }, roleRef, subjects });
      else store.create({ apiVersion, kind: 'RoleBinding', metadata: { name: role, namespace }, roleRef, subjects });
      const file = join(world.directory, `kubeconfig-${name}`);
      await writeFile(file, kubeconfig(server, authority.certificate, { [name]: { token: userToken } }), { mode: 0o600 });
      return { kubeconfigFile: file, token: userToken };
    },
    async stop() {
      stopping.abort();
      for (const stop of stopWork) stop();
      await new Promise<void>((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
