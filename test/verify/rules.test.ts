import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineAccess } from '../../src/access/define-access.ts';
import { checkModels } from '../../src/access/check-models.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { callFailed } from '../../src/checks/live/call-failed.ts';
import { deliveryNotReady } from '../../src/checks/live/delivery-not-ready.ts';
import type { CallFacts, CallFailure, DeliveryFacts, PodFacts, PolicyFacts, UserFacts, VariableFact } from '../../src/checks/live/facts.ts';
import { judge } from '../../src/checks/live/judge.ts';
import { keyInactive } from '../../src/checks/live/key-inactive.ts';
import { keyMissing } from '../../src/checks/live/key-missing.ts';
import { parameterKeyForeign } from '../../src/checks/live/parameter-key-foreign.ts';
import { parameterMissing } from '../../src/checks/live/parameter-missing.ts';
import { parameterPlain } from '../../src/checks/live/parameter-plain.ts';
import { parameterUnusable } from '../../src/checks/live/parameter-unusable.ts';
import { podCredentialHidden } from '../../src/checks/live/pod-credential-hidden.ts';
import { podMissing } from '../../src/checks/live/pod-missing.ts';
import { podOlderThanSecret } from '../../src/checks/live/pod-older-than-secret.ts';
import { podVariable } from '../../src/checks/live/pod-variable.ts';
import { policyDenies } from '../../src/checks/live/policy-denies.ts';
import { secretDiffers } from '../../src/checks/live/secret-differs.ts';
import { userMissing } from '../../src/checks/live/user-missing.ts';
import { errorPages } from '../../src/errors/pages.ts';
import type { Finding } from '../../src/finding.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import type { PolicyDocument } from '../../src/policy/types.ts';

/** Ids of findings, each of which must have a page. */
function ids(findings: readonly Finding[]): readonly string[] {
  for (const { id, cause, remedy } of findings) {
    assert.ok(errorPages[id] !== undefined, `${id} has no page`);
    assert.ok(cause.length > 10 && remedy.length > 10, id);
  }
  return findings.map(({ id }) => id);
}

const catalog = loadCatalog();
const now = new Date('2026-11-24T00:00:00Z');
const access = defineAccess({
  metadata: { name: 'openhands', namespace: 'openhands' },
  spec: {
    account: '123456789012',
    region: 'us-west-2',
    models: [{ id: 'us.anthropic.claude-sonnet-4-6', role: 'default' }],
    workloads: [{ kind: 'Deployment', name: 'openhands', client: 'openhands' }],
    credentials: { accessKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', service: 'ParameterStore', region: 'ap-northeast-1' } } },
  },
});
const { models } = checkModels({ access }, { catalog, now });
const model = models[0]!;
const principal = 'arn:aws:iam::123456789012:user/service/bedrock-openhands-user';

describe('user and key', () => {
  const active = { id: 'AKIA1', active: true, createdAt: now };
  const user = { arn: principal, createdAt: now };
  const facts = (changes: Partial<UserFacts>): UserFacts => ({ userName: 'u', user, keys: [active], handedOn: { id: 'AKIA1', by: 'Secret s' }, ...changes });
  const all = (changes: Partial<UserFacts>): readonly string[] => ids([userMissing, keyMissing, keyInactive].flatMap((rule) => rule(facts(changes))));

  it('says nothing of a user with the active key that the workload is given', () => assert.deepEqual(all({}), []));
  it('reports a missing user once', () => {
    const { user: _, ...rest } = facts({ keys: [] });
    assert.deepEqual(ids([...userMissing(rest), ...keyMissing(rest), ...keyInactive(rest)]), ['user-missing']);
  });
  it('reports a user without keys', () => assert.deepEqual(all({ keys: [] }), ['access-key-missing']));
  it('reports a key that is not the user’s', () => assert.deepEqual(all({ handedOn: { id: 'AKIA2', by: 'Secret s' } }), ['access-key-foreign']));
  it('reports an inactive key', () => assert.deepEqual(all({ keys: [{ ...active, active: false }] }), ['access-key-inactive']));
});

describe('parameters', () => {
  const found = { type: 'SecureString', plain: false, version: '1' };
  const base = { service: 'ParameterStore' as const, region: 'ap-northeast-1', field: 'spec.credentials.apiKey.secretStore', keyIds: ['AKIA1'], parameters: [{ name: 'p', role: 'credentials' as const, found }] };

  it('says nothing of a SecureString that holds the user’s key', () => {
    const facts = { ...base, pair: { accessKeyId: 'AKIA1', fingerprint: 'f' } };
    assert.deepEqual([parameterMissing, parameterPlain, parameterUnusable, parameterKeyForeign].flatMap((rule) => rule(facts)), []);
  });
  it('reports what is missing, with the region', () => {
    const findings = parameterMissing({ ...base, parameters: [{ name: 'p', role: 'credentials' }] });
    assert.deepEqual(ids(findings), ['parameter-missing']);
    assert.match(findings[0]!.message, /ap-northeast-1/);
    assert.equal(findings[0]!.place?.field, 'spec.credentials.apiKey.secretStore.region');
  });
  it('reports a plain String and a content that cannot be used', () => {
    assert.deepEqual(ids(parameterPlain({ ...base, parameters: [{ name: 'p', role: 'credentials', found: { type: 'String', plain: true, version: '1' } }] })), ['parameter-plain']);
    assert.deepEqual(ids(parameterUnusable({ ...base, parameters: [{ name: 'p', role: 'credentials', found, problem: 'it is not a JSON object' }] })), ['parameter-unusable']);
  });
  it('reports a key that the user does not have', () => {
    assert.deepEqual(ids(parameterKeyForeign({ ...base, pair: { accessKeyId: 'AKIAOLD', fingerprint: 'f' } })), ['parameter-key-foreign']);
  });
});

describe('delivery', () => {
  const pair = { accessKeyId: 'AKIA1', fingerprint: 'f' };
  const facts: DeliveryFacts = {
    namespace: 'n',
    secretName: 's',
    operator: 'served',
    store: { kind: 'ClusterSecretStore', name: 'parameterstore', field: 'spec.credentials.accessKey.secretStore', state: { ready: true } },
    externalSecret: { ready: true },
    secret: { pair, keys: [], changedAt: now },
    parameter: pair,
  };

  it('says nothing when everything is Ready and equal', () => assert.deepEqual([...deliveryNotReady(facts), ...secretDiffers(facts)], []));
  it('reports the first broken link only', () => {
    assert.deepEqual(ids(deliveryNotReady({ ...facts, operator: 'absent', externalSecret: { ready: false } })), ['external-secrets-absent']);
    assert.deepEqual(ids(deliveryNotReady({ ...facts, store: { ...facts.store, state: { ready: false, reason: 'InvalidProviderConfig' } }, externalSecret: { ready: false } })), ['secret-store-not-ready']);
    assert.deepEqual(ids(deliveryNotReady({ ...facts, externalSecret: { ready: false, reason: 'SecretSyncedError' } })), ['external-secret-not-ready']);
  });
  it('says which half differs', () => {
    const findings = secretDiffers({ ...facts, parameter: { ...pair, fingerprint: 'g' } });
    assert.deepEqual(ids(findings), ['secret-differs']);
    assert.match(findings[0]!.message, /differ in the secret /);
  });
  it('tells a missing Secret from an incomplete one', () => {
    const { secret: _, ...without } = facts;
    assert.deepEqual(ids(secretDiffers(without)), ['secret-not-delivered']);
    assert.deepEqual(secretDiffers({ ...without, externalSecret: { ready: false } }), []);
    assert.deepEqual(ids(secretDiffers({ ...facts, secret: { keys: ['OTHER'], changedAt: now } })), ['secret-incomplete']);
  });
});

describe('pods', () => {
  const held: VariableFact = { from: 'Secret s', holds: { fingerprint: 'i', accessKeyId: 'AKIA1' } };
  const half: VariableFact = { from: 'Secret s', holds: { fingerprint: 'f' } };
  const good: Readonly<Record<string, VariableFact>> = { AWS_ACCESS_KEY_ID: held, AWS_SECRET_ACCESS_KEY: half, AWS_REGION: { from: 'ConfigMap e', holds: { value: 'us-west-2' } } };
  const started = new Date('2026-11-24T00:00:10Z');
  const facts = (variables: Readonly<Record<string, VariableFact>>, changes: Partial<PodFacts> = {}, startedFor?: string): PodFacts => ({
    namespace: 'n',
    secretName: 's',
    secretChangedAt: now,
    secretKeyId: 'AKIA1',
    secretPair: { accessKeyId: 'AKIA1', fingerprint: 'f' },
    workloads: [
      {
        workload: access.spec.workloads[0]!,
        found: true,
        expected: [
          { name: 'AWS_ACCESS_KEY_ID', carries: 'access-key-id' },
          { name: 'AWS_SECRET_ACCESS_KEY', carries: 'secret-access-key' },
          { name: 'AWS_REGION', carries: { value: 'us-west-2' } },
        ],
        pods: [{ name: 'p', containers: [{ name: 'app', startedAt: started, variables: new Map(Object.entries(variables)) }], ...(startedFor === undefined ? {} : { startedFor }) }],
      },
    ],
    ...changes,
  });
  const all = (given: PodFacts): readonly string[] => ids([podMissing, podVariable, podCredentialHidden, podOlderThanSecret].flatMap((rule) => rule(given)));

  it('says nothing of a pod that started after the Secret with everything in place', () => assert.deepEqual(all(facts(good)), []));
  it('names a variable that is missing, one that differs and one whose source is missing', () => {
    const { AWS_REGION: _, ...without } = good;
    assert.match(podVariable(facts(without))[0]!.message, /AWS_REGION is not set/);
    assert.match(podVariable(facts({ ...good, AWS_REGION: { from: 'value', holds: { value: 'ap-northeast-1' } } }))[0]!.message, /"ap-northeast-1" \(from value\) instead of "us-west-2"/);
    assert.match(podVariable(facts({ ...good, AWS_REGION: { from: 'ConfigMap e, key AWS_REGION', holds: 'nothing' } }))[0]!.message, /does not hold it/);
  });
  it('points at a variable of the same letters in another case', () => {
    const { AWS_REGION: region, ...without } = good;
    assert.match(podVariable(facts({ ...without, aws_region: region! }))[0]!.cause, /aws_region/);
  });
  it('reports another key, another secret and a credential in plain sight', () => {
    assert.match(podVariable(facts({ ...good, AWS_ACCESS_KEY_ID: { from: 'Secret other', holds: { fingerprint: 'x', accessKeyId: 'AKIA9' } } }))[0]!.message, /AKIA9 .* instead of AKIA1/);
    assert.match(podVariable(facts({ ...good, AWS_SECRET_ACCESS_KEY: { from: 'Secret other', holds: { fingerprint: 'x' } } }))[0]!.message, /another secret/);
    assert.match(podVariable(facts({ ...good, AWS_SECRET_ACCESS_KEY: { from: 'value', holds: { value: '(not shown)' } } }))[0]!.message, /plain value/);
  });
  it('reports a bearer token beside the pair, and not an empty one', () => {
    assert.deepEqual(all(facts({ ...good, AWS_BEARER_TOKEN_BEDROCK: { from: 'Secret t', holds: { fingerprint: 't' } } })), ['pod-credential-hidden']);
    assert.deepEqual(all(facts({ ...good, AWS_BEARER_TOKEN_BEDROCK: { from: 'value', holds: { value: '' } } })), []);
  });
  it('reports a pod that started before the Secret changed, unless it was started for the present key', () => {
    const secretChangedAt = new Date('2026-11-24T00:00:20Z');
    assert.deepEqual(all(facts(good, { secretChangedAt })), ['pod-older-than-secret']);
    assert.deepEqual(all(facts(good, { secretChangedAt }, 'AKIA0')), ['pod-older-than-secret']);
    assert.deepEqual(all(facts(good, { secretChangedAt }, 'AKIA1')), []);
  });
  it('does not judge times within one second, which is all that Kubernetes tells', () => {
    assert.deepEqual(all(facts(good, { secretChangedAt: new Date('2026-11-24T00:00:10.900Z') })), []);
  });
  it('tells a missing workload from one without pods', () => {
    const [workload] = facts(good).workloads;
    assert.deepEqual(ids(podMissing(facts(good, { workloads: [{ ...workload!, found: false, pods: [] }] }))), ['workload-missing']);
    assert.deepEqual(podMissing(facts(good, { workloads: [{ ...workload!, pods: [] }] })).map(({ id, severity }) => [id, severity]), [['pod-missing', 'warning']]);
  });
});

function policyFacts(document: PolicyDocument): PolicyFacts {
  return { access, models, principal, policies: { identity: [{ name: 'arn:aws:iam::123456789012:policy/p', document }] }, groups: [] };
}

const [compiled] = compilePolicy({ models, account: access.spec.account, discovery: false }).documents;

function without(region: string): PolicyDocument {
  return JSON.parse(JSON.stringify(compiled).replaceAll(new RegExp(`"arn:aws:bedrock:${region}::foundation-model/[^"]*",?`, 'g'), '').replaceAll(',]', ']'));
}

describe('policy', () => {
  it('says nothing of the policy that the program compiles', () => assert.deepEqual(policyDenies(policyFacts(compiled!)), []));
  it('names the destination region that is missing and the statement that came nearest', () => {
    const findings = policyDenies(policyFacts(without('us-east-2')));
    assert.deepEqual(ids(findings), ['policy-refuses-model']);
    assert.match(findings[0]!.message, /the model in us-east-2$/);
  });
  it('tells an explicit deny apart', () => {
    const deny = { Effect: 'Deny', Action: 'bedrock:*', Resource: '*', Sid: 'Stop' } as const;
    const findings = policyDenies(policyFacts({ ...compiled!, Statement: [...compiled!.Statement, deny] }));
    assert.match(findings[0]!.remedy, /Deny/);
  });
});

describe('a call', () => {
  const failure = (kind: string, code: string): CallFailure => ({ kind, code, said: 'words', id: 'aws-throttled', cause: 'AWS kept throttling.', remedy: 'Wait a minute.' });
  const facts = (answer: CallFacts['answer'], changes: Partial<CallFacts> = {}): CallFacts => ({
    access,
    model,
    streamed: false,
    region: 'us-west-2',
    accessKeyId: 'AKIA1',
    key: { active: true },
    now,
    answer,
    judged: [],
    waited: 0,
    onDemandHere: false,
    alternatives: ['us.anthropic.claude-sonnet-5'],
    ...changes,
  });
  const id = (answer: CallFacts['answer'], changes: Partial<CallFacts> = {}): string | undefined => ids(callFailed(facts(answer, changes)))[0];

  it('says nothing of an answer', () => assert.equal(id({ text: 'ready', inputTokens: 5, outputTokens: 1 }), undefined));
  it('explains a denial by the policy, with the missing region', () => {
    const judged = judge(policyFacts(without('us-east-1')), model, ['bedrock:InvokeModel']);
    const [finding] = callFailed(facts(failure('denied', 'AccessDeniedException'), { judged }));
    assert.equal(finding!.id, 'call-denied');
    assert.match(finding!.message, /us-east-1/);
  });
  it('says that something else denies when the policy allows', () => {
    const judged = judge(policyFacts(compiled!), model, ['bedrock:InvokeModel']);
    assert.equal(id(failure('denied', 'AccessDeniedException'), { judged }), 'call-denied-elsewhere');
  });
  it('names the date and a successor of a model that has ended', () => {
    const ended = { ...model, lifecycle: { ...model.lifecycle, endOfLifeDate: '2026-01-01' } };
    const [finding] = callFailed(facts(failure('not-found', 'ResourceNotFoundException'), { model: ended }));
    assert.equal(finding!.id, 'model-ended');
    assert.match(finding!.message + finding!.remedy, /2026-01-01.*us\.anthropic\.claude-sonnet-5/);
  });
  it('asks for a profile where the bare id does not work', () => {
    assert.equal(id(failure('validation', 'ValidationException'), { model: { ...model, kind: 'on-demand', invokeId: model.modelId } }), 'profile-required');
  });
  it('puts the pod’s own region before every other explanation', () => {
    assert.equal(id(failure('denied', 'AccessDeniedException'), { region: 'eu-west-1' }), 'pod-region-wrong');
  });
  it('says of a refused key what IAM knows of it', () => {
    const cause = (key: CallFacts['key']): string => {
      const { key: _, ...rest } = facts(failure('invalid-credentials', 'UnrecognizedClientException'));
      return callFailed(key === undefined ? rest : { ...rest, key })[0]!.cause;
    };
    assert.match(cause(undefined), /does not have the key/);
    assert.match(cause({ active: false }), /inactive/);
    assert.match(cause({ active: true }), /a moment ago/);
  });
  it('passes other failures on as the AWS room words them', () => assert.equal(id(failure('throttled', 'ThrottlingException')), 'aws-throttled'));
});
