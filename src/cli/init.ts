import { initialDeclaration, type InitialAnswers } from '../access/init.ts';
import { exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { writeText } from './files.ts';
import type { CommandOptions } from './options.ts';

const proposed: InitialAnswers = { name: 'openhands', account: '123456789012', region: 'us-west-2', model: 'us.anthropic.claude-sonnet-4-6' };

/** Writes a first declaration: from options, or from questions where somebody can be asked. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const given: InitialAnswers = {
    name: options.name ?? proposed.name,
    account: options.account ?? proposed.account,
    region: options.region ?? proposed.region,
    model: options.model ?? proposed.model,
  };
  const asking = !options.yes && commandLine.stdin.isTTY && commandLine.stderr.isTTY && (commandLine.environment['CI'] ?? '') === '';
  const answers = asking ? await (await import('./questions.ts')).ask(given) : given;
  const text = initialDeclaration(answers);
  const file = options.out ?? 'bedrock-access.yaml';
  if (file === '-') commandLine.print(text.trimEnd());
  else {
    await writeText(file, text, commandLine, { overwrite: options.force, remedy: `bedrock-access init --out OTHER.yaml, or --force to overwrite ${file}` });
    commandLine.say(`Written to ${file}. Next: bedrock-access plan -f ${file}`);
  }
  return exitCodes.ok;
}
