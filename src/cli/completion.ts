import type { Command as Commander } from 'commander';
import { AccessError, exitCodes } from '../errors/error.ts';
import { errorPages } from '../errors/pages.ts';
import type { CommandLine } from './command-line.ts';
import type { CommandOptions } from './options.ts';
import { makeProgram } from './program.ts';

interface Words {
  readonly command: string;
  readonly summary: string;
  readonly options: readonly { readonly flag: string; readonly text: string; readonly values: readonly string[]; readonly takesFile: boolean }[];
  /** What may follow without a dash. */
  readonly values: readonly string[];
}

const shells: Readonly<Record<string, (words: readonly Words[]) => string>> = { bash, zsh, fish };

/** Prints a completion script that is made of the very options that the commands declare. */
export async function run({ positionals }: CommandOptions, commandLine: CommandLine): Promise<number> {
  const script = shells[positionals[0] ?? ''];
  if (script === undefined) {
    throw new AccessError('usage', `no completion for ${positionals[0]}`, { cause: 'Completion is made for bash, zsh and fish.', remedy: 'bedrock-access completion bash' });
  }
  commandLine.print(script(wordsOf(makeProgram(commandLine, () => Promise.resolve()))));
  return exitCodes.ok;
}

function wordsOf(program: Commander): readonly Words[] {
  const optionsOf = (command: Commander): Words['options'] =>
    command.options.flatMap((option) =>
      [option.short, option.long].flatMap((flag) =>
        flag === undefined ? [] : [{ flag, text: option.description, values: option.argChoices ?? [], takesFile: /<file>/.test(option.flags) }],
      ),
    );
  const shared = [...optionsOf(program), { flag: '--help', text: 'print help', values: [], takesFile: false }];
  return program.commands.map((command) => ({
    command: command.name(),
    summary: command.description(),
    options: [...optionsOf(command), ...shared],
    values: command.name() === 'completion' ? Object.keys(shells) : command.name() === 'explain' ? Object.keys(errorPages).toSorted() : [],
  }));
}

function bash(words: readonly Words[]): string {
  const cases = words.map((entry) => `    ${entry.command}) words=${quote([...entry.values, ...entry.options.map((option) => option.flag)].join(' '))} ;;`);
  const values = new Map(words.flatMap((entry) => entry.options.filter((option) => option.values.length > 0).map((option) => [option.flag, option.values.join(' ')])));
  return `# bash completion of bedrock-access
_bedrock_access() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words=''
  case $previous in
${[...values].map(([flag, text]) => `    ${flag}) COMPREPLY=($(compgen -W ${quote(text)} -- "$current")); return ;;`).join('\n')}
    -f|--file|--out|--audit|--kubeconfig|--catalog) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) words=${quote(words.map((entry) => entry.command).join(' '))} ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _bedrock_access bedrock-access kubectl-bedrock_access`;
}

function zsh(words: readonly Words[]): string {
  const escape = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", '’');
  const cases = words.map(
    (entry) => `    ${entry.command})
      _arguments ${entry.options
        .map((option) => `'${option.flag}[${escape(option.text)}]${option.values.length > 0 ? `:value:(${option.values.join(' ')})` : option.takesFile ? ':file:_files' : ''}'`)
        .join(' ')} '*:value:(${entry.values.join(' ')})' ;;`,
  );
  return `#compdef bedrock-access kubectl-bedrock_access
_bedrock_access() {
  if (( CURRENT == 2 )); then
    local -a commands=(${words.map((entry) => `'${entry.command}:${escape(entry.summary)}'`).join(' ')})
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = "_bedrock_access" ]; then _bedrock_access "$@"; else compdef _bedrock_access bedrock-access; fi`;
}

function fish(words: readonly Words[]): string {
  const lines = words.flatMap((entry) => [
    `complete -c bedrock-access -n __fish_use_subcommand -f -a ${entry.command} -d ${quote(entry.summary)}`,
    ...entry.options.map((option) => {
      const flag = option.flag.startsWith('--') ? `-l ${option.flag.slice(2)}` : `-s ${option.flag.slice(1)}`;
      const values = option.values.length > 0 ? ` -x -a ${quote(option.values.join(' '))}` : option.takesFile ? ' -r' : '';
      return `complete -c bedrock-access -n '__fish_seen_subcommand_from ${entry.command}' ${flag}${values} -d ${quote(option.text)}`;
    }),
    ...(entry.values.length > 0 ? [`complete -c bedrock-access -n '__fish_seen_subcommand_from ${entry.command}' -f -a ${quote(entry.values.join(' '))}`] : []),
  ]);
  return ['# fish completion of bedrock-access', ...lines].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
