import { parseAccess, type ParsedAccess } from '../../src/access/parse.ts';
import type { Finding } from '../../src/finding.ts';

/** The declaration of the design, in block style so that a test can change one line. */
export const openhands = `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata:
  name: openhands
  namespace: openhands
spec:
  account: "123456789012"
  region: us-west-2
  models:
    - id: us.anthropic.claude-sonnet-4-6
      role: default
  workloads:
    - kind: Deployment
      name: openhands
      client: openhands
  credentials:
    accessKey:
      secretStore:
        kind: ClusterSecretStore
        name: parameterstore
        service: ParameterStore
        region: ap-northeast-1
      rotateAfter: 30d
  budget: { monthly: "50", currency: USD, whenExceeded: deny }
`;

/** The declaration with one text in place of another, which must be there. */
export function changed(from: string, to: string, text = openhands): string {
  if (!text.includes(from)) throw new Error(`the declaration has no ${JSON.stringify(from)}`);
  return text.replace(from, () => to);
}

/** The only access of a text without any finding. */
export function only(text: string): ParsedAccess {
  const { accesses, findings } = parseAccess(text);
  if (findings.length > 0 || accesses.length !== 1) throw new Error(JSON.stringify(findings));
  return accesses[0]!;
}

/** A finding in one line, as the table tests compare it. */
export function line({ id, place }: Finding): string {
  return `${id} ${place?.line}:${place?.column} ${place?.field ?? ''}`.trimEnd();
}
