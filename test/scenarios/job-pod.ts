/** A CronJob of the program's, as its pods would run it: nobody runs its image here. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { JobPermissions } from '../../src/engine/permissions/index.ts';
import type { KubernetesObject } from '../../src/kubernetes/types.ts';
import { isRecord, recordsAt, textAt } from '../../src/resources/json.ts';
import type { AuditEntry } from '../../src/sandbox/types.ts';
import type { CliStage } from '../cli/stage.ts';

/** Namespace and name of a CronJob, and of the ServiceAccount of its pods. */
export interface Job {
  readonly namespace: string;
  readonly name: string;
}

/** The command line as the pod of the CronJob would have it: its arguments, its token, its AWS credentials. */
export async function inPod(stage: CliStage, job: Job, credentials: Readonly<Record<string, string>>): Promise<() => ReturnType<CliStage['run']>> {
  const cronJob = await stage.kubernetes.get({ apiVersion: 'batch/v1', kind: 'CronJob', ...job });
  const [container] = recordsAt(cronJob, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers');
  const args = container?.['args'];
  assert.ok(Array.isArray(args) && args.every((word) => typeof word === 'string'));
  const plain = Object.fromEntries(recordsAt(container, 'env').flatMap((entry) => (typeof entry['value'] === 'string' ? [[String(entry['name']), entry['value']]] : [])));
  const kubeconfig = join(stage.directory, 'of-the-pod');
  const config: unknown = JSON.parse(readFileSync(stage.sandbox.kubernetes.kubeconfigFile, 'utf8'));
  assert.ok(isRecord(config));
  const [context] = recordsAt(config, 'contexts');
  writeFileSync(kubeconfig, JSON.stringify({ ...config, users: [{ name: textAt(context, 'context', 'user'), user: { token: await tokenOf(stage, job) } }] }), { mode: 0o600 });
  return () => stage.run(args, { environment: { ...plain, ...credentials, KUBECONFIG: kubeconfig } });
}

export async function tokenOf({ kubernetes }: CliStage, job: Job, audiences?: readonly string[]): Promise<string> {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: audiences === undefined ? {} : { audiences } };
  return textAt(await kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', ...job }, 'token', request), 'status', 'token') ?? '';
}

/** What it was refused in the cluster, what it may and did not do, and what it did without a rule of its own. */
export function usedInCluster(calls: readonly AuditEntry[], { subject, roles }: JobPermissions): { readonly denied: readonly string[]; readonly unused: readonly string[]; readonly undeclared: readonly string[] } {
  const inCluster = calls.filter(({ service, identity }) => service === 'kubernetes' && identity === subject);
  const denied = inCluster.filter(({ status }) => status === 403).map(({ action }) => action);
  const verbs = new Set(inCluster.filter(({ status }) => status !== 403).map(({ action }) => action));
  const allowed = roles.flatMap((object) => recordsAt(object, 'rules')).flatMap((rule) => words(rule['resources']).flatMap((resource) => words(rule['verbs']).map((verb) => `${verb} ${resource}`)));
  return {
    denied: [...new Set(denied)],
    unused: [...new Set(allowed)].filter((action) => !verbs.has(action)),
    undeclared: [...verbs].filter((action) => !allowed.includes(action) && !/^get \/|^discover/.test(action)).sort(),
  };
}

/** The kinds of those objects into which the API server has filled something: Argo CD would see a difference for ever. */
export async function filledIn({ kubernetes }: CliStage, objects: readonly KubernetesObject[]): Promise<readonly string[]> {
  const filled: string[] = [];
  for (const { metadata, apiVersion, kind, ...fields } of objects) {
    const live = await kubernetes.get({ apiVersion, kind, name: metadata.name ?? '', ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) });
    assert.ok(live !== undefined, kind);
    const { metadata: _metadata, apiVersion: _version, kind: _kind, status: _status, ...there } = live;
    if (!isDeepStrictEqual(withoutEmpty(there), withoutEmpty(fields))) filled.push(kind);
  }
  return filled;
}

/** `metadata: {}` and `creationTimestamp: null` of templates: what says nothing. */
function withoutEmpty(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'creationTimestamp' || (key === 'metadata' && isRecord(inner) && Object.values(inner).every((field) => field === null)) ? undefined : inner)));
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
