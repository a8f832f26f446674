import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { KubernetesCallError, toAccessError } from '../../src/kubernetes/error.ts';
import { errorPages } from '../../src/errors/pages.ts';
import type { KubernetesErrorKind } from '../../src/kubernetes/types.ts';
import { drop, failure, inTurn, json, notServed, on } from './wire.ts';
import type { Reply } from './wire.ts';

async function failureOf(call: Promise<unknown>): Promise<KubernetesCallError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof KubernetesCallError, `expected a KubernetesCallError, got ${inspect(error)}`);
  return error;
}

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'openhands', name: 'openhands' } as const;
const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'openhands', name: 'openhands' } } as const;
const configMap = (name: string): object => ({ metadata: { name, namespace: 'n' } });

describe('reading', () => {
  it('gets an object by its path with the token, asking for no discovery', async () => {
    await on(json(object), async (server) => {
      const kubernetes = await server.open();
      assert.equal((await kubernetes.get(deployment))?.metadata.name, 'openhands');
      assert.deepEqual(server.received.map((one) => one.path), ['/apis/apps/v1/namespaces/openhands/deployments/openhands']);
      assert.equal(server.received[0]!.headers.authorization, 'Bearer token-of-the-test');
    });
  });

  it('answers undefined for an object that is missing and for a kind that is not served', async () => {
    await on(inTurn(failure(404, 'NotFound', { name: 'openhands', kind: 'deployments' }), notServed), async (server) => {
      const kubernetes = await server.open();
      assert.equal(await kubernetes.get(deployment), undefined);
      assert.equal(await kubernetes.get(deployment), undefined);
    });
  });

  it('looks up a kind that it does not know, once', async () => {
    const resources = [{ name: 'podmonitors', kind: 'PodMonitor', namespaced: true }, { name: 'podmonitors/status', kind: 'PodMonitor', namespaced: true }];
    const reply: Reply = (response, received) => {
      const isDiscovery = received.path === '/apis/monitoring.coreos.com/v1';
      json(isDiscovery ? { resources } : { apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', metadata: { name: 'a' } })(response, received);
    };
    await on(reply, async (server) => {
      const kubernetes = await server.open();
      const reference = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', namespace: 'n', name: 'a' };
      await kubernetes.get(reference);
      await kubernetes.get(reference);
      assert.deepEqual(server.received.map((one) => one.path), [
        '/apis/monitoring.coreos.com/v1',
        '/apis/monitoring.coreos.com/v1/namespaces/n/podmonitors/a',
        '/apis/monitoring.coreos.com/v1/namespaces/n/podmonitors/a',
      ]);
    });
  });

  it('is repeated after 429 as long as the server asks, after a fault and after a cut connection', async () => {
    await on(inTurn(failure(429, 'TooManyRequests', { retryAfterSeconds: 3 }), failure(500, 'InternalError'), drop, json(object)), async (server) => {
      assert.ok(await (await server.open()).get(deployment));
      assert.equal(server.pauses[0], 3000);
      assert.equal(server.pauses.length, 3);
    });
  });

  it('lists to the end and fills in the kind that lists leave out', async () => {
    await on(inTurn(json({ metadata: { continue: 'more' }, items: [configMap('a')] }), json({ metadata: {}, items: [configMap('b')] })), async (server) => {
      const found = await (await server.open()).list('v1', 'ConfigMap', { namespace: 'n', labelSelector: 'a=b' });
      assert.deepEqual(found.map((one) => [one.kind, one.metadata.name]), [['ConfigMap', 'a'], ['ConfigMap', 'b']]);
      assert.equal(server.received[1]!.query.get('continue'), 'more');
      assert.equal(server.received[1]!.query.get('labelSelector'), 'a=b');
    });
  });

  it('begins a list anew when its continuation has expired, without doubles', async () => {
    const first = json({ metadata: { continue: 'old' }, items: [configMap('a')] });
    await on(inTurn(first, failure(410, 'Expired'), first, json({ metadata: {}, items: [configMap('b')] })), async (server) => {
      const found = await (await server.open()).list('v1', 'ConfigMap');
      assert.deepEqual(found.map((one) => one.metadata.name), ['a', 'b']);
    });
  });

  it('names the served versions, the stable one first', async () => {
    const reply: Reply = (response, received) => {
      const body =
        received.path === '/apis/external-secrets.io'
          ? { versions: [{ version: 'v1beta1' }, { version: 'v1alpha1' }, { version: 'v1' }] }
          : { resources: received.path.endsWith('v1alpha1') ? [] : [{ name: 'externalsecrets', kind: 'ExternalSecret', namespaced: true }] };
      json(body)(response, received);
    };
    await on(reply, async (server) => {
      assert.deepEqual(await (await server.open()).servedVersions('external-secrets.io', 'ExternalSecret'), ['v1', 'v1beta1']);
    });
    await on(notServed, async (server) => {
      assert.deepEqual(await (await server.open()).servedVersions('external-secrets.io', 'ExternalSecret'), []);
    });
  });

  it('takes a renewed token after 401', async () => {
    await on(inTurn(failure(401, 'Unauthorized'), json(object)), async (server) => {
      assert.ok(await (await server.open()).get(deployment));
      assert.equal(server.received.length, 2);
    });
  });
});

describe('changing', () => {
  it('applies as the field manager bedrock-access, without forcing and without managedFields', async () => {
    await on(json(object), async (server) => {
      const managedFields = [{ manager: 'a', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }] as const;
      await (await server.open()).apply({ ...object, metadata: { ...object.metadata, managedFields } }, { dryRun: true });
      const [sent] = server.received;
      assert.equal(sent!.method, 'PATCH');
      assert.equal(sent!.headers['content-type'], 'application/apply-patch+yaml');
      assert.deepEqual(Object.fromEntries(sent!.query), { fieldManager: 'bedrock-access', dryRun: 'All' });
      assert.equal(JSON.parse(sent!.body).metadata.managedFields, undefined);
    });
  });

  it('is sent once over a cut connection, and says that it may have been carried out', async () => {
    await on(drop, async (server) => {
      const error = await failureOf((await server.open()).create(object));
      assert.deepEqual([error.kind, error.uncertain, server.received.length], ['unreachable', true, 1]);
    });
  });

  it('says which manager owns which field after a conflict', async () => {
    const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "argocd-controller" using apps/v1', field: '.spec.template.spec.containers[name="a"].env' }];
    await on(failure(409, 'Conflict', { name: 'openhands', causes }), async (server) => {
      const error = await failureOf((await server.open()).apply(object));
      assert.deepEqual(error.conflicts, [{ field: '.spec.template.spec.containers[name="a"].env', manager: 'argocd-controller' }]);
      const told = toAccessError(error);
      assert.equal(told.id, 'field-owned-by-other');
      assert.match(told.message, /argocd-controller/);
    });
  });

  it('deletes only what it has seen, when told its uid and version', async () => {
    await on(json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }), async (server) => {
      await (await server.open()).remove(deployment, { uid: 'u', resourceVersion: '7', propagation: 'Foreground' });
      assert.deepEqual(JSON.parse(server.received[0]!.body), { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground', preconditions: { uid: 'u', resourceVersion: '7' } });
    });
  });

  it('does not repeat what a server quotes of a Secret', async () => {
    const quoted = 'data.key: Invalid value: "wJalrXUtnFEMI": nope';
    await on(failure(422, 'Invalid', { name: 's', causes: [{ reason: 'FieldValueInvalid', field: 'data.key', message: quoted }] }, quoted), async (server) => {
      const error = await failureOf((await server.open()).create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'n', name: 's' } }));
      assert.equal(error.causes[0]?.field, 'data.key');
      assert.ok(!inspect(error, { depth: 9 }).includes('wJalrXUtnFEMI'));
    });
  });

  it('names verb, resource and namespace of a missing permission, and exits with 4', async () => {
    await on(failure(403, 'Forbidden', { name: 'openhands', group: 'apps', kind: 'deployments' }), async (server) => {
      const told = toAccessError(await failureOf((await server.open()).patch(deployment, { type: 'merge', body: {} })));
      assert.equal(told.id, 'kubernetes-permission-missing');
      assert.equal(told.details.exitCode, 4);
      assert.match(told.details.remedy, /kubectl auth can-i patch deployments\.apps -n openhands/);
    });
  });

  it('posts a subresource by either of its names', async () => {
    await on(json({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {} }), async (server) => {
      const kubernetes = await server.open();
      const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'n', name: 'a' };
      for (const name of ['token', 'serviceaccounts/token']) await kubernetes.createSubresource(account, name, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {} });
      assert.deepEqual(server.received.map((one) => one.path), Array(2).fill('/api/v1/namespaces/n/serviceaccounts/a/token'));
    });
  });
});

it('has a page for what every kind of failure becomes', () => {
  const kinds: readonly KubernetesErrorKind[] = ['not-found', 'already-exists', 'conflict', 'invalid', 'forbidden', 'unauthorized', 'gone', 'throttled', 'unavailable', 'unreachable', 'kind-not-served', 'other'];
  for (const kind of kinds) {
    const { id, details } = toAccessError(new KubernetesCallError('m', { kind, status: 1, reason: 'R', verb: 'patch', target: 't', uncertain: false }));
    assert.ok(errorPages[id] !== undefined, `${id} has no page`);
    assert.ok(details.cause.length > 0 && details.remedy.length > 0);
  }
});
