/** The CronJob that rotates, made in a real control plane by a program that may do what is printed for it and nothing else. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseAccess } from '../../../src/access/parse.ts';
import { declarationText } from '../../../src/cli/demo/story.ts';
import { systemClock } from '../../../src/clock.ts';
import { programPermissions } from '../../../src/engine/permissions/index.ts';
import { openKubernetes } from '../../../src/kubernetes/open.ts';
import type { Kubernetes, KubernetesObject } from '../../../src/kubernetes/types.ts';
import { isRecord, recordsAt, textAt } from '../../../src/resources/json.ts';
import { jobObjects } from '../../../src/resources/credential-job-objects.ts';
import { realParts, report } from '../parts.ts';

const namespace = 'openhands-rotation';
const text = declarationText({ account: '123456789012', model: 'us.anthropic.claude-sonnet-4-6', layout: 'single' })
  .replace('namespace: openhands', `namespace: ${namespace}`)
  .replace('client: openhands', 'client: aws-sdk');
const withRotation = `${text}      rotateAfter: 1d\n      rotation: { image: "registry.example.com/bedrock-access:0.1.0", identity: { role: "arn:aws:iam::123456789012:role/rotation" } }\n`;

describe('the CronJob that rotates a key, in a real control plane', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-access-rotation-'));
  let admin: Kubernetes;
  before(async () => {
    admin = await open(readFileSync(realParts().kubernetes.kubeconfigFile, 'utf8'), 'admin');
    await admin.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (const name of ['with', 'without']) await admin.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
  });
  after(async () => {
    await admin.remove({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
    for (const kind of ['ClusterRoleBinding', 'ClusterRole']) {
      for (const name of [`bedrock-access:${namespace}:bedrock-openhands-rotation`, `bedrock-access-${namespace}-openhands`]) await admin.remove({ apiVersion: 'rbac.authorization.k8s.io/v1', kind, name }).catch(() => undefined);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('may be made with the printed roles, although nobody may grant what they may not do; and nothing is filled in', async () => {
    const [parsed] = parseAccess(withRotation).accesses;
    assert.ok(parsed);
    for (const role of programPermissions(parsed.access).roles) await admin.create(role.kind.endsWith('Binding') ? { ...role, subjects: [{ kind: 'ServiceAccount', namespace, name: 'with' }] } : role);
    const program = await open(await kubeconfigOf('with'), 'with');
    for (const object of jobObjects(parsed.access).values()) {
      const { metadata: _given, apiVersion, kind, ...fields } = object;
      const made = await program.create(object);
      const { metadata: _metadata, apiVersion: _version, kind: _kind, status: _status, ...there } = made;
      assert.deepEqual(withoutEmpty(there), withoutEmpty(fields), `${apiVersion} ${kind}`);
    }
    report({ chapter: 'The CronJob that rotates', behaviour: 'made with exactly the printed roles; every default is spelled out', parts: { 'Kubernetes 1.35': 'same' } });
  });

  async function kubeconfigOf(name: string): Promise<string> {
    const request: KubernetesObject = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} };
    const token = textAt(await admin.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }, 'token', request), 'status', 'token') ?? '';
    const config: unknown = parse(readFileSync(realParts().kubernetes.kubeconfigFile, 'utf8'));
    assert.ok(isRecord(config));
    const [context] = recordsAt(config, 'contexts');
    return JSON.stringify({ ...config, users: [{ name: textAt(context, 'context', 'user'), user: { token } }] });
  }

  async function open(config: string, name: string): Promise<Kubernetes> {
    const file = join(folder, name);
    writeFileSync(file, config, { mode: 0o600 });
    return openKubernetes({ environment: { KUBECONFIG: file }, clock: systemClock, random: () => 0.5, userAgent: `test-${name}` });
  }
});

/** `metadata: {}` and `creationTimestamp: null` of templates: what says nothing. */
function withoutEmpty(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'creationTimestamp' || (key === 'metadata' && isRecord(inner) && Object.values(inner).every((field) => field === null)) ? undefined : inner)));
}
