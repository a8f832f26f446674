import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { hostedFiles, liveIssuer, type IssuerDocuments } from '../credentials/issuer/documents.ts';
import { fetchPublished } from '../credentials/issuer/fetch-published.ts';
import { issuerNotPublic, publishedDiffers } from '../credentials/issuer/findings.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { openKubernetes } from '../kubernetes/open.ts';
import type { CommandLine } from './command-line.ts';
import { writeText } from './files.ts';
import type { CommandOptions } from './options.ts';
import { renderFindings } from './output/finding.ts';
import { printStructured } from './output/structured.ts';

/** Writes the cluster's issuer documents for static hosting, or compares what is published with the live API server. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const [action] = options.positionals;
  if (action !== 'export' && action !== 'verify') {
    throw new AccessError('usage', `${action ?? 'nothing'} is nothing that can be done with an issuer`, { cause: 'There are export and verify.', remedy: 'bedrock-access issuer verify' });
  }
  const { environment, clock, random } = commandLine;
  const kubernetes = await openKubernetes({
    environment,
    clock,
    random,
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
  });
  const live = await liveIssuer(kubernetes);
  return action === 'export' ? exportDocuments(live, options, commandLine) : verifyPublished(live, options, commandLine);
}

async function exportDocuments(live: IssuerDocuments, options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const findings = issuerNotPublic(live.issuer);
  if (findings.length > 0) return report(live, findings, commandLine);
  const folder = options.issuerFolder ?? 'issuer';
  const files = hostedFiles(live).map(({ path, text }) => ({ path: join(folder, path), text }));
  for (const { path, text } of files) {
    await mkdir(dirname(resolve(commandLine.directory, path)), { recursive: true });
    // It is public: whoever hosts it must be able to read it.
    await writeText(path, text, commandLine, { overwrite: true, remedy: 'Give another folder with --issuer-folder.', mode: 0o644 });
  }
  if (commandLine.output !== 'text') await printStructured({ issuer: live.issuer, keys: live.keys.map(({ kid }) => kid), files: files.map(({ path }) => path) }, commandLine);
  else commandLine.print([...files.map(({ path }) => path), `Host them below ${live.issuer}, then: bedrock-access issuer verify`].join('\n'));
  return exitCodes.ok;
}

async function verifyPublished(live: IssuerDocuments, options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const notPublic = issuerNotPublic(live.issuer);
  return report(live, notPublic.length > 0 ? notPublic : publishedDiffers(live, await fetchPublished(live.issuer, options.at, commandLine.signal)), commandLine);
}

async function report(live: IssuerDocuments, findings: readonly Finding[], commandLine: CommandLine): Promise<number> {
  if (commandLine.output !== 'text') await printStructured({ issuer: live.issuer, keys: live.keys.map(({ kid }) => kid), findings }, commandLine);
  else {
    if (findings.length > 0) commandLine.say(renderFindings(findings, commandLine.progressPaint));
    if (!findings.some(({ severity }) => severity === 'error')) commandLine.print(`${live.issuer} publishes every key of the cluster: ${live.keys.map(({ kid }) => kid).join(', ')}`);
  }
  return findings.some(({ severity }) => severity === 'error') ? exitCodes.findings : exitCodes.ok;
}
