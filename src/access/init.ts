import { stringify } from 'yaml';
import type { ClientName, WorkloadKind } from './types.ts';

/** What a first declaration needs to know; all but these four have a proposal. */
export interface InitialAnswers {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly model: string;
  /** Default: the name. */
  readonly namespace?: string;
  /** Default: a Deployment of that name, with the client of that name or `aws-sdk`. */
  readonly workload?: { readonly kind?: WorkloadKind; readonly name?: string; readonly client?: ClientName };
  /** Default: ClusterSecretStore `parameterstore` in `ap-northeast-1`. */
  readonly store?: { readonly kind?: 'ClusterSecretStore' | 'SecretStore'; readonly name?: string; readonly region?: string; readonly create?: boolean };
  readonly layout?: 'single' | 'pair';
}

/** A declaration to start from, as YAML with a comment on each thing that a reader will ask about. */
export function initialDeclaration({ name, account, region, model, namespace = name, workload = {}, store = {}, layout = 'single' }: InitialAnswers): string {
  const client = workload.client ?? (name === 'litellm' || name === 'openhands' ? name : 'aws-sdk');
  return `# What this grants and what it makes: bedrock-access plan -f FILE
apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata:
  name: ${scalar(name)}
  namespace: ${scalar(namespace)}
spec:
  # The AWS account, in quotes. Credentials of another account are refused.
  account: ${JSON.stringify(account)}
  # Where Bedrock is called: the source region of every model.
  region: ${scalar(region)}
  # What can be called from there: bedrock-access models --region ${scalar(region)}
  models:
    - id: ${scalar(model)}
      role: default
  # The client decides which variables are set: each reads its own. With several containers, name them: containers: [app]
  workloads:
    - kind: ${scalar(workload.kind ?? 'Deployment')}
      name: ${scalar(workload.name ?? name)}
      client: ${client}${client === 'custom' ? '\n      environment:\n        BEDROCK_MODEL: ${model}\n        BEDROCK_REGION: ${region}' : ''}
  credentials:
    accessKey:
      # The External Secrets store. Its region is where the parameters lie, not where Bedrock is called.
      secretStore:
        kind: ${store.kind ?? 'ClusterSecretStore'}
        name: ${scalar(store.name ?? 'parameterstore')}
        # Or SecretsManager: one secret of AWS Secrets Manager in place of the parameter.
        service: ParameterStore
        region: ${scalar(store.region ?? 'ap-northeast-1')}${store.create === true ? '\n        create: true' : ''}
      # single: one parameter with both halves of the key, replaced in one step. pair: two parameters, not atomic.
      layout: ${layout}
      rotateAfter: 30d
  # What it may cost in a month; deny instead of warn stops further calls.
  # budget: { monthly: "50", currency: USD, whenExceeded: warn }
`;
}

/** A value as a YAML scalar on one line, quoted where it would be read as something else. */
function scalar(value: string): string {
  return stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN', blockQuote: false }).trimEnd();
}
