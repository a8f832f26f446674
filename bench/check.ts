/**
 * How the cost of `check` grows with the size of the repositories: generated ones of 1x, 4x and 16x.
 *
 *     node bench/check.ts                                   generated repositories
 *     node bench/check.ts --terraform DIR --manifests DIR   real ones, with peak memory
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { deploymentWith, policyWith, invokeActions, sonnetResources } from '../src/checks/rules/examples.ts';
import { externalSecretReading } from '../src/checks/rules/parameter-undeclared.ts';

const { values } = parseArgs({ options: { terraform: { type: 'string' }, manifests: { type: 'string' } } });
const program = 'src/cli/main.ts';

/** Wall-clock milliseconds and peak memory in MiB of one run of the whole process; the median of three by time. */
function measure(terraform: string, manifests: string): { readonly milliseconds: number; readonly mebibytes: number } {
  // With `-e` there is no script in argv: a name takes its place.
  const code = `process.argv.splice(1, 0, 'bedrock-access'); process.on('exit', () => process.stderr.write('PEAK ' + process.resourceUsage().maxRSS)); await import(${JSON.stringify(join(process.cwd(), program))});`;
  const runs = [1, 2, 3].map(() => {
    const start = performance.now();
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code, 'check', '--terraform', terraform, '--manifests', manifests, '--output', 'json'], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
    return { milliseconds: performance.now() - start, mebibytes: Number(/PEAK (\d+)/.exec(stderr)?.[1] ?? 0) / 1024 };
  });
  return runs.sort((a, b) => a.milliseconds - b.milliseconds)[1]!;
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

if (values.terraform !== undefined && values.manifests !== undefined) {
  const { milliseconds, mebibytes } = measure(values.terraform, values.manifests);
  console.log(`${Math.round(milliseconds)} ms, ${Math.round(mebibytes)} MiB`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'bedrock-access-bench-'));
  try {
    let first: number | undefined;
    for (const times of [1, 4, 16]) {
      const place = join(folder, String(times));
      generate(place, 50 * times);
      const { milliseconds, mebibytes } = measure(join(place, 'terraform'), join(place, 'manifests'));
      first ??= milliseconds;
      console.log(`${times}x (${250 * times} files): ${Math.round(milliseconds)} ms, ${(milliseconds / first).toFixed(1)}x the first, ${Math.round(mebibytes)} MiB`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
