/** The original request's access with a long-term API key instead of a key pair, and what a pod would do with it. */
import type { ApiKeyDocument } from '../../src/access/document.ts';
import type { Access } from '../../src/access/types.ts';
import type { RunContext, VerifyCheck } from '../../src/engine/types.ts';
import { verifyAccess } from '../../src/engine/verify/index.ts';
import { declared } from './engine-world.ts';

export const userName = 'bedrock-openhands-user';

export function withApiKey(changes: Partial<Omit<ApiKeyDocument, 'secretStore'>> = {}, rest: Parameters<typeof declared>[0] = {}): Access {
  return declared({
    workloads: [{ kind: 'Deployment', name: 'openhands', client: 'boto3' }],
    credentials: { apiKey: { secretStore: { kind: 'ClusterSecretStore', name: 'parameterstore', region: 'ap-northeast-1' }, ...changes } },
    ...rest,
  });
}

export async function verified(access: Access, context: RunContext): Promise<readonly VerifyCheck[]> {
  const checks: VerifyCheck[] = [];
  for await (const check of verifyAccess(access, { ...context, call: true })) checks.push(check);
  return checks;
}

/** `user-and-key: access-key-inactive`; who else can read the store is another story. */
export function foundBy(checks: readonly VerifyCheck[]): readonly string[] {
  return checks.filter(({ id }) => id !== 'store-readers').flatMap(({ id, findings }) => findings.map((finding) => `${id}: ${finding.id}`));
}
