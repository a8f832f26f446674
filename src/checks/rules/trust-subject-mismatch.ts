import type { Rule } from '../rule.ts';
import { issuerTrusts, lets, roleUses, trustOfRole } from '../web-identity.ts';
import { role } from './trust-subject-wide.ts';

export const trustSubjectMismatch: Rule = {
  id: 'trust-subject-mismatch',
  severity: 'error',
  summary: 'Pods that call as a role which trusts another ServiceAccount, or none.',
  *check(facts) {
    if (!facts.hasTerraform || !facts.hasManifests) return;
    for (const { who, role: named, serviceAccount, namespace, place } of roleUses(facts)) {
      const policy = trustOfRole(facts, named);
      if (policy === undefined || namespace === undefined) continue;
      const subject = `system:serviceaccount:${namespace}:${serviceAccount}`;
      const trusts = issuerTrusts(policy);
      // Where one of its statements may let it through, nothing can be said.
      if (trusts.some(({ subjects }) => subjects.every((condition) => lets(condition, subject) !== false))) continue;
      const trusted = [...new Set(trusts.flatMap(({ subjects }) => subjects.flatMap(({ values }) => values.map(({ text }) => text))))];
      yield {
        message: `${who} calls as ${named}, and ${policy.address} ${trusted.length === 0 ? 'trusts no tokens at all' : `trusts ${trusted.join(', ')}`}`,
        cause: `The token of its pods says ${subject}; STS compares it with the trust policy to the letter and refuses all others.`,
        remedy: trusted.length === 0 ? 'Let the trust policy allow sts:AssumeRoleWithWebIdentity to the cluster\'s identity provider, for this subject.' : `Write ${subject} into the trust policy, or run the pods as the ServiceAccount that it names.`,
        place,
      };
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': trusting(), 'manifests/deployment.yaml': deploymentAs('default') },
    good: { 'terraform/iam.tf': trusting(), 'manifests/deployment.yaml': deploymentAs('openhands') },
  },
};

function trusting(): string {
  return role('StringEquals = { "oidc.lolice.example:sub" = "system:serviceaccount:openhands:openhands", "oidc.lolice.example:aud" = "sts.amazonaws.com" }');
}

/** Pods that call as the role, for the examples of rules. */
export function deploymentAs(serviceAccount: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: openhands, namespace: openhands }
spec:
  selector: { matchLabels: { app: openhands } }
  template:
    metadata: { labels: { app: openhands } }
    spec:
      serviceAccountName: ${serviceAccount}
      containers:
        - name: openhands
          image: registry.example.com/app:1
          env:
            - name: AWS_ROLE_ARN
              value: arn:aws:iam::123456789012:role/service/bedrock-openhands-role
            - { name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /var/run/secrets/aws/token }
          volumeMounts: [{ name: aws, mountPath: /var/run/secrets/aws, readOnly: true }]
      volumes:
        - name: aws
          projected:
            sources:
              - serviceAccountToken:
                  audience: sts.amazonaws.com
                  path: token
`;
}
