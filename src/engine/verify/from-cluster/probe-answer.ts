import { z } from 'zod';
import { AwsCallError } from '../../../aws/error.ts';
import type { ModelAnswer } from '../../../aws/types.ts';

const kinds = ['not-found', 'already-exists', 'conflict', 'limit-exceeded', 'denied', 'no-credentials', 'expired-credentials', 'clock-skewed', 'invalid-credentials', 'throttled', 'unavailable', 'unreachable', 'validation', 'not-ready', 'other'] as const;

const schema = z.object({
  probe: z.literal('bedrock-access/1'),
  model: z.string(),
  region: z.string(),
  accessKeyId: z.string().regex(/^[A-Z0-9]{16,128}$/).optional(),
  answer: z.object({ inputTokens: z.number(), outputTokens: z.number() }).optional(),
  failure: z.object({ kind: z.enum(kinds), code: z.string().max(200), said: z.string().max(4000), action: z.string().max(100), status: z.number().optional() }).optional(),
});

/** What the Job prints: one line of JSON, without a secret. */
export type ProbeAnswer = z.infer<typeof schema>;

/** The last line of a log that is an answer: what else a pod's log holds is passed over. */
export function readProbeAnswer(log: string): ProbeAnswer | undefined {
  for (const line of log.split('\n').reverse()) {
    if (!line.includes('"bedrock-access/1"')) continue;
    try {
      const found = schema.safeParse(JSON.parse(line));
      if (found.success) return found.data;
    } catch {
      // Not JSON: the log of something else.
    }
  }
  return undefined;
}

/** As if the call had been made here. */
export function answered({ answer, failure, region }: ProbeAnswer): ModelAnswer | AwsCallError {
  if (answer !== undefined) return { text: '', stopReason: '', ...answer };
  if (failure === undefined) return new AwsCallError('the Job printed neither an answer nor a failure', { kind: 'other', action: 'bedrock:InvokeModel', region, code: 'Unknown', uncertain: false });
  const { kind, action, code, said, status } = failure;
  return new AwsCallError(said, { kind, action, region, code, uncertain: false, ...(status === undefined ? {} : { status }) });
}
