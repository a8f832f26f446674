import { exitCodes } from '../errors/error.ts';
import type { CommandLine } from './command-line.ts';
import { writeText } from './files.ts';
import type { CommandOptions } from './options.ts';

/** What a first declaration needs to know. */
export interface Answers {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly model: string;
}

const proposed: Answers = { name: 'openhands', account: '123456789012', region: 'us-west-2', model: 'us.anthropic.claude-sonnet-4-6' };

/** Writes a first declaration: from options, or from questions where somebody can be asked. */
export async function run(options: CommandOptions, commandLine: CommandLine): Promise<number> {
  const given: Answers = {
    name: options.name ?? proposed.name,
    account: options.account ?? proposed.account,
    region: options.region ?? proposed.region,
    model: options.model ?? proposed.model,
  };
  const asking = !options.yes && commandLine.stdin.isTTY && commandLine.stderr.isTTY && (commandLine.environment['CI'] ?? '') === '';
  const answers = asking ? await (await import('./questions.ts')).ask(given) : given;
  const text = declarationText(answers);
  const file = options.out ?? 'bedrock-access.yaml';
  if (file === '-') commandLine.print(text.trimEnd());
  else {
    await writeText(file, text, commandLine, { overwrite: options.force, remedy: `bedrock-access init --out OTHER.yaml, or --force to overwrite ${file}` });
    commandLine.say(`Written to ${file}. Next: bedrock-access plan -f ${file}`);
  }
  return exitCodes.ok;
}

/** The document with a comment on each thing that a reader will ask about. */
export function declarationText({ name, account, region, model }: Answers): string {
  return `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata:
  name: ${name}
  namespace: ${name}
spec:
  account: "${account}"            # credentials of another account are refused
  region: ${region}                    # where Bedrock is called
  models:
    - id: ${model}     # what works: bedrock-access models --region ${region}
      role: default
  workloads:
    - kind: Deployment
      name: ${name}
      client: ${name === 'openhands' ? 'openhands' : 'aws-sdk'}                # knows which variables the app really reads
  credentials:
    accessKey:
      secretStore:                      # the External Secrets Operator's store; its region is not Bedrock's
        kind: ClusterSecretStore
        name: parameterstore
        service: ParameterStore
        region: ap-northeast-1
      rotateAfter: 30d
`;
}
