import type { Finding } from '../../finding.ts';
import type { ParameterFacts } from './facts.ts';

/** A credential belongs into a SecureString: a String is shown to everybody who may describe it, and lies unencrypted in backups. */
export function parameterPlain({ parameters }: ParameterFacts): readonly Finding[] {
  return parameters
    .filter(({ role, found }) => role !== 'access-key-id' && found?.plain === true)
    .map(({ name, found }) => ({
      id: 'parameter-plain',
      severity: 'error',
      message: `the parameter ${name} is a ${found?.type ?? ''}, not a SecureString: the secret in it is not encrypted`,
      cause: 'It was made by hand or by another program.',
      remedy: `Delete it (aws ssm delete-parameter --name ${name}), run \`bedrock-access apply\`, and delete the key that lay in it.`,
      place: { resource: `ssm-parameter ${name}` },
    }));
}
