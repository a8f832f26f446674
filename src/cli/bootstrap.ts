import { exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import type { CommandOptions } from './options.ts';
import { permissionsOf } from './permissions.ts';

/** Prints the program's permissions in a form that a platform owner applies once. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const all = await permissionsOf(options, commandLine);
  switch (options.format) {
    case 'terraform': {
      const { terraformOf } = await import('./bootstrap/terraform.ts');
      commandLine.print(terraformOf(all));
      break;
    }
    case 'cloudformation': {
      const { cloudFormationOf } = await import('./bootstrap/cloud-formation.ts');
      commandLine.print(await cloudFormationOf(all));
      commandLine.say('CloudFormation knows no roles of a cluster: they are in bedrock-access bootstrap --format commands.');
      break;
    }
    default: {
      const { commandsOf } = await import('./bootstrap/shell-commands.ts');
      commandLine.print(await commandsOf(all));
    }
  }
  commandLine.say('Attach the policies to whatever identity runs bedrock-access, and bind its user of the cluster to the group bedrock-access.');
  return exitCodes.ok;
}
