/** CloudTrail's event history over the audit log: what happened a while ago, the latest first. */
import type { AuditEntry } from '../../types.ts';
import type { Call, Operation, Operations } from '../call.ts';
import { AwsError, notImplemented } from '../error.ts';

/** Events show after about five minutes on average (user guide, "How CloudTrail works"). */
const usualLag = 300_000;
const day = 86_400_000;

const lookupEvents: Operation = {
  action: 'cloudtrail:LookupEvents',
  checks: () => [{ action: 'cloudtrail:LookupEvents', resource: '*' }],
  run(call) {
    const { input, world } = call;
    const attributes = input.structures('LookupAttributes', { max: 1 });
    const [attribute] = attributes;
    const key = attribute?.text('AttributeKey');
    if (key !== undefined && key !== 'AccessKeyId') throw notImplemented(`LookupEvents by ${key}`);
    const wanted = attribute?.text('AttributeValue', { min: 1, max: 2000 });
    const [start, end] = [input.optionalNumber('StartTime'), input.optionalNumber('EndTime')];
    if (start !== undefined && end !== undefined && start > end) throw new AwsError('InvalidTimeRangeException', 400, 'The start time must be before the end time.');
    const now = world.clock.time();
    const most = input.optionalNumber('MaxResults', { min: 1, max: 50 }) ?? 50;
    const from = readToken(input.optionalText('NextToken'));
    const found: AuditEntry[] = [];
    let passed = 0;
    for (let index = world.audit.entries.length - 1; index >= 0 && found.length <= most; index -= 1) {
      const entry = world.audit.entries[index];
      const at = Date.parse(entry?.at ?? '');
      if (entry === undefined || at < now - 90 * day || (start !== undefined && at < start * 1000)) break;
      if (at > now - (world.options.trailLag ?? usualLag) || (end !== undefined && at > end * 1000)) continue;
      if (entry.service !== 'aws' || entry.region !== call.region || (wanted !== undefined && entry.accessKeyId !== wanted)) continue;
      passed += 1;
      if (passed > from) found.push(entry);
    }
    const more = found.length > most;
    return { Events: found.slice(0, most).map((entry) => event(entry, call)), NextToken: more ? Buffer.from(`after ${from + most}`).toString('base64') : undefined };
  },
};

export const cloudTrailOperations: Operations = { LookupEvents: lookupEvents };

function event({ at, operation, action, identity, accessKeyId, verdict, code, region }: AuditEntry, { world }: Call): Readonly<Record<string, unknown>> {
  const source = `${action.split(':')[0] ?? ''}.amazonaws.com`;
  const username = identity.split('/').at(-1) ?? '';
  const record = {
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', arn: identity, accountId: world.account, accessKeyId, userName: username },
    eventTime: at,
    eventSource: source,
    eventName: operation,
    awsRegion: region,
    sourceIPAddress: '127.0.0.1',
    ...(verdict === 'allow' ? {} : { errorCode: code }),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: world.account,
  };
  return { EventName: operation, EventSource: source, EventTime: new Date(at), AccessKeyId: accessKeyId, Username: username, Resources: [], CloudTrailEvent: JSON.stringify(record) };
}

function readToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const [, count] = /^after (\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8')) ?? [];
  if (count === undefined) throw new AwsError('InvalidNextTokenException', 400, 'The token is invalid or has expired.');
  return Number(count);
}
