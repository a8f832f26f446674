/** Containers as real processes: a small client of Bedrock with exactly the environment that the pod's container would have. */
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, openSync, closeSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listAt, textAt, type StoredObject } from '../kubernetes/object.ts';
import { expanded } from './container-environment.ts';
import type { ContainerRuntime, ContainerStart, RunningContainer } from './container-runtime.ts';
import { createSession, startHelper, type HelperOptions } from './credential-helper.ts';
import { moved, portOfSidecar, redirected, type Loopbacks } from './loopback-ports.ts';
import { logFileOf } from './pod-logs.ts';

export interface ProcessOptions {
  /** Where logs and the containers' empty home folders lie. */
  readonly directory: string;
  /** The sandbox's AWS; what the pod's own environment names wins. */
  readonly endpoint: () => string | undefined;
  /** World time stands while a container works that ends by itself: a Job's must not be overtaken by whoever waits for it. */
  readonly during: (work: Promise<void>) => void;
}

export function processRuntime(options: ProcessOptions): ContainerRuntime {
  const helpers: Helpers = new Map();
  const loopbacks: Loopbacks = new Map();
  return {
    start(start, ended) {
      if (isHelper(imageOf(start)) && !start.toCompletion) return startHelperOf(start, options, helpers);
      let gone = false;
      const { promise: exit, resolve } = Promise.withResolvers<void>();
      const finish = (exitCode: number): void => {
        if (!gone) ended(exitCode);
        gone = true;
        resolve();
      };
      if (isHelper(imageOf(start))) {
        void firstSession(start, options).then(finish);
        options.during(exit);
        return {
          async stop() {
            gone = true;
            await exit;
          },
        };
      }
      const run = (helper: string | undefined, loopback: readonly (readonly [string, string])[]): ChildProcess => {
        const child = startClient(start, options, helper, loopback);
        child.once('exit', (code) => finish(code ?? 137));
        child.once('error', () => finish(127));
        return child;
      };
      const helper = helpers.get(start.pod.metadata.uid);
      // A helper in the pod is asked where it listens: the pods of the sandbox share one loopback.
      const port = portOfSidecar(containerNamed(start.pod, start.container));
      const loopback = port === undefined ? loopbacks.get(start.pod.metadata.uid) : moved(port, start.pod, loopbacks);
      const child = helper === undefined && loopback === undefined ? run(undefined, []) : Promise.all([helper, loopback]).then(([address, places = []]) => (gone ? undefined : run(address, places)));
      if (runsOnce(start)) options.during(exit);
      return {
        refresh: () => void writeFiles(start.mounted(), filesFolder(start, options)),
        async stop() {
          gone = true;
          const started = await child;
          if (started === undefined) return;
          started.kill('SIGKILL');
          await exit;
        },
      };
    },
  };
}

/** By pod: where its credential helper listens. */
type Helpers = Map<string, Promise<string>>;

function helperOptions({ pod, container, environment, restarts, mounted }: ContainerStart, { directory, endpoint }: ProcessOptions): HelperOptions {
  const log = logFileOf(directory, { namespace: pod.metadata.namespace ?? 'default', pod: pod.metadata.name, uid: pod.metadata.uid, container, restarts });
  mkdirSync(dirname(log), { recursive: true });
  const args = listAt(containerNamed(pod, container), 'args').map((argument) => expanded(String(argument), environment));
  return { args, file: (path) => mounted()[path], endpoint: endpoint() ?? '', log: (line) => appendFileSync(log, `${line}\n`, { mode: 0o600 }) };
}

/** `update --once` and `credential-process`: one session is got, or the container fails. */
async function firstSession(start: ContainerStart, options: ProcessOptions): Promise<number> {
  const helper = helperOptions(start, options);
  return createSession(helper).then(() => 0, (error: unknown) => {
    helper.log(error instanceof Error ? error.message : String(error));
    return 1;
  });
}

function startHelperOf(start: ContainerStart, options: ProcessOptions, helpers: Helpers): RunningContainer {
  const { pod } = start;
  const helper = startHelper(helperOptions(start, options));
  helpers.set(pod.metadata.uid, helper.address);
  return {
    async stop() {
      helpers.delete(pod.metadata.uid);
      await helper.stop();
    },
  };
}

/** AWS's image of the credential helper for IAM Roles Anywhere, wherever it is mirrored. */
function isHelper(image: string): boolean {
  return /(^|\/)credential-helper(?=$|[:@])/.test(image);
}

/** What it says by default (`--port`). */
const helperAddress = 'http://127.0.0.1:9911/';

function startClient(start: ContainerStart, options: ProcessOptions, helper: string | undefined, loopback: readonly (readonly [string, string])[]): ChildProcess {
  const { pod, container, environment, restarts, files, mounted } = start;
  const { directory, endpoint } = options;
  const log = logFileOf(directory, { namespace: pod.metadata.namespace ?? 'default', pod: pod.metadata.name, uid: pod.metadata.uid, container, restarts });
  const home = join(dirname(dirname(log)), 'home');
  mkdirSync(dirname(log), { recursive: true });
  mkdirSync(home, { recursive: true });
  const places = writeFiles({ ...files, ...mounted() }, filesFolder(start, options));
  const output = openSync(log, 'a', 0o600);
  const address = endpoint();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...programOf(start).map((argument) => places.get(argument) ?? redirected(argument, loopback))], {
    // No shell, no environment of ours. The pipe is how it notices that the sandbox is gone, however that ended.
    stdio: ['pipe', output, output],
    shell: false,
    cwd: home,
    env: {
      ...(address === undefined ? {} : { AWS_ENDPOINT_URL: address }),
      // Else the machine's own metadata would be asked.
      ...(helper === undefined ? { AWS_EC2_METADATA_DISABLED: 'true' } : {}),
      HOSTNAME: pod.metadata.name,
      HOME: home,
      ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, places.get(value) ?? (helper !== undefined && value === helperAddress ? helper : redirected(value, loopback))])),
    },
  });
  child.stdin?.on('error', () => undefined);
  closeSync(output);
  return child;
}

function filesFolder({ pod, container, restarts }: ContainerStart, { directory }: ProcessOptions): string {
  const log = logFileOf(directory, { namespace: pod.metadata.namespace ?? 'default', pod: pod.metadata.name, uid: pod.metadata.uid, container, restarts });
  return join(dirname(dirname(log)), 'files', `${container}.${restarts}`);
}

/** A process has the machine's files, not a container's: a variable, an argument or a file that names a mounted file names its copy instead. */
function writeFiles(files: Readonly<Record<string, string>>, folder: string): ReadonlyMap<string, string> {
  const places = new Map(Object.keys(files).map((path) => [path, join(folder, path)]));
  for (const [path, content] of Object.entries(files)) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, [...places].reduce((text, [seen, copy]) => text.replaceAll(seen, copy), content), { mode: 0o600 });
  }
  return places;
}

/** An image of the program runs the program itself, with its arguments; every other image is a client of Bedrock. */
function programOf({ pod, container: name, toCompletion }: ContainerStart): readonly string[] {
  const container = containerNamed(pod, name);
  if (!isProgram(textAt(container, 'image') ?? '')) return toCompletion ? [clientFile(), 'once'] : [clientFile()];
  const program = [programFile(), ...listAt(container, 'args').map(String)];
  return textAt(container, 'restartPolicy') === 'Always' ? [...endsWithItsParent, ...program] : program;
}

/** A sidecar has no end of its own: the pipe is how it notices that the sandbox is gone. */
const endsWithItsParent = ['--import', 'data:text/javascript,process.stdin.on("end",()=>process.exit(0)).resume()'];

function containerNamed(pod: StoredObject, name: string): unknown {
  return [...listAt(pod, 'spec', 'containers'), ...listAt(pod, 'spec', 'initContainers')].find((each) => textAt(each, 'name') === name);
}

function imageOf({ pod, container }: ContainerStart): string {
  return textAt(containerNamed(pod, container), 'image') ?? '';
}

function runsOnce(start: ContainerStart): boolean {
  return isProgram(imageOf(start)) ? textAt(containerNamed(start.pod, start.container), 'restartPolicy') !== 'Always' : start.toCompletion;
}

/** `bedrock-access`, `registry.example/tools/bedrock-access:0.1.0`, with a tag, a digest or neither. */
function isProgram(image: string): boolean {
  return /(^|\/)bedrock-access(?=$|[:@])/.test(image);
}

function programFile(): string {
  const places = ['../../cli/main.ts', './cli/main.js', '../cli/main.js'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`the program for the sandbox's containers is missing: ${places.join(', ')}`);
  return found;
}

/** The client as source beside this file, or as the bundle's own entry `sandbox-client.js`. */
function clientFile(): string {
  const places = ['./client.ts', './sandbox-client.js', '../sandbox-client.js'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`the client of the sandbox's workloads is missing: ${places.join(', ')}`);
  return found;
}
