import type { PolicyStatement } from './types.ts';

/**
 * What a long-term API key takes beside the actions that are called: the one action, which knows no resource, for this type of
 * token alone (Bedrock user guide, "Control permissions for generating and using Amazon Bedrock API keys").
 */
export const bearerGrant = {
  Effect: 'Allow',
  Action: 'bedrock:CallWithBearerToken',
  Resource: '*',
  Condition: { StringEquals: { 'bedrock:BearerTokenType': 'LONG_TERM' } },
} as const satisfies PolicyStatement;
