import type { AuthorizationRequest, PolicyStatement } from './types.ts';

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

/** The check that AWS makes for it, beside those of the action that is called. */
export function bearerRequest({ principal, region, context }: { readonly principal: string; readonly region: string; readonly context: AuthorizationRequest['context'] }): AuthorizationRequest {
  return { principal, action: bearerGrant.Action, resource: '*', context: { 'aws:PrincipalArn': principal, 'aws:RequestedRegion': region, 'bedrock:BearerTokenType': 'LONG_TERM', ...context } };
}
