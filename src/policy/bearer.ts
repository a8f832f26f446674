import type { AuthorizationRequest, PolicyStatement } from './types.ts';

/** In IAM's words (condition key `bedrock:BearerTokenType`). */
export type BearerType = 'LONG_TERM' | 'SHORT_TERM';

/**
 * What an API key takes beside the actions that are called: the one action, which knows no resource, for this type of
 * token alone (Bedrock user guide, "Control permissions for generating and using Amazon Bedrock API keys").
 */
export function bearerGrant(type: BearerType | readonly BearerType[]): PolicyStatement {
  return { Effect: 'Allow', Action: bearerAction, Resource: '*', Condition: { StringEquals: { 'bedrock:BearerTokenType': type } } };
}

export const bearerAction = 'bedrock:CallWithBearerToken';

/** The check that AWS makes for it, beside those of the action that is called. */
export function bearerRequest({ principal, region, context, type = 'LONG_TERM' }: { readonly principal: string; readonly region: string; readonly type?: BearerType; readonly context: AuthorizationRequest['context'] }): AuthorizationRequest {
  return { principal, action: bearerAction, resource: '*', context: { 'aws:PrincipalArn': principal, 'aws:RequestedRegion': region, 'bedrock:BearerTokenType': type, ...context } };
}
