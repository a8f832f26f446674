import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ApiConnection } from '../../control-plane/api-connection.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { connectionOf } from '../connection.ts';
import { realParts, report } from '../parts.ts';
import { applying } from './applying.ts';
import { controlling } from './controlling.ts';
import { customKinds } from './custom-kinds.ts';
import { reading } from './reading.ts';
import { openSession } from './session.ts';
import { writing } from './writing.ts';

const chapters = { reading, writing, applying, 'custom kinds and access': customKinds, controlling };

describe('the Kubernetes API of the sandbox answers as a real kube-apiserver does', () => {
  let sandbox: Sandbox;
  let ours: ApiConnection;
  before(async () => {
    sandbox = await startSandbox({ externalSecrets: false });
    ours = connectionOf(sandbox.kubernetes.kubeconfigFile);
  });
  after(() => sandbox.stop());

  let count = 0;
  for (const [chapter, behaviours] of Object.entries(chapters)) {
    for (const behaviour of behaviours) {
      count += 1;
      const namespace = `conformance-${count}`;
      it(`${chapter}: ${behaviour.name}`, async () => {
        const [real, sandboxed] = await Promise.all([play(realParts().kubernetes), play(ours)]);
        const same = JSON.stringify(real) === JSON.stringify(sandboxed);
        report({
          chapter: `Kubernetes API: ${chapter}`,
          behaviour: behaviour.name,
          parts: { sandbox: same ? 'same' : behaviour.knownDifference === undefined ? 'different' : 'known difference', 'Kubernetes 1.35': 'same' },
          ...(behaviour.knownDifference === undefined ? {} : { note: behaviour.knownDifference }),
          ...(same || behaviour.knownDifference !== undefined ? {} : { answers: { sandbox: sandboxed, real } }),
        });
        if (behaviour.knownDifference === undefined) assert.deepEqual(sandboxed, real);
        else assert.equal(same, false, 'no difference any more: take the note away');
      });

      const play = async (connection: ApiConnection): Promise<unknown> => {
        const session = openSession(connection, namespace);
        const made = await session.request('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } } });
        assert.equal(made.status, 201, made.text);
        await session.until(session.core('serviceaccounts/default'), (answer) => answer.status === 200);
        const answer = await behaviour.play(session);
        await session.request('DELETE', `/api/v1/namespaces/${namespace}`);
        return answer;
      };
    }
  }
});
