import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { rules } from '../../src/checks/rules/index.ts';
import { runRules } from '../../src/checks/run.ts';
import { readRepositories } from '../../src/repositories/read-repositories.ts';

/**
 * The way that the request's policy took in March 2025: five fixes in eleven hours, each found by an AccessDenied in
 * production. At every state the program names what the next fix mended, and is silent about it once it is mended.
 */
const model = 'anthropic.claude-3-7-sonnet-20250219-v1:0';
const marchEighth = new Date('2025-03-08T00:00:00Z');

function policy(resources: readonly string[]): string {
  return `resource "aws_iam_user" "bedrock_user" {
  name = "bedrock-openhands-user"
  path = "/service/"
}

resource "aws_iam_policy" "bedrock_policy" {
  name = "bedrock-openhands-policy"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "bedrock:InvokeModel",
          "bedrock:InvokeModelWithResponseStream",
        ]
        Resource = [
${resources.map((resource) => `          "${resource}",`).join('\n')}
        ]
      }
    ]
  })
}

resource "aws_iam_user_policy_attachment" "bedrock_policy_attachment" {
  user       = aws_iam_user.bedrock_user.name
  policy_arn = aws_iam_policy.bedrock_policy.arn
}
`;
}

function variables(id: string): string {
  return `variable "bedrock_model_id" {\n  type    = string\n  default = "${id}"\n}\n\nvariable "bedrock_region" {\n  type    = string\n  default = "us-west-2"\n}\n\nvariable "account_id" {\n  type    = string\n  default = "123456789012"\n}\n`;
}

const profile = 'arn:aws:bedrock:${var.bedrock_region}:${var.account_id}:inference-profile/${var.bedrock_model_id}';
const beneath = (region: string): string => `arn:aws:bedrock:${region}::foundation-model/${model}`;

const states: readonly { readonly at: string; readonly files: Readonly<Record<string, string>>; readonly names: string; readonly with?: RegExp }[] = [
  { at: 'as requested: the bare model in every region', files: { 'iam.tf': policy(['arn:aws:bedrock:*::foundation-model/${var.bedrock_model_id}']), 'variables.tf': variables(model) }, names: 'profile-required' },
  { at: 'first fix: the bare model in one region', files: { 'iam.tf': policy(['arn:aws:bedrock:${var.bedrock_region}::foundation-model/${var.bedrock_model_id}']), 'variables.tf': variables(model) }, names: 'profile-required' },
  { at: "second fix: the profile's id in a foundation-model ARN", files: { 'iam.tf': policy(['arn:aws:bedrock:${var.bedrock_region}::foundation-model/${var.bedrock_model_id}']), 'variables.tf': variables(`us.${model}`) }, names: 'profile-prefix-in-model-arn' },
  { at: 'on the way: the profile without the account', files: { 'iam.tf': policy(['arn:aws:bedrock:${var.bedrock_region}::inference-profile/${var.bedrock_model_id}']), 'variables.tf': variables(`us.${model}`) }, names: 'profile-arn-without-account' },
  { at: 'third fix: the profile alone', files: { 'iam.tf': policy([profile]), 'variables.tf': variables(`us.${model}`) }, names: 'destination-region-missing', with: /us-east-1, us-east-2, us-west-2/ },
  { at: 'fourth fix: one destination', files: { 'iam.tf': policy([profile, beneath('us-east-1')]), 'variables.tf': variables(`us.${model}`) }, names: 'destination-region-missing', with: /us-east-2, us-west-2/ },
  { at: 'fifth fix: two destinations', files: { 'iam.tf': policy([profile, beneath('us-east-1'), beneath('us-west-2')]), 'variables.tf': variables(`us.${model}`) }, names: 'destination-region-missing', with: /in us-east-2,/ },
  { at: 'a rename: a parameter that begins with ssm', files: { 'ssm.tf': 'resource "aws_ssm_parameter" "id" {\n  name  = "ssm-reader-access-key-id"\n  type  = "SecureString"\n  value = "x"\n}\n' }, names: 'parameter-name-refused' },
  { at: 'a region that does not exist, for nine months', files: { 'variables.tf': 'variable "region" {\n  type    = string\n  default = "asia-northeast-1"\n}\n' }, names: 'unknown-region', with: /asia-northeast-1/ },
];

async function errorsIn(files: Readonly<Record<string, string>>, manifests?: Readonly<Record<string, string>>): Promise<readonly { readonly id: string; readonly message: string; readonly severity: string }[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-history-'));
  try {
    for (const [side, contents] of Object.entries({ terraform: files, manifests: manifests ?? {} })) {
      mkdirSync(join(directory, side));
      for (const [name, text] of Object.entries(contents)) writeFileSync(join(directory, side, name), text);
    }
    const { facts, texts } = await readRepositories({ terraform: join(directory, 'terraform'), ...(manifests ? { manifests: join(directory, 'manifests') } : {}) });
    return runRules(rules, facts, { catalog: loadCatalog(), now: marchEighth }, texts).findings;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('the history of the request', () => {
  for (const state of states) {
    test(`${state.at}: ${state.names}`, async () => {
      const found = (await errorsIn(state.files)).filter(({ id }) => id === state.names);
      assert.ok(found.length > 0);
      if (state.with) assert.match(found[0]!.message, state.with);
    });
  }

  test('the policy that worked in the end has no error', async () => {
    const found = await errorsIn({ 'iam.tf': policy([profile, ...['us-east-1', 'us-east-2', 'us-west-2'].map(beneath)]), 'variables.tf': variables(`us.${model}`) });
    assert.deepEqual(found.filter(({ severity }) => severity === 'error'), []);
  });

  test('what each broken state was told is not said of the end', async () => {
    const found = await errorsIn({ 'iam.tf': policy([profile, ...['us-east-1', 'us-east-2', 'us-west-2'].map(beneath)]), 'variables.tf': variables(`us.${model}`) });
    const told = new Set(states.map(({ names }) => names));
    assert.deepEqual(found.filter(({ id }) => told.has(id)), []);
  });
});

/** The request's own files, as it asks for them. */
const requested = {
  'variables.tf': 'variable "bedrock_model_id" {\n  description = "AWS Bedrock model ID for Claude 3.7 Sonnet"\n  type        = string\n  default     = "anthropic.claude-3-7-sonnet-20250219-v1:0"\n}\n',
  'iam.tf': `resource "aws_iam_user" "bedrock_user" {
  name = "bedrock-openhands-user"
  path = "/service/"
}
resource "aws_iam_access_key" "bedrock_user_key" {
  user = aws_iam_user.bedrock_user.name
}
resource "aws_iam_policy" "bedrock_policy" {
  name = "bedrock-openhands-policy"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = [
          "bedrock:InvokeModel",
          "bedrock:InvokeModelWithResponseStream",
          "bedrock:GetModelCustomizationJob",
          "bedrock:ListModelCustomizationJobs",
          "bedrock:ListFoundationModels",
          "bedrock:GetFoundationModel"
        ]
        Resource = [
          "arn:aws:bedrock:*::foundation-model/\${var.bedrock_model_id}"
        ]
      }
    ]
  })
}
resource "aws_iam_user_policy_attachment" "bedrock_policy_attachment" {
  user       = aws_iam_user.bedrock_user.name
  policy_arn = aws_iam_policy.bedrock_policy.arn
}
`,
  'ssm.tf': `resource "aws_ssm_parameter" "bedrock_access_key_id" {
  name  = "bedrock-access-key-id"
  type  = "SecureString"
  value = aws_iam_access_key.bedrock_user_key.id
}
resource "aws_ssm_parameter" "bedrock_secret_access_key" {
  name  = "bedrock-secret-access-key"
  type  = "SecureString"
  value = aws_iam_access_key.bedrock_user_key.secret
}
`,
};

const requestedManifests = {
  'external-secrets.yaml': `apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata:
  name: bedrock-credentials
  namespace: openhands
spec:
  refreshInterval: 1h
  secretStoreRef:
    name: parameterstore
    kind: ClusterSecretStore
  target:
    name: bedrock-credentials
    creationPolicy: Owner
  data:
  - secretKey: AWS_ACCESS_KEY_ID
    remoteRef:
      key: bedrock-access-key-id
  - secretKey: AWS_SECRET_ACCESS_KEY
    remoteRef:
      key: bedrock-secret-access-key
`,
  'deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: openhands
  namespace: openhands
spec:
  selector: { matchLabels: { app: openhands } }
  template:
    metadata: { labels: { app: openhands } }
    spec:
      containers:
      - name: openhands
        image: docker.all-hands.dev/all-hands-ai/openhands:0.28
        env:
        - name: AWS_ACCESS_KEY_ID
          valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID } }
        - name: AWS_SECRET_ACCESS_KEY
          valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_SECRET_ACCESS_KEY } }
        - name: AWS_REGION
          value: "us-west-2"
        - name: AWS_DEFAULT_REGION
          value: "us-west-2"
        - name: BEDROCK_MODEL_ID
          value: "anthropic.claude-3-7-sonnet-20250219-v1:0"
      volumes:
      - name: docker-sock
        hostPath: { path: /var/run/docker.sock, type: Socket }
`,
};

test("every flaw of the request's own files is reported", async () => {
  const found = new Set((await errorsIn(requested, requestedManifests)).map(({ id }) => id));
  for (const id of ['profile-required', 'action-never-matches', 'action-not-needed', 'wildcard-too-wide', 'secret-in-state', 'key-pair-split', 'variable-not-read', 'variable-missing', 'no-restart-on-rotation', 'socket-with-credentials', 'boundary-missing']) {
    assert.ok(found.has(id), `${id} is missing from ${[...found].join(', ')}`);
  }
});
