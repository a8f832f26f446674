import { clientProfile } from '../src/access/clients/index.ts';
import { credentialModes } from '../src/access/credential-mode.ts';
import type { ClientName } from '../src/access/types.ts';
import { rules } from '../src/checks/rules/index.ts';
import { commands } from '../src/cli/commands.ts';
import { errorPages } from '../src/errors/pages.ts';

/** The pages of `docs/` that are made from source: one per id, the clients, the commands. */
export function docsFiles(): readonly { readonly path: string; readonly content: string }[] {
  return [...Object.keys(errorPages).map((id) => ({ path: `docs/errors/${id}.md`, content: errorPage(id) })), { path: 'docs/errors/README.md', content: errorIndex() }, { path: 'docs/clients.md', content: clientsPage() }, { path: 'docs/commands.md', content: commandsPage() }];
}

const faults: Readonly<Record<string, string>> = { input: 'the input', aws: 'AWS or its configuration', cluster: 'the cluster', program: 'the program itself' };

function errorPage(id: string): string {
  const page = errorPages[id]!;
  const rule = rules.find((candidate) => candidate.id === id);
  const examples = rule ? [section('Bad', rule.examples.bad), section('Good', rule.examples.good)] : [];
  return `${[`# ${id}`, page.summary, `**Cause.** ${page.cause}`, `**Remedy.** ${page.remedy}`, `**Whose part it is:** ${faults[page.fault]}.`, ...(rule ? [`A rule of \`bedrock-access check\`, severity ${rule.severity}. Suppress it where you know better: \`# bedrock-access:ignore ${id} reason\`.`] : []), ...examples].join('\n\n')}\n`;
}

function section(title: string, files: Readonly<Record<string, string>>): string {
  const blocks = Object.entries(files).map(([path, text]) => `\`${path}\`\n\n\`\`\`${path.endsWith('.tf') ? 'hcl' : 'yaml'}\n${text.trimEnd()}\n\`\`\``);
  return `## ${title}\n\n${blocks.join('\n\n')}`;
}

function errorIndex(): string {
  const rows = Object.entries(errorPages)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { summary }]) => `| [${id}](${id}.md) | ${summary.replaceAll('|', '\\|')} |`);
  return `# Errors and findings\n\nEvery error and finding has an id. \`bedrock-access explain ID\` prints the same.\n\n| id | what it means |\n|---|---|\n${rows.join('\n')}\n`;
}

const clientNames: readonly ClientName[] = ['openhands', 'litellm', 'aws-sdk', 'boto3', 'aws-cli', 'claude-code', 'ai-sdk', 'langchain', 'anthropic-sdk', 'custom'];

function clientsPage(): string {
  const cell = (names: readonly string[]): string => (names.length === 0 ? '' : names.map((name) => `\`${name}\``).join(', '));
  const rows = clientNames.map((name) => {
    const { reads, listsModels, startsOwnContainers, evidence } = clientProfile(name);
    return `| ${name} | ${cell(reads.region)} | ${cell(reads.model)} | ${cell(reads.credentials)} | ${cell(reads.endpoint)} | ${listsModels ? 'yes' : ''} | ${startsOwnContainers ? 'yes' : ''} | ${evidence} |`;
  });
  return `# What clients really read

The variable that wins comes first. An empty cell: the client takes it from its own configuration only. *Measured*: seen in runs of the real client; *read*: found in its source or documentation.

| client | region | model | credentials | endpoint of bedrock-runtime | lists models | starts containers of its own | evidence |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

## Which mode of credentials works with which client

*Measured*: the real client, started with nothing but what the mode gives to its pods, made a call (\`npm run test:conformance -- test/conformance/clients/modes.test.ts\`). An empty cell is refused: \`client-without-mode\` says which modes work.

| client | ${credentialModes.join(' | ')} |
|---|${credentialModes.map(() => '---|').join('')}
${clientNames.map((name) => `| ${name} | ${credentialModes.map((mode) => clientProfile(name).modes[mode] ?? '').join(' | ')} |`).join('\n')}
`;
}

function commandsPage(): string {
  const blocks = commands.map((command) => {
    const given = (command.arguments ?? []).map(({ syntax, text }) => `| \`${syntax}\` | ${text} |`);
    const options = command.options.map((make) => make()).map((option) => `| \`${option.flags}\` | ${option.description.replaceAll('|', '\\|')} |`);
    const table = [...given, ...options];
    return [`## ${command.name}`, `${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.`, ...(table.length > 0 ? [`| option | meaning |\n|---|---|\n${table.join('\n')}`] : []), ...(command.after === undefined ? [] : [`\`\`\`text\n${command.after}\n\`\`\``])].join('\n\n');
  });
  return `# Commands

Data goes to stdout, progress to stderr. Exit codes: 0 ok, 1 error, 2 changes (\`--detailed-exitcode\`), 3 findings, 4 permission, 130 interrupted.

${blocks.join('\n\n')}
`;
}
