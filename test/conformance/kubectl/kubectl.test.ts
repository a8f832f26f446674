import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox } from '../../../src/sandbox/start.ts';
import type { Sandbox } from '../../../src/sandbox/types.ts';
import { realParts, report } from '../parts.ts';
import { steps, type KubectlStep } from './commands.ts';
import { comparableOutput } from './comparable-output.ts';

const namespace = 'kubectl-conformance';

interface Printed {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

describe('kubectl prints of the sandbox what it prints of a real API server', () => {
  let sandbox: Sandbox;
  let homes: string;
  before(async () => {
    sandbox = await startSandbox({ externalSecrets: false });
    homes = mkdtempSync(join(tmpdir(), 'kubectl-homes-'));
    for (const target of ['real', 'sandbox'] as const) assert.equal((await kubectl(target, { args: ['create', 'namespace', namespace] })).code, 0);
    for (const target of ['real', 'sandbox'] as const) await shown(target, { args: ['get', 'serviceaccount', 'default', '-o', 'name'], until: /default/ });
  });
  after(async () => {
    await kubectl('real', { args: ['delete', 'namespace', namespace, '--wait=false'] });
    await sandbox.stop();
    rmSync(homes, { recursive: true, force: true });
  });

  function kubectl(target: 'real' | 'sandbox', { args, input }: KubectlStep): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    const { kubernetes, programs } = realParts();
    const KUBECONFIG = target === 'real' ? kubernetes.kubeconfigFile : sandbox.kubernetes.kubeconfigFile;
    // A home each: kubectl keeps there what it discovered.
    const child = spawn(join(programs.controlPlane, 'kubectl'), ['--namespace', namespace, ...args], { env: { PATH: process.env['PATH'] ?? '', HOME: join(homes, target), KUBECONFIG }, stdio: 'pipe' });
    child.stdin.end(input === undefined ? '' : JSON.stringify(input));
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text));
    return new Promise((resolve, reject) => void child.once('error', reject).once('close', (code) => resolve({ code: code ?? -1, out, err })));
  }

  async function shown(target: 'real' | 'sandbox', step: KubectlStep): Promise<Printed> {
    for (let count = 0; ; count += 1) {
      const { code, out, err } = await kubectl(target, step);
      if (step.until !== undefined && !step.until.test(out + err) && count < 100) {
        await sleep(100);
        continue;
      }
      const compared = step.compared ?? (() => true);
      return { code, out: comparableOutput(out).filter(compared), err: comparableOutput(err) };
    }
  }

  const times = new Map<string, number>();
  for (const step of steps) {
    const command = `kubectl ${step.args.join(' ')}`;
    const time = (times.get(command) ?? 0) + 1;
    times.set(command, time);
    const behaviour = time === 1 ? command : `${command} (${time})`;
    it(behaviour, async () => {
      const [real, sandboxed] = await Promise.all([shown('real', step), shown('sandbox', step)]);
      const same = JSON.stringify(real) === JSON.stringify(sandboxed);
      report({
        chapter: 'kubectl',
        behaviour,
        parts: { sandbox: same ? 'same' : step.knownDifference === undefined ? 'different' : 'known difference', 'Kubernetes 1.35': 'same' },
        ...(step.knownDifference === undefined ? {} : { note: step.knownDifference }),
        ...(same || step.knownDifference !== undefined ? {} : { answers: { sandbox: sandboxed, real } }),
      });
      if (step.knownDifference === undefined) assert.deepEqual(sandboxed, real);
      else assert.equal(same, false, 'no difference any more: take the note away');
    });
  }
});
