import { parseArn } from '../../bedrock/arn.ts';
import type { Finding } from '../../finding.ts';
import { accessFinding } from '../access-finding.ts';
import type { DeclaredAccess } from '../schema/index.ts';
import type { SourceDocument } from '../source/documents.ts';
import { sessionDurationFaults } from './session-duration.ts';
import { renewerFaults } from './session.ts';

/** A short-term key comes from a renewer and lies in no store; a long-term one the other way round. */
export function termFaults({ credentials }: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const { apiKey } = credentials;
  const field = (name: string): string => `spec.credentials.apiKey.${name}`;
  if (apiKey === undefined) return [];
  const ofLong = ['secretStore', 'rotateAfter', 'expiresAfter', 'rotation'] as const;
  const ofShort = ['renewer', 'sessionDuration', 'role', 'renewal'] as const;
  const [needed, foreign] = apiKey.term === 'short' ? (['renewer', ofLong] as const) : (['secretStore', ofShort] as const);
  return [
    ...foreign
      .filter((name) => apiKey[name] !== undefined)
      .map((name) =>
        accessFinding('api-key-term-field', `${field(name)} does not go with term: ${apiKey.term}.`, source.key(field(name)), {
          remedy: apiKey.term === 'short' ? `Leave ${name} out: a short-term key lies in no store, and session renew replaces it.` : `Leave ${name} out, or write term: short.`,
        }),
      ),
    ...(apiKey[needed] !== undefined
      ? []
      : [
          accessFinding('field-missing', `${field(needed)} is missing: term: ${apiKey.term} needs it.`, source.place('spec.credentials.apiKey'), {
            remedy: needed === 'renewer' ? 'Add the ARN of the IAM user or role that runs `bedrock-access session renew`.' : 'Add the store: secretStore: { name: parameterstore, region: ap-northeast-1 }.',
          }),
        ]),
  ];
}

/** A renewer of the account, a token that AWS gives for so long, and workloads that are restarted in time. */
export function shortTermFaults(spec: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  const { apiKey, session } = spec.credentials;
  const { renewer = '', sessionDuration } = apiKey ?? session ?? {};
  const field = (name: string): string => `spec.credentials.${apiKey === undefined ? 'session' : 'apiKey'}.${name}`;
  // IAM user guide, "Role chaining": an hour at most; a token lasts no longer than its session, and 12 hours at most (Bedrock user guide, "API keys").
  const hours = parseArn(renewer)?.resource.startsWith('user/') === true ? 12 : 1;
  return [
    ...renewerFaults(field('renewer'), renewer, spec.account, source),
    ...sessionDurationFaults(field('sessionDuration'), sessionDuration, { subject: 'with this renewer a token', hours }, source),
    ...workloadsRestarted(spec, source),
  ];
}

/** A process reads its environment once: what is not restarted in time calls with a token that has ended. */
function workloadsRestarted({ workloads, restart }: DeclaredAccess['spec'], source: SourceDocument): Finding[] {
  return [
    ...(restart === 'now' ? [] : [accessFinding('short-term-key-without-restart', `spec.restart is ${restart}: with a short-term API key pods are restarted whenever one is renewed.`, source.place('spec.restart'))]),
    ...workloads.flatMap(({ kind, name }, index) =>
      kind === 'Job' || kind === 'CronJob' ? [accessFinding('short-term-key-without-restart', `spec.workloads[${index}]: the runs of ${kind} ${name} are not restarted, and would outlive a short-term API key.`, source.place(`spec.workloads[${index}].kind`))] : [],
    ),
  ];
}
