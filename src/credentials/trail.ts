import { keyCredentialsOf } from '../access/credential-mode.ts';
import { AwsCallError } from '../aws/error.ts';
import type { TrailEvent } from '../aws/types.ts';
import type { RunContext } from '../engine/types.ts';
import type { Finding } from '../finding.ts';
import type { RotationSeen } from './types.ts';

/** What CloudTrail says of the old key, or why it was not asked. */
export type TrailLook = { readonly latest?: TrailEvent } | { readonly unread: Finding };

/**
 * The last call with the key that is left, where Bedrock is called, since no pod holds it. IAM's "last used" may be hours behind
 * and tells one service; CloudTrail tells the call and where it came from, and is behind by minutes. It is asked where the
 * program may: a rotation does not depend on it.
 */
export async function lookInTrail({ access, from, mark }: RotationSeen, { aws }: Pick<RunContext, 'aws'>): Promise<TrailLook> {
  if (from === undefined || mark?.moved === undefined || keyCredentialsOf(access.spec.credentials)?.mode !== 'accessKey') return {};
  const { region } = access.spec;
  try {
    // Whole seconds, as CloudTrail's times are.
    const latest = await aws.cloudTrail(region).latestEvent(from, new Date(Math.floor(mark.moved.getTime() / 1000) * 1000));
    return latest === undefined ? {} : { latest };
  } catch (error) {
    if (!(error instanceof AwsCallError)) throw error;
    return { unread: unread(from, region, error) };
  }
}

/** `InvokeModel of bedrock from 203.0.113.7` */
export function shownEvent({ name, source, from }: TrailEvent): string {
  return `${name} of ${source.replace(/\.amazonaws\.com$/, '')}${from === undefined ? '' : ` from ${from}`}`;
}

function unread(key: string, region: string, { kind, code }: AwsCallError): Finding {
  const denied = kind === 'denied';
  return {
    id: 'trail-not-read',
    severity: 'info',
    message: `CloudTrail in ${region} was not asked about access key ${key}${denied ? '' : ` (${code})`}: whether it is silent is judged by IAM's last use alone`,
    cause: denied ? 'These credentials have no cloudtrail:LookupEvents.' : 'CloudTrail did not answer.',
    remedy: denied ? 'Allow cloudtrail:LookupEvents, as `bedrock-access permissions` prints it; or leave it so: the rotation goes on.' : 'Nothing has to be done: the rotation goes on.',
    place: { resource: `access key ${key}` },
  };
}
