/**
 * Real Kubernetes, kwok, External Secrets Operator and Terraform, built from their published Go modules with versions and checksums pinned in
 * `go/<module>/go.{mod,sum}`. Built once into the cache; a file appears there only when it is whole.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder, keyOfFiles } from './cache.ts';
import { SetupError } from './setup-error.ts';

const run = promisify(execFile);

export type GoModule = 'control-plane' | 'kwok' | 'external-secrets' | 'credential-helper' | 'terraform';

interface Build {
  /** File in the cache folder -> package. */
  readonly programs: Readonly<Record<string, string>>;
  readonly flags: string;
  /** It needs a C compiler. */
  readonly cgo?: boolean;
  /** Files made of what lies beside the code in a module: name -> text. */
  readonly files?: (moduleFolder: (module: string) => Promise<string>) => Promise<Readonly<Record<string, string>>>;
}

const kubernetesVersion = '1.35.4';

/** An API server without its version stamped in misbehaves: clients compare it. */
const stamp = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
  .flatMap((place) => [`-X ${place}.gitVersion=v${kubernetesVersion}`, `-X ${place}.gitMajor=1`, `-X ${place}.gitMinor=35`, `-X ${place}.gitTreeState=clean`])
  .join(' ');

const builds: Readonly<Record<GoModule, Build>> = {
  'control-plane': {
    programs: {
      etcd: 'go.etcd.io/etcd/server/v3',
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kubectl: 'k8s.io/kubernetes/cmd/kubectl',
    },
    flags: `-s -w ${stamp}`,
  },
  kwok: {
    programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
    flags: '-s -w',
    // The stages that make nodes and pods ready at once.
    async files(moduleFolder) {
      const stages = join(await moduleFolder('sigs.k8s.io/kwok'), 'kustomize', 'stage');
      const folders = ['node/fast', 'node/heartbeat-with-lease', 'pod/fast'].map((folder) => join(stages, folder));
      return { 'kwok.yaml': folders.flatMap((folder) => documentsOf(folder)).join('\n---\n') };
    },
  },
  'external-secrets': {
    programs: { 'external-secrets': 'github.com/external-secrets/external-secrets' },
    flags: '-s -w',
    async files(moduleFolder) {
      const folder = join(await moduleFolder('github.com/external-secrets/external-secrets'), 'config', 'crds', 'bases');
      return { 'external-secrets-crds.yaml': documentsOf(folder).join('\n---\n') };
    },
  },
  // AWS's helper for IAM Roles Anywhere: its PKCS#11 part is linked with C.
  'credential-helper': { programs: { aws_signing_helper: 'github.com/aws/rolesanywhere-credential-helper' }, flags: '-s -w', cgo: true },
  // The last that is a module for others: later ones replace parts of themselves by folders that no module proxy has.
  terraform: { programs: { terraform: 'github.com/hashicorp/terraform' }, flags: '-s -w' },
};

/** The machine's Terraform, or one that is built now if that never happened. @throws SetupError */
export async function terraformProgram(tell: (line: string) => void): Promise<string> {
  try {
    await run('terraform', ['version']);
    return 'terraform';
  } catch {
    return join(await goPrograms('terraform', tell), 'terraform');
  }
}

/** The folder with a module's programs, built now if that never happened. @throws SetupError */
export async function goPrograms(module: GoModule, tell: (line: string) => void): Promise<string> {
  const source = fileURLToPath(new URL(`./go/${module}/`, import.meta.url));
  const folder = join(cacheFolder(), `${module}-${keyOfFiles(join(source, 'go.mod'), join(source, 'go.sum'))}`);
  const build = builds[module];
  const missing = Object.entries(build.programs).filter(([name]) => !existsSync(join(folder, name)));
  const incomplete = missing.length > 0 || !existsSync(join(folder, 'complete'));
  if (!incomplete) return folder;
  await requireGo();
  mkdirSync(folder, { recursive: true });
  // What an aborted build left behind.
  for (const left of readdirSync(folder).filter((name) => name.startsWith('.building-'))) rmSync(join(folder, left), { recursive: true, force: true });
  const workshop = mkdtempSync(join(folder, '.building-'));
  try {
    for (const [name, place] of missing) {
      tell(`building ${name} from its Go module (once; minutes)`);
      await go(source, ['build', '-mod=mod', '-trimpath', '-ldflags', build.flags, '-o', join(workshop, name), place], build.cgo === true);
      renameSync(join(workshop, name), join(folder, name));
    }
    const moduleFolder = async (path: string): Promise<string> => (await go(source, ['list', '-m', '-f', '{{.Dir}}', path])).trim();
    for (const [name, text] of Object.entries((await build.files?.(moduleFolder)) ?? {})) {
      writeFileSync(join(workshop, name), text);
      renameSync(join(workshop, name), join(folder, name));
    }
    writeFileSync(join(folder, 'complete'), '');
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  return folder;
}

async function requireGo(): Promise<void> {
  try {
    await run('go', ['version']);
  } catch {
    throw new SetupError('Go is missing: the conformance tests build a real Kubernetes control plane with it; install Go 1.25 or newer');
  }
}

async function go(folder: string, args: readonly string[], cgo = false): Promise<string> {
  try {
    const { stdout } = await run('go', [...args], { cwd: folder, env: { ...process.env, CGO_ENABLED: cgo ? '1' : '0', GOFLAGS: '-buildvcs=false' }, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const output = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : String(error);
    if (/dial tcp|no such host|i\/o timeout|network is unreachable|connection refused|TLS handshake/.test(output)) {
      throw new SetupError('the network is off: Go modules must be fetched for the first build; run again when there is a network');
    }
    throw new SetupError(`go ${args[0]} failed in ${folder}: ${output.trim().split('\n').slice(-5).join(' | ')}`);
  }
}

function documentsOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').replace(/^---\n/, '').trimEnd());
}
