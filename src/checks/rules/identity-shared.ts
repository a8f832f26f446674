import { containersOf, keySecrets, userOf } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith, policyWith, invokeActions, sonnetResources } from './examples.ts';
import { externalSecretReading } from './parameter-undeclared.ts';

export const identityShared: Rule = {
  id: 'identity-shared',
  severity: 'warning',
  summary: 'Several applications use the key of one IAM user.',
  *check(facts) {
    const users = new Map<string, Map<string, { readonly label: string; readonly place: (typeof facts.workloads)[number]['place'] }>>();
    for (const use of containersOf(facts)) {
      const parameters = keySecrets(use, facts).flatMap(({ keys }) => keys.map(({ remoteKey }) => remoteKey));
      for (const parameter of facts.parameters.filter(({ name }) => parameters.includes(name.text))) {
        const user = userOf(parameter, facts);
        if (user === undefined) continue;
        const holders = users.get(user) ?? new Map();
        holders.set(`${use.workload.namespace} ${use.workload.kind} ${use.workload.name}`, { label: `${use.workload.kind} ${use.workload.namespace}/${use.workload.name}`, place: use.workload.place });
        users.set(user, holders);
      }
    }
    for (const [user, holders] of users) {
      const list = [...holders.values()];
      const last = list.at(-1);
      if (list.length < 2 || !last) continue;
      yield { message: `${list.map(({ label }) => label).join(' and ')} share the key of ${user}`, cause: 'Spend and misuse cannot be told apart, and a leaked key or a rotation hits all of them.', remedy: 'Give each application an access of its own.', place: last.place };
    }
  },
  examples: {
    bad: { ...shared(), 'manifests/b.yaml': deploymentWith(keyEntry()).replace('  name: openhands\n', '  name: other\n') },
    good: shared(),
  },
};

function keyEntry(): string {
  return '- { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID } } }';
}

function shared(): Readonly<Record<string, string>> {
  return {
    'terraform/iam.tf': `${policyWith(invokeActions, sonnetResources)}resource "aws_iam_access_key" "k" {\n  user = aws_iam_user.u.name\n}\nresource "aws_ssm_parameter" "id" {\n  name  = "bedrock-access-key-id"\n  type  = "SecureString"\n  value = aws_iam_access_key.k.id\n}\n`,
    'manifests/external-secret.yaml': externalSecretReading('bedrock-access-key-id'),
    'manifests/a.yaml': deploymentWith(keyEntry()),
  };
}
