import { lifecycleAt } from '../../bedrock/lifecycle.ts';
import type { Catalog } from '../../bedrock/types.ts';
import type { KubernetesObject } from '../../kubernetes/types.ts';
import type { PolicyDocument } from '../../policy/types.ts';

/** The model of the original request. It ended on 2026-04-28. */
const requestedModel = 'anthropic.claude-3-7-sonnet-20250219-v1:0';
const modelOfToday = 'anthropic.claude-sonnet-4-6';

/** What the demo tells: the original request, with its own model as long as that lived. */
export interface Story {
  /** The bare model id, which the request named. */
  readonly model: string;
  /** The inference profile that really has to be called. */
  readonly profile: string;
  readonly declaration: string;
  /** The policy as requested: the wrong resource for every call. */
  readonly requestedPolicy: PolicyDocument;
}

export function storyAt(now: Date, catalog: Catalog, account: string): Story {
  const requested = catalog.models.get(requestedModel);
  const then = requested !== undefined && lifecycleAt(requested.lifecycle, now) === 'ACTIVE';
  const model = then ? requestedModel : modelOfToday;
  const profile = `us.${model}`;
  return { model, profile, declaration: declarationText({ account, model: profile, layout: then ? 'pair' : 'single' }), requestedPolicy: requestedPolicy(model) };
}

/** The declaration that replaces the request: some lines instead of two repositories. */
export function declarationText({ account, model, layout }: { readonly account: string; readonly model: string; readonly layout: 'single' | 'pair' }): string {
  return `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: openhands, namespace: openhands }
spec:
  account: "${account}"
  region: us-west-2
  models: [{ id: ${model}, role: default }]
  workloads: [{ kind: Deployment, name: openhands, client: openhands }]
  credentials:
    accessKey:
      secretStore: { kind: ClusterSecretStore, name: parameterstore, service: ParameterStore, region: ap-northeast-1, create: true }
      layout: ${layout}
`;
}

/** The six actions and the one resource of the request (its section 3.1.1): a model's ARN, while calls go through a profile. */
function requestedPolicy(model: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'bedrock:InvokeModel',
          'bedrock:InvokeModelWithResponseStream',
          'bedrock:GetModelCustomizationJob',
          'bedrock:ListModelCustomizationJobs',
          'bedrock:ListFoundationModels',
          'bedrock:GetFoundationModel',
        ],
        Resource: [`arn:aws:bedrock:*::foundation-model/${model}`],
      },
    ],
  };
}

/**
 * The store of the platform, as every cluster with External Secrets Operator has one: it reads parameters with the
 * operator's own credentials, in the region of the declaration that `init` writes.
 */
export function platformStore(): KubernetesObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: 'parameterstore' },
    spec: { provider: { aws: { service: 'ParameterStore', region: 'ap-northeast-1' } } },
  };
}

/** The cluster as it is before: the app runs, and knows nothing of Bedrock. */
export function clusterObjects(): readonly KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'openhands' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'openhands', namespace: 'openhands', labels: { app: 'openhands' } },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'openhands' } },
        template: {
          metadata: { labels: { app: 'openhands' } },
          spec: { containers: [{ name: 'openhands', image: 'docker.all-hands.dev/all-hands-ai/openhands:0.59', env: [{ name: 'LOG_ALL_EVENTS', value: 'true' }] }] },
        },
      },
    },
  ];
}
