import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openKubernetes } from '../../../src/kubernetes/open.ts';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { realParts, report } from '../parts.ts';
import { openClients, type Clients } from './clients.ts';
import { catalogCases, enforcementCases, workload } from './enforcement.ts';
import type { Outcome } from './outcome.ts';
import { iamCases, ssmCases, type Case } from './requests.ts';
import { secretsManagerCases } from './secrets-manager.ts';
import { issuer, subject, webIdentityCases } from './web-identity.ts';

type Emulators = readonly ('ministack' | 'moto')[];

describe('the AWS of the sandbox answers as emulators that others wrote', () => {
  let sandbox: Sandbox;
  let aws: Readonly<Record<'sandbox' | 'ministack' | 'moto', Clients>>;
  let workloads: Readonly<Record<'sandbox' | 'ministack', Clients>>;

  let token = '';

  before(async () => {
    sandbox = await startSandbox({ externalSecrets: false, issuer });
    const { ministack, moto } = realParts();
    const administrator = { accessKeyId: sandbox.environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: sandbox.environment['AWS_SECRET_ACCESS_KEY'] ?? '' };
    aws = { sandbox: openClients(sandbox.aws.endpoint, administrator), ministack: openClients(ministack.endpoint, ministack), moto: openClients(moto.endpoint, moto) };
    workloads = { sandbox: aws.sandbox.as(await workload(aws.sandbox)), ministack: aws.ministack.as(await workload(aws.ministack)) };
    token = await tokenOf(sandbox);
  });
  after(async () => {
    for (const clients of Object.values(aws)) clients.close();
    await sandbox.stop();
  });

  const compare = (chapter: string, cases: readonly Case[], emulators: Emulators, clientsOf: (part: 'sandbox' | 'ministack' | 'moto') => Clients): void => {
    for (const each of cases) {
      it(`${chapter}: ${each.name}`, async () => {
        const ours = await each.play(clientsOf('sandbox'));
        const theirs = await Promise.all(emulators.map(async (part): Promise<readonly [typeof part, Outcome]> => [part, await each.play(clientsOf(part))]));
        const verdict = (part: 'ministack' | 'moto', outcome: Outcome) => (JSON.stringify(outcome) === JSON.stringify(ours) ? 'same' : each.known?.[part] === undefined ? 'different' : 'known difference');
        const verdicts = Object.fromEntries(theirs.map(([part, outcome]) => [part, verdict(part, outcome)] as const));
        const notes = emulators.flatMap((part) => (verdicts[part] === 'known difference' ? [`${part}: ${each.known?.[part]}`] : []));
        const different = theirs.filter(([part]) => verdicts[part] === 'different' || (each.known?.[part] !== undefined && verdicts[part] === 'same'));
        report({
          chapter: `AWS: ${chapter}`,
          behaviour: each.name,
          parts: { sandbox: 'same', ...verdicts },
          ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
          ...(different.length === 0 ? {} : { answers: { sandbox: ours, ...Object.fromEntries(different) } }),
        });
        for (const [part, outcome] of different) {
          assert.deepEqual(ours, outcome, part);
          assert.fail(`${part} does not differ any more: take the note away`);
        }
      });
    }
  };

  compare('IAM and STS', iamCases, ['ministack', 'moto'], (part) => aws[part]);
  compare('roles, issuers and the simulator', webIdentityCases(() => token), ['ministack', 'moto'], (part) => aws[part]);
  compare('Parameter Store', ssmCases, ['ministack', 'moto'], (part) => aws[part]);
  compare('Secrets Manager', secretsManagerCases, ['ministack', 'moto'], (part) => aws[part]);
  compare('enforcement and Bedrock', enforcementCases, ['ministack'], (part) => (part === 'moto' ? aws.moto : workloads[part]));
  compare('the catalog', catalogCases, ['ministack'], (part) => aws[part]);
});

/** A token as the kubelet asks for it: of the ServiceAccount, for STS. */
async function tokenOf({ environment, productClock }: Sandbox): Promise<string> {
  const kubernetes = await openKubernetes({ environment, clock: productClock, random: () => 0.5 });
  const { namespace, name } = subject;
  await kubernetes.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { audiences: ['sts.amazonaws.com'], expirationSeconds: 600 } };
  const { status } = await kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }, 'token', request);
  return typeof status === 'object' && status !== null && 'token' in status ? String(status.token) : '';
}
