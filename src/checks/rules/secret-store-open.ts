import { anyPrincipal } from '../../policy/trust.ts';
import type { RepositoryFacts, StoreFact } from '../facts.ts';
import type { Rule } from '../rule.ts';
import { roleOpenTo } from '../store-openness.ts';
import { writtenTrust } from '../written-trust.ts';

export const secretStoreOpen: Rule = {
  id: 'secret-store-open',
  severity: 'warning',
  summary: 'Who can read the parameters of a store: every namespace, or anyone who assumes its role.',
  *check(facts) {
    for (const store of facts.stores) {
      if (store.service === undefined) continue;
      const open = roleIsOpen(store, facts);
      if (!store.admitsEveryNamespace && open.length === 0) continue;
      const ways = [...(store.admitsEveryNamespace ? ['an ExternalSecret of any namespace of the cluster'] : []), ...open];
      yield {
        message: `what ${store.kind} ${store.name} can read is open to ${ways.join(', and to ')}`,
        cause: store.admitsEveryNamespace ? 'The store has no `spec.conditions`, so whoever may write an ExternalSecret anywhere reads every parameter that the store reads.' : 'Its role is trusted or permitted too widely.',
        remedy: 'Limit `spec.conditions[].namespaces`, the trust policy of its role, and the parameters that the role reads.',
        place: store.role?.place ?? store.place,
        severity: open.some((way) => way.startsWith('any principal')) ? 'error' : 'warning',
      };
    }
  },
  examples: { bad: { 'manifests/store.yaml': storeWith('') }, good: { 'manifests/store.yaml': storeWith('  conditions: [{ namespaces: [openhands] }]\n') } },
};

/** What the Terraform of the store's role says: sibling targets are read for that. */
function roleIsOpen(store: StoreFact, facts: RepositoryFacts): readonly string[] {
  const name = store.role?.text.split('/').at(-1);
  if (name === undefined) return [];
  const role = facts.principals.find((principal) => principal.kind === 'role' && principal.name?.text === name);
  if (!role) return [];
  const own = facts.policies.filter((policy) => policy.target === role.target && policy.attachedTo.includes(role.address));
  const anyone = own.some((policy) => policy.kind === 'trust' && writtenTrust(policy).open.includes(anyPrincipal));
  const everything = own.some((policy) => policy.kind !== 'trust' && policy.statements.some(({ effect, actions, resources }) => effect === 'Allow' && actions.some(({ text }) => /^(ssm:|secretsmanager:|\*)/.test(text)) && resources.some(({ text }) => text === '*' || text.endsWith(':parameter/*') || text.endsWith(':secret:*'))));
  return roleOpenTo({ anyone, everything });
}

function storeWith(conditions: string): string {
  return `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: parameterstore }
spec:
${conditions}  provider: { aws: { service: ParameterStore, region: ap-northeast-1 } }
`;
}
