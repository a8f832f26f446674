import type { Rule, RuleFinding } from '../rule.ts';
import type { Suppression } from '../suppressions.ts';

/** Its findings are of the other rules' run, not of the facts: see {@link unusedSuppression} and `run.ts`. */
export const suppressionUnused: Rule = {
  id: 'suppression-unused',
  severity: 'warning',
  summary: 'A comment suppresses a finding that is not there.',
  check: () => [],
  examples: {
    bad: { 'manifests/config-map.yaml': '# bedrock-access:ignore unknown-region it was misspelt once\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: openhands }\ndata: { AWS_REGION: us-west-2 }\n' },
    good: { 'manifests/config-map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: openhands }\ndata: { AWS_REGION: us-west-2 }\n' },
  },
};

export function unusedSuppression({ rule, file, line, column }: Suppression, isRule: boolean): RuleFinding {
  return {
    message: isRule ? `nothing here is ${rule}` : `there is no rule ${rule}`,
    cause: 'What it suppressed is mended, or stands on another line: a comment that suppresses nothing hides the next defect.',
    remedy: 'Remove the comment.',
    place: { file, line, column },
  };
}
