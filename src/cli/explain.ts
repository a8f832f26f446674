import { nearest } from '../bedrock/nearest.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import { docsAddress, errorPages } from '../errors/pages.ts';
import type { CommandLine } from './command-line.ts';
import type { CommandOptions } from './options.ts';
import { printStructured } from './output/structured.ts';
import { table } from './output/table.ts';

const whose = { input: 'the declaration or the command line', aws: 'the AWS side', cluster: 'the cluster side', program: 'bedrock-access' } as const;

/** Prints the page of an error id, or all ids. */
export async function run({ positionals }: CommandOptions, commandLine: CommandLine): Promise<number> {
  const id = positionals[0]?.replace(/^\w+\[(.+)\]:?$/, '$1');
  if (id === undefined) {
    if (commandLine.output !== 'text') await printStructured(errorPages, commandLine);
    else commandLine.print(table(['id', 'summary'], Object.keys(errorPages).toSorted().map((key) => [key, errorPages[key]!.summary]), commandLine.paint));
    return exitCodes.ok;
  }
  const page = Object.hasOwn(errorPages, id) ? errorPages[id] : undefined;
  if (page === undefined) {
    const near = nearest(id, Object.keys(errorPages), 3);
    throw new AccessError('unknown-id', `no error has the id ${id}`, {
      cause: near.length > 0 ? `Did you mean ${near.join(', or ')}?` : 'The id is misspelt or from another version.',
      remedy: 'bedrock-access explain',
    });
  }
  if (commandLine.output !== 'text') await printStructured({ id, ...page, docs: docsAddress(id) }, commandLine);
  else {
    const { paint } = commandLine;
    commandLine.print(
      [paint.strong(id), page.summary, '', `${paint.strong('cause:')} ${page.cause}`, `${paint.strong('fix:')} ${page.remedy}`, `${paint.strong('lies with:')} ${whose[page.fault]}`, `${paint.strong('docs:')} ${docsAddress(id)}`].join('\n'),
    );
  }
  return exitCodes.ok;
}
