import { AccessError } from '../errors/error.ts';
import type { AccessDocument } from './document.ts';
import { accessFromObject } from './parse.ts';
import type { Access } from './types.ts';

/**
 * A declaration in TypeScript, validated and with every default filled in. `apiVersion` and `kind` may be left out.
 * Throws `AccessError` with all findings where something is wrong.
 *
 *   export default defineAccess({
 *     metadata: { name: 'openhands', namespace: 'openhands' },
 *     spec: {
 *       account: '123456789012',
 *       region: 'us-west-2',
 *       models: ['us.anthropic.claude-sonnet-4-6'],
 *       workloads: ['Deployment/openhands'],
 *       credentials: { accessKey: 'parameterstore@ap-northeast-1' },
 *     },
 *   });
 */
export function defineAccess(input: AccessDocument): Access {
  const { access, findings } = accessFromObject({ apiVersion: 'bedrock-access.dev/v1alpha1', kind: 'BedrockAccess', ...input });
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first !== undefined) {
    const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
    throw new AccessError(first.id, `${first.message}${more}`, { cause: first.cause, remedy: first.remedy, findings: errors, ...(first.place === undefined ? {} : { place: first.place }) });
  }
  if (access === undefined) throw new TypeError('an access without a finding is complete');
  return access;
}
