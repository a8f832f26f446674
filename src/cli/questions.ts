import { cancel, group, intro, outro, text } from '@clack/prompts';
import type { InitialAnswers } from '../access/init.ts';
import { nearestRegion, regionIds } from '../bedrock/regions.ts';
import { AccessError, exitCodes } from '../errors/error.ts';

/** Asks for what a first declaration needs; an empty answer takes what is proposed. */
export async function ask(proposed: InitialAnswers): Promise<InitialAnswers> {
  intro('A first declaration');
  const answers = await group(
    {
      name: () => text({ message: 'Name of the workload (also its namespace)', initialValue: proposed.name, validate: (value) => (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value ?? '') ? undefined : 'Lower-case letters, digits and dashes, as Kubernetes names are.') }),
      account: () => text({ message: 'AWS account', initialValue: proposed.account, validate: (value) => (/^\d{12}$/.test(value ?? '') ? undefined : 'Twelve digits.') }),
      region: () => text({ message: 'Region where Bedrock is called', initialValue: proposed.region, validate: (value) => (regionIds().includes(value ?? '') ? undefined : `No such region. Did you mean ${nearestRegion(value ?? '') ?? 'us-west-2'}?`) }),
      model: () => text({ message: 'Model (see bedrock-access models)', initialValue: proposed.model }),
    },
    {
      onCancel: () => {
        cancel('Nothing was written.');
        throw new AccessError('interrupted', 'interrupted before anything was written', { cause: 'Ctrl-C.', remedy: 'bedrock-access init', exitCode: exitCodes.interrupted });
      },
    },
  );
  outro('Thank you.');
  return answers;
}
