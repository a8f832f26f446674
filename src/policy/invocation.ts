import type { ResolvedModel } from '../bedrock/types.ts';
import { parseArn } from '../bedrock/arn.ts';
import { invocationArns } from './grants.ts';
import type { AuthorizationRequest } from './types.ts';

export interface Invocation {
  /** The caller's ARN. */
  readonly principal: string;
  /** `bedrock:InvokeModel` or `bedrock:InvokeModelWithResponseStream` (Converse and ConverseStream need the same). */
  readonly action: string;
  readonly model: ResolvedModel;
  readonly account: string;
  /** One destination region of a geographic profile; without it, all of them. */
  readonly destination?: string;
  /** Further condition keys of the call, `aws:SourceVpce`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * The checks that AWS makes for one invocation: the profile, and the model beneath in each destination region (or the one
 * given). All must be allowed. Each carries `aws:RequestedRegion`; the models beneath carry `bedrock:InferenceProfileArn`
 * (Bedrock user guide, "Prerequisites for inference profiles" and "Global cross-Region inference").
 */
export function invocationRequests({ principal, action, model, account, destination, context }: Invocation): AuthorizationRequest[] {
  const { profileArn, models } = invocationArns(model, account);
  const caller = { 'aws:PrincipalArn': principal, 'aws:PrincipalAccount': parseArn(principal)?.account ?? account, ...context };
  const request = (resource: string, keys: Readonly<Record<string, string>>): AuthorizationRequest => ({ principal, action, resource, context: { ...caller, ...keys } });
  const beneath = models
    .filter((one) => one.destination && (destination === undefined || one.requestedRegion === destination || one.requestedRegion === 'unspecified'))
    .map((one) => request(one.arn, { 'aws:RequestedRegion': one.requestedRegion, ...(profileArn === undefined ? {} : { 'bedrock:InferenceProfileArn': profileArn }) }));
  return profileArn === undefined ? beneath : [request(profileArn, { 'aws:RequestedRegion': model.sourceRegion }), ...beneath];
}
