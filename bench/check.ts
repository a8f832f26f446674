/**
 * How the cost of `check` grows with the size of the repositories: generated ones of 1x, 4x and 16x. The program is the bundle.
 *
 *     node bench/check.ts                                   generated repositories
 *     node bench/check.ts --terraform DIR --manifests DIR   real ones too
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deploymentWith, policyWith, invokeActions, sonnetResources } from '../src/checks/rules/examples.ts';
import { externalSecretReading } from '../src/checks/rules/parameter-undeclared.ts';
import { installProduct } from './product.ts';
import { report, type Figure } from './report.ts';

const { values } = parseArgs({ options: { terraform: { type: 'string' }, manifests: { type: 'string' } } });
const product = installProduct();

interface Measured {
  readonly milliseconds: number;
  /** Processor time, user and system: what a busy machine does not lengthen much. */
  readonly processor: number;
  readonly mebibytes: number;
}

/** Of one run of the whole process; the median of three by processor time. */
function measure(terraform: string, manifests: string): Measured {
  // With `-e` there is no script in argv: a name takes its place.
  const code = `process.argv.splice(1, 0, 'bedrock-access'); process.on('exit', () => { const used = process.resourceUsage(); process.stderr.write('USED ' + used.maxRSS + ' ' + Math.round((used.userCPUTime + used.systemCPUTime) / 1000)); }); await import(${JSON.stringify(product.main)});`;
  const runs = [1, 2, 3].map(() => {
    const start = performance.now();
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code, 'check', '--terraform', terraform, '--manifests', manifests, '--output', 'json'], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
    const [, peak = '0', processor = '0'] = /USED (\d+) (\d+)/.exec(stderr) ?? [];
    return { milliseconds: performance.now() - start, processor: Number(processor), mebibytes: Number(peak) / 1024 };
  });
  return runs.sort((a, b) => a.processor - b.processor)[1]!;
}

function generate(folder: string, apps: number): void {
  for (let index = 0; index < apps; index += 1) {
    const [terraform, manifests] = [join(folder, 'terraform', `app-${index}`), join(folder, 'manifests', `app-${index}`)];
    mkdirSync(terraform, { recursive: true });
    mkdirSync(manifests, { recursive: true });
    writeFileSync(join(terraform, 'iam.tf'), policyWith(invokeActions, sonnetResources));
    writeFileSync(join(terraform, 'ssm.tf'), `resource "aws_ssm_parameter" "p" {\n  name  = "app-${index}-key"\n  type  = "SecureString"\n  value = "x"\n}\n`);
    writeFileSync(join(manifests, 'deployment.yaml'), deploymentWith('- { name: AWS_REGION, value: us-west-3 }\n- { name: LLM_MODEL, value: bedrock/us.anthropic.claude-sonnet-4-6 }'));
    writeFileSync(join(manifests, 'external-secret.yaml'), externalSecretReading(`app-${index}-key`));
    writeFileSync(join(manifests, 'kustomization.yaml'), 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [deployment.yaml, external-secret.yaml]\n');
  }
}

function filesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

const shown = ({ milliseconds, processor, mebibytes }: Measured): string => `${seconds(processor)} of the processor, ${Math.round(mebibytes)} MiB (${seconds(milliseconds)} by the wall)`;
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

const figures: Figure[] = [];
const folder = mkdtempSync(join(tmpdir(), 'bedrock-access-bench-'));
try {
  if (values.terraform !== undefined && values.manifests !== undefined) {
    const real = measure(values.terraform, values.manifests);
    const files = filesBelow(values.terraform) + filesBelow(values.manifests);
    figures.push({ what: `boxp/arch and boxp/lolice as they stand (${files.toLocaleString('en')} files)`, measured: shown(real), goal: 'under 1.5 s and 200 MB', met: real.processor < 1500 && real.mebibytes * 1.048576 < 200 });
  }
  let first: Measured | undefined;
  for (const times of [1, 4, 16]) {
    const place = join(folder, String(times));
    generate(place, 50 * times);
    const measured = measure(join(place, 'terraform'), join(place, 'manifests'));
    first ??= measured;
    const growth = measured.processor / first.processor;
    figures.push({ what: `generated repositories, ${times}x (${(250 * times).toLocaleString('en')} files)`, measured: `${shown(measured)}, ${growth.toFixed(1)}x the first`, goal: times === 1 ? '' : `at most ${times}x the first`, met: growth <= times });
  }
} finally {
  rmSync(folder, { recursive: true });
  product.remove();
}
report('check over repositories', 'npm run bench:check -- --terraform ARCH --manifests LOLICE', figures, 'The goal is of a quiet machine, where the wall clock of a single process is no longer than its processor time; this one had other work, so that the processor time is what is compared. Without folders only the generated repositories are measured.');
