import { Command as Commander, CommanderError, Option } from 'commander';
import { AccessError, exitCodes } from '../errors/error.ts';
import { outputFormats, type CommandLine, type Surroundings } from './command-line.ts';
import { commands, type CommandDescription } from './commands.ts';
import { readOptions } from './options.ts';
import { paintFor, wantsColor } from './output/paint.ts';
import { programVersion } from './version.ts';

/**
 * Runs one command line and answers its exit code. Nothing is read from or written to the process: all comes through
 * `surroundings`. What follows `--` is a command of the user's own, for `sandbox`.
 */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const separator = argv.indexOf('--');
  const own = separator < 0 ? argv : argv.slice(0, separator);
  const rest = separator < 0 ? [] : argv.slice(separator + 1);
  const sources = new Map<string, string>();
  let code: number = exitCodes.ok;
  const program = makeProgram(surroundings, async (description, positionals, options) => {
    const commandLine = commandLineOf(surroundings, options, sources);
    const command = await description.load();
    code = await command.run(readOptions(options, [...positionals, ...rest]), commandLine);
  });
  try {
    await program.parseAsync(own, { from: 'user' });
    return code;
  } catch (error) {
    // Help and version are printed; help for want of a command is an error all the same.
    if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) return error.exitCode;
    const failure = error instanceof CommanderError ? usageError(error, own) : error;
    const { reportFailure } = await import('./failure.ts');
    return await reportFailure(failure, commandLineOf(surroundings, { color: !own.includes('--no-color'), debug: own.includes('--debug'), output: 'text' }, sources));
  }
}

type Action = (description: CommandDescription, positionals: readonly string[], options: Record<string, unknown>) => Promise<void>;

/** The commands as commander knows them; `completion` reads the same object. */
export function makeProgram(surroundings: Pick<Surroundings, 'stdout' | 'stderr'>, action: Action): Commander {
  const program = new Commander('bedrock-access')
    .description('Give a Kubernetes workload least-privilege access to models on Amazon Bedrock: derived, planned, applied, verified, rolled back.')
    .version(programVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
      getOutHelpWidth: () => (surroundings.stdout.isTTY ? surroundings.stdout.columns : 100),
      outputError: () => undefined, // usageError says it
    })
    .showHelpAfterError(false)
    .addOption(new Option('-o, --output <format>', 'text, json or yaml; commands that run print events as JSON lines').choices([...outputFormats]).default('text', 'text'))
    .option('--context <name>', 'context of the kubeconfig')
    .option('--kubeconfig <file>', 'kubeconfig to use')
    .option('--profile <name>', 'profile of the AWS configuration')
    .option('--catalog <file>', 'catalog of models to use instead of the one built in')
    .option('--debug', 'show what lies beneath an error')
    .option('--no-color', 'no colours')
    .addHelpText('after', '\nStart with:  bedrock-access demo\nExit codes:  0 ok, 1 error, 2 changes (--detailed-exitcode), 3 findings, 4 permission, 130 interrupted');
  for (const description of commands) {
    const command = program.command(description.name).description(description.summary);
    for (const argument of description.arguments ?? []) command.argument(argument.syntax, argument.text);
    for (const option of description.options) command.addOption(option());
    if (description.after !== undefined) command.addHelpText('after', `\n${description.after}`);
    command.action(() => action(description, command.args, command.optsWithGlobals()));
  }
  return program;
}

/** What commander found wrong with the command line. */
function usageError(error: CommanderError, argv: readonly string[]): AccessError {
  const command = commands.find((description) => argv.includes(description.name));
  const [message, suggestion] = error.message.replace(/^error: /, '').split('\n');
  return new AccessError('usage', message ?? error.message, {
    cause: suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'The command line has a command, option or value that bedrock-access does not know.',
    remedy: `bedrock-access ${command === undefined ? '' : `${command.name} `}--help`,
  });
}

function commandLineOf(surroundings: Surroundings, options: Readonly<Record<string, unknown>>, sources: Map<string, string>): CommandLine {
  const color = options['color'] !== false;
  const output = outputFormats.find((format) => format === options['output']) ?? 'text';
  return {
    ...surroundings,
    output,
    debug: options['debug'] === true,
    sources,
    paint: paintFor(output === 'text' && wantsColor(surroundings.stdout, surroundings.environment, color)),
    progressPaint: paintFor(wantsColor(surroundings.stderr, surroundings.environment, color)),
    print: (text) => surroundings.stdout.write(`${text}\n`),
    say: (text) => surroundings.stderr.write(`${text}\n`),
  };
}
