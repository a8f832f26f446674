/** Application inference profiles in Terraform: AWS chooses their ids, so that policy, parameter and environment follow references. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { rules } from '../../src/checks/rules/index.ts';
import { runRules } from '../../src/checks/run.ts';
import { readRepositories } from '../../src/repositories/read-repositories.ts';
import { checkout } from './export/checkout.ts';
import { join } from 'node:path';

interface Story {
  readonly copyOf?: string;
  readonly regions?: readonly string[];
  readonly document?: boolean;
}

const sonnet = 'us.anthropic.claude-sonnet-4-6';

/** A profile, the policy that names it by reference, the parameter that carries its ARN, and the workload that reads that. */
function repositories({ copyOf = sonnet, regions = ['us-east-1', 'us-east-2', 'us-west-2'], document = false }: Story): Readonly<Record<string, string>> {
  const beneath = regions.map((region) => `"arn:aws:bedrock:${region}::foundation-model/${copyOf.replace('us.', '')}"`).join(', ');
  const actions = '["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]';
  const policy = document
    ? `data "aws_iam_policy_document" "worker" {
  statement {
    actions   = ${actions}
    resources = [aws_bedrock_inference_profile.worker.arn]
  }
  statement {
    actions   = ${actions}
    resources = [${beneath}]
    condition {
      test     = "StringEquals"
      variable = "bedrock:InferenceProfileArn"
      values   = [aws_bedrock_inference_profile.worker.arn]
    }
  }
}
resource "aws_iam_policy" "worker" {
  name   = "worker"
  policy = data.aws_iam_policy_document.worker.json
}
`
    : `resource "aws_iam_policy" "worker" {
  name = "worker"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ${actions}, Resource = aws_bedrock_inference_profile.worker.arn },
      { Effect = "Allow", Action = ${actions}, Resource = [${beneath}], Condition = { StringEquals = { "bedrock:InferenceProfileArn" = aws_bedrock_inference_profile.worker.arn } } },
      { Effect = "Allow", Action = "bedrock:GetInferenceProfile", Resource = aws_bedrock_inference_profile.worker.arn },
    ]
  })
}
`;
  return {
    'terraform/main.tf': `data "aws_caller_identity" "current" {}
resource "aws_bedrock_inference_profile" "worker" {
  name = "team-worker"
  model_source {
    copy_from = "arn:aws:bedrock:us-west-2:\${data.aws_caller_identity.current.account_id}:inference-profile/${copyOf}"
  }
}
resource "aws_ssm_parameter" "profile" {
  name  = "team-worker-profile"
  type  = "String"
  value = aws_bedrock_inference_profile.worker.arn
}
${policy}`,
    'manifests/worker.yaml': `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: worker, namespace: team }
spec:
  refreshInterval: 1h
  secretStoreRef: { name: aws, kind: SecretStore }
  target: { name: worker, creationPolicy: Owner, deletionPolicy: Retain }
  data:
    - secretKey: MODEL
      remoteRef: { key: team-worker-profile, conversionStrategy: Default, decodingStrategy: None, metadataPolicy: None }
---
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: aws, namespace: team }
spec: { provider: { aws: { service: ParameterStore, region: us-west-2 } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: worker, namespace: team }
spec: { template: { spec: { containers: [{ name: worker, image: "worker:1", env: [{ name: AWS_REGION, value: us-west-2 }, { name: BEDROCK_MODEL_ID, valueFrom: { secretKeyRef: { name: worker, key: MODEL } } }] }] } } }
`,
  };
}

async function found(story: Story): Promise<readonly string[]> {
  const copy = checkout(repositories(story));
  try {
    const read = await readRepositories({ terraform: join(copy.directory, 'terraform'), manifests: join(copy.directory, 'manifests') });
    return runRules(rules, read.facts, { catalog: loadCatalog(), now: new Date('2026-11-24T00:00:00Z') }, read.texts).findings.map(({ id, message }) => `${id}: ${message}`);
  } finally {
    copy.remove();
  }
}

describe('an application inference profile that is named by reference', () => {
  for (const document of [false, true]) {
    const form = document ? 'a policy document' : 'jsonencode';
    test(`counts as the way to the model, with ${form}`, async () => assert.deepEqual(await found({ document }), []));

    test(`needs the model in every region that its system profile routes to, with ${form}`, async () => {
      assert.deepEqual(await found({ document, regions: ['us-west-2', 'us-east-1'] }), [
        `destination-region-missing: ${sonnet} called from us-west-2 may run in us-east-2, where the policy does not allow anthropic.claude-sonnet-4-6`,
      ]);
    });
  }

  test('has the lifecycle of what it copies', async () => {
    const messages = await found({ copyOf: 'us.anthropic.claude-3-7-sonnet-20250219-v1:0' });
    assert.ok(messages.includes('model-ended: aws_bedrock_inference_profile.worker: us.anthropic.claude-3-7-sonnet-20250219-v1:0: Claude 3.7 Sonnet reached its end of life on 2026-04-28 in us-west-2'), messages.join('\n'));
  });

  test('copies a profile that there is', async () => {
    assert.match((await found({ copyOf: 'us.anthropic.claude-sonnet-4-66' })).join('\n'), /^unknown-model: .*claude-sonnet-4-66/m);
  });
});
