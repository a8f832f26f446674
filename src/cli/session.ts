import { renewSession, type Renewal } from '../credentials/session/renew.ts';
import { serveSession } from '../credentials/session/serve.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import { sessionPort } from '../resources/session.ts';
import { addressedAccesses } from './access-names.ts';
import { catalogOf } from './catalog-file.ts';
import type { CommandLine } from './command-line.ts';
import { connect } from './connect.ts';
import type { CommandOptions } from './options.ts';
import { printStructured } from './output/structured.ts';

/** Renews sessions, or is the sidecar that serves one. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const [action] = options.positionals;
  switch (action) {
    case 'renew':
      return renew(options, commandLine);
    case 'serve':
      return serve(options, commandLine);
    case 'await':
      return awaitAnswer(options, commandLine);
    default:
      throw new AccessError('usage', `${action ?? 'nothing'} is nothing that can be done with a session`, { cause: 'There are renew, serve and await.', remedy: 'bedrock-access session renew' });
  }
}

async function renew(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const catalog = await catalogOf(options, commandLine);
  const renewals: Renewal[] = [];
  for (const name of await addressedAccesses(options, commandLine)) {
    const context = await connect(name.region, catalog, options, commandLine);
    renewals.push(await renewSession(name, context, { now: options.rotation.rotateNow }));
  }
  if (commandLine.output !== 'text') await printStructured({ sessions: renewals.map(({ access, renewed, restarted, endsAt, dueAt }) => ({ namespace: access.namespace, name: access.name, renewed, ...(restarted.length === 0 ? {} : { restarted }), endsAt: endsAt.toISOString(), dueAt: dueAt.toISOString() })) }, commandLine);
  else for (const { access, renewed, restarted, endsAt, dueAt } of renewals) commandLine.print(`${access.namespace}/${access.name}: ${renewed ? 'renewed' : 'more than half of it is left'}, until ${endsAt.toISOString()}; due ${dueAt.toISOString()}${restarted.length === 0 ? '' : `; restarted ${restarted.join(', ')}`}`);
  return exitCodes.ok;
}

async function serve({ sessionFile, tokenFile, port }: CommandOptions, commandLine: CommandLine): Promise<number> {
  if (sessionFile === undefined || tokenFile === undefined) {
    throw new AccessError('usage', 'session serve needs --session-file and --token-file', { cause: 'Without them there is nothing to serve, and nobody to tell from others.', remedy: 'bedrock-access session serve --session-file FILE --token-file FILE' });
  }
  const { clock, signal } = commandLine;
  const server = await serveSession({ sessionFile, tokenFile }, portOf(port), () => clock.now());
  commandLine.say(`serves the session in ${sessionFile} on 127.0.0.1:${server.port}`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.close();
  return exitCodes.ok;
}

/** Ends when the sidecar answers: a container's postStart hook keeps the others waiting so long. */
async function awaitAnswer({ port }: CommandOptions, { clock, signal }: CommandLine): Promise<number> {
  const address = `http://127.0.0.1:${portOf(port)}/ready`;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answered = await fetch(address, { signal }).then(({ ok }) => ok, () => false);
    if (answered) return exitCodes.ok;
    await clock.sleep(200, signal);
  }
  throw new AccessError('session-not-served', 'the sidecar does not answer', { cause: 'It could not start: its port is taken, or its files are not mounted.', remedy: 'Look at its log: kubectl logs POD -c bedrock-access-session' });
}

/** @throws AccessError `usage` */
function portOf(text: string | undefined): number {
  const port = text === undefined ? sessionPort : Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new AccessError('usage', `--port ${text ?? ''} is no port`, { cause: 'A port is a whole number from 1 to 65535.', remedy: `--port ${sessionPort}` });
}
