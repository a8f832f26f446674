import { runtimeEndpoint, standardCredentials, type Client } from './client.ts';

/**
 * Claude Code on Bedrock. Its background work calls a Haiku model of its own choice, which the policy would deny: the
 * model of role `haiku`, else the default one, is named for it; `sonnet` and `opus` where such roles are declared.
 */
export const claudeCode: Client = {
  name: 'claude-code',
  // Its documented policy asks for ListInferenceProfiles ("Claude Code on Amazon Bedrock", IAM configuration).
  listsModels: true,
  startsOwnContainers: false,
  reads: {
    region: ['AWS_REGION'],
    model: ['ANTHROPIC_MODEL', 'ANTHROPIC_DEFAULT_HAIKU_MODEL', 'ANTHROPIC_DEFAULT_SONNET_MODEL', 'ANTHROPIC_DEFAULT_OPUS_MODEL'],
    credentials: standardCredentials,
    endpoint: ['ANTHROPIC_BEDROCK_BASE_URL'],
  },
  evidence: 'read',
  modes: { accessKey: 'read', webIdentity: 'read', podIdentity: 'read', rolesAnywhere: 'read', session: 'read', apiKey: 'read' },
  variables: (facts) => [
    { name: 'CLAUDE_CODE_USE_BEDROCK', value: '1' },
    { name: 'ANTHROPIC_MODEL', value: facts.defaultModel.invokeId },
    { name: 'ANTHROPIC_DEFAULT_HAIKU_MODEL', value: (facts.modelsByRole.get('haiku') ?? facts.defaultModel).invokeId },
    ...['sonnet', 'opus'].flatMap((role) => {
      const model = facts.modelsByRole.get(role);
      return model === undefined ? [] : [{ name: `ANTHROPIC_DEFAULT_${role.toUpperCase()}_MODEL`, value: model.invokeId }];
    }),
    ...runtimeEndpoint('ANTHROPIC_BEDROCK_BASE_URL', facts),
  ],
};
