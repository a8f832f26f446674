import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { reading, type Session } from './session.ts';
import type { CloudTrailCalls, TrailEvent } from './types.ts';

/** CloudTrail's event history of one region, through the SDK: management events of 90 days, those of Bedrock's models among them. */
export function cloudTrailCalls(session: Session, region: string): CloudTrailCalls {
  const client = new CloudTrailClient(clientSettings(session, 'CLOUDTRAIL', region));
  return {
    async latestEvent(accessKeyId, since) {
      const where: CallPlace = { action: 'cloudtrail:LookupEvents', region, resource: '*' };
      // The latest come first (user guide, "Viewing recent management events with the AWS CLI"): one page is enough.
      const input = { LookupAttributes: [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: accessKeyId }], StartTime: since, MaxResults: 50 };
      const answer = await reading(session, where, () => client.send(new LookupEventsCommand(input)));
      const events = (answer.Events ?? []).flatMap(({ EventTime, EventName = '', EventSource = '', CloudTrailEvent }): readonly TrailEvent[] => {
        if (EventTime === undefined || EventTime < since) return [];
        const from = sourceOf(CloudTrailEvent);
        return [{ at: EventTime, name: EventName, source: EventSource, ...(from === undefined ? {} : { from }) }];
      });
      return events.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
    },
  };
}

/** The caller's address in the record (user guide, "CloudTrail record contents", sourceIPAddress). */
function sourceOf(record: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(record ?? '');
    const address = typeof parsed === 'object' && parsed !== null && 'sourceIPAddress' in parsed ? parsed.sourceIPAddress : undefined;
    return typeof address === 'string' ? address : undefined;
  } catch {
    return undefined;
  }
}
