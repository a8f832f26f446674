import type { Finding } from '../../finding.ts';
import type { DeliveryFacts, ReadyState } from './facts.ts';

/** External Secrets Operator, the store and the ExternalSecret must be there and Ready. The first broken link explains the others. */
export function deliveryNotReady({ namespace, secretName, operator, store, externalSecret }: DeliveryFacts): readonly Finding[] {
  if (operator !== 'served') {
    return [
      {
        id: operator === 'absent' ? 'external-secrets-absent' : 'external-secrets-too-old',
        severity: 'error',
        message: operator === 'absent' ? 'External Secrets Operator is not installed in the cluster' : 'External Secrets Operator is too old for this program',
        cause: 'It is what turns the parameter into the Secret that the workload reads.',
        remedy: 'Install or upgrade it: helm upgrade --install external-secrets external-secrets/external-secrets -n external-secrets --create-namespace.',
      },
    ];
  }
  const storeName = `${store.kind} ${store.name}`;
  const { field } = store;
  if (store.state === undefined) {
    return [
      {
        id: 'secret-store-missing',
        severity: 'error',
        message: `there is no ${storeName}`,
        cause: 'The operator reads parameters only through a store.',
        remedy: 'Name a store that is there (`kubectl get clustersecretstores,secretstores -A`), or set secretStore.create to have one made; then run `bedrock-access apply`.',
        place: { resource: storeName, field },
      },
    ];
  }
  if (!store.state.ready) {
    return [
      {
        id: 'secret-store-not-ready',
        severity: 'error',
        message: `${storeName} is not Ready (${words(store.state)})`,
        cause: 'The operator reads parameters only through a store whose provider it could set up.',
        remedy: `Look at it: kubectl describe ${store.kind.toLowerCase()} ${store.name}. Mostly the credentials of the store or its region are wrong.`,
        place: { resource: storeName, field },
      },
    ];
  }
  const name = `ExternalSecret ${namespace}/${secretName}`;
  if (externalSecret !== undefined && externalSecret.ready) return [];
  return [
    {
      id: externalSecret === undefined ? 'external-secret-missing' : 'external-secret-not-ready',
      severity: 'error',
      message: externalSecret === undefined ? `there is no ${name}` : `${name} is not Ready (${words(externalSecret)})`,
      cause:
        externalSecret === undefined
          ? 'It was never made, or was deleted.'
          : 'The operator could not read the parameter: its identity may lack ssm:GetParameter or kms:Decrypt on it, or the name or the property is not there.',
      remedy: externalSecret === undefined ? 'Run `bedrock-access apply`.' : `Look at its events: kubectl describe externalsecret ${secretName} -n ${namespace}. Allow the store's identity ssm:GetParameter on the parameter, then run \`bedrock-access verify\` again.`,
      place: { resource: name },
    },
  ];
}

function words({ reason, message }: ReadyState): string {
  return [reason ?? 'no condition Ready yet', message].filter((part) => part !== undefined).join(': ');
}
