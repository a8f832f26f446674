/** Small repositories in the style of real ones, by path; written for these tests. */

export type Files = Readonly<Record<string, string>>;

const tflint = `plugin "aws" {
  enabled = true
  version = "0.39.0"
  source  = "github.com/terraform-linters/tflint-ruleset-aws"
}

rule "terraform_unused_declarations" {
  enabled = true
}
`;

function tfactionTarget(name: string): Files {
  const at = `infra/terraform/aws/${name}`;
  return {
    [`${at}/backend.tf`]: `terraform {
  required_version = ">= 1.0"
  backend "s3" {
    bucket = "example-state"
    key    = "terraform/aws/${name}/v1/terraform.tfstate"
    region = "ap-northeast-1"
  }
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}
`,
    [`${at}/provider.tf`]: 'provider "aws" {\n  region = "ap-northeast-1"\n}\n',
    [`${at}/tfaction.yaml`]: '{}\n',
    [`${at}/.tflint.hcl`]: tflint,
    [`${at}/.tfmigrate.hcl`]: `tfmigrate {
  migration_dir = "./tfmigrate"
  history {
    storage "s3" {
      bucket = "example-history"
      key    = "terraform/aws/${name}/history.json"
    }
  }
}
`,
    [`${at}/aqua/aqua.yaml`]: '---\nregistries:\n- type: standard\n  ref: v4.324.2\npackages:\n  - import: imports/*.yaml\n',
    [`${at}/aqua/imports/terraform.yaml`]: 'packages:\n  - name: hashicorp/terraform@v1.11.4\n',
  };
}

/** Two targets with tfaction, commented in Japanese; ten apps' habits in two apps under Argo CD. No final newline here and there. */
export const tfactionRepositories: Files = {
  ...tfactionTarget('ledger'),
  'infra/terraform/aws/ledger/iam.tf': `# 台帳アプリが S3 を読むためのユーザー
resource "aws_iam_user" "ledger_reader" {
  name = "ledger-reader-user"
  path = "/service/"

  tags = {
    Project = "example"
  }
}

resource "aws_iam_policy" "ledger_reader_policy" {
  name = "ledger-reader-policy"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = "arn:aws:s3:::example-ledger/*"
      }
    ]
  })

  tags = {
    Project = "example"
  }
}`,
  ...tfactionTarget('mailer'),
  'infra/terraform/aws/mailer/ssm.tf': `# メール送信用のトークン
resource "aws_ssm_parameter" "mailer_token" {
  name        = "mailer-token"
  description = "Token of the mailer"
  type        = "SecureString"
  value       = "dummy-value-to-be-updated-manually"
  lifecycle {
    ignore_changes = [value]
  }

  tags = {
    Project = "example"
  }
}`,
  'infra/terraform/aws/mailer/iam.tf': 'resource "aws_iam_user" "mailer" {\n  name = "mailer-user"\n  path = "/service/"\n}\n',
  'cluster/argoproj/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

resources:
- external-secrets-operator/application.yaml
- ledger/application.yaml
- openhands/application.yaml
`,
  'cluster/argoproj/external-secrets-operator/application.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: external-secrets-operator
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://charts.external-secrets.io
    chart: external-secrets
    targetRevision: 0.18.2
  destination:
    server: https://kubernetes.default.svc
    namespace: external-secrets
`,
  'cluster/argoproj/external-secrets-operator/store/parameter-store.yaml': `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: parameterstore
spec:
  conditions:
  - namespaces: [ledger, openhands]
  provider:
    aws:
      service: ParameterStore
      region: ap-northeast-1
`,
  ...argoApp('ledger'),
  ...argoApp('openhands'),
  'cluster/argoproj/openhands/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization

resources:
  - namespace.yaml
  - deployment.yaml
  - external-secret.yaml`,
  'cluster/argoproj/openhands/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: openhands\n',
  'cluster/argoproj/openhands/external-secret.yaml': `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: tunnel
  namespace: openhands
spec:
  refreshInterval: 1h
  secretStoreRef:
    name: parameterstore
    kind: ClusterSecretStore
  target:
    name: tunnel-credentials
    creationPolicy: Owner
    deletionPolicy: Retain
  data:
  - secretKey: tunnel-token
    remoteRef:
      conversionStrategy: Default
      decodingStrategy: None
      key: openhands-tunnel-token
      metadataPolicy: None
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: reader-credentials
  namespace: openhands
spec:
  refreshInterval: 1h
  secretStoreRef:
    name: parameterstore
    kind: ClusterSecretStore
  target:
    name: reader-credentials
    creationPolicy: Owner
    deletionPolicy: Retain
  data:
  - secretKey: AWS_ACCESS_KEY_ID
    remoteRef:
      conversionStrategy: Default
      decodingStrategy: None
      key: reader-access-key-id
      metadataPolicy: None `,
  'cluster/argoproj/openhands/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: openhands
  namespace: openhands
spec:
  replicas: 1
  strategy:
    type: Recreate

  selector:
    matchLabels:
      app: openhands
  template:
    metadata:
      labels:
        app: openhands
    spec:
      containers:
      - name: openhands
        image: docker.all-hands.dev/all-hands-ai/openhands:0.49.0
        ports:
        - containerPort: 3000
        env:
        - name: SANDBOX_LOCAL_RUNTIME_URL
          value: http://127.0.0.1
        # 注意: 作業用ディレクトリ
        - name: RUNTIME_MOUNT
          value: /opt/workspace_base:/workspace:rw
        # AWS 関連の環境変数
        - name: AWS_ACCESS_KEY_ID
          valueFrom:
            secretKeyRef:
              name: reader-credentials
              key: AWS_ACCESS_KEY_ID
        - name: AWS_REGION
          value: "asia-northeast-1" # 東京
        volumeMounts:
        - name: workspace
          mountPath: /opt/workspace_base
        resources:
          requests:
            memory: "1Gi"
      volumes:
      - name: workspace
        persistentVolumeClaim:
          claimName: openhands-data `,
};

function argoApp(name: string): Files {
  return {
    [`cluster/argoproj/${name}/application.yaml`]: `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://git.example.com/cluster
    targetRevision: main
    path: argoproj/${name}
  destination:
    server: https://kubernetes.default.svc
    namespace: ${name}
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
`,
  };
}

const moduleVersions = 'terraform {\n  required_version = ">= 1.3"\n\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = ">= 5.0"\n    }\n  }\n}\n';

/** One root module that calls a local module for each app. */
export const modularRepositories: Files = {
  ...Object.fromEntries(Object.entries(tfactionRepositories).filter(([path]) => path.startsWith('cluster/'))),
  'infra/main.tf': 'provider "aws" {\n  region = "ap-northeast-1"\n}\n\nmodule "ledger" {\n  source = "./modules/ledger"\n}\n\nmodule "mailer" {\n  source = "./modules/mailer"\n}\n',
  'infra/modules/ledger/versions.tf': moduleVersions,
  'infra/modules/ledger/iam.tf': tfactionRepositories['infra/terraform/aws/ledger/iam.tf'] ?? '',
  'infra/modules/mailer/versions.tf': moduleVersions,
  'infra/modules/mailer/iam.tf': tfactionRepositories['infra/terraform/aws/mailer/iam.tf'] ?? '',
};

/** One root module and a folder of manifests, no workflow around them: other indents, quotes and file names, CRLF in one file. */
export const plainRepositories: Files = {
  'infra/main.tf': `data "aws_caller_identity" "me" {}

resource "aws_iam_user" "billing" {
  name = "billing_user"
}

resource "aws_iam_role" "batch" {
  name               = "batch_role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:\${data.aws_partition.current.partition}:iam::\${data.aws_caller_identity.me.account_id}:root"]
    }
  }
}

data "aws_iam_policy_document" "batch" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:\${data.aws_partition.current.partition}:s3:::example/*"]
  }
}

data "aws_partition" "current" {}

resource "aws_iam_policy" "batch" {
  name   = "batch_policy"
  policy = data.aws_iam_policy_document.batch.json
}
`,
  'infra/versions.tf': 'terraform {\n  required_version = ">= 1.5"\n}\n\nprovider "aws" {\n  region = "eu-central-1"\n}\n',
  'manifests/store.yml': `apiVersion: external-secrets.io/v1beta1
kind: SecretStore
metadata:
    name: aws
    namespace: team
spec:
    provider:
        aws:
            service: ParameterStore
            region: eu-central-1
`,
  'manifests/worker.yml': `# The worker
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: worker, namespace: team }
spec:
    selector: { matchLabels: { app: worker } }
    template:
        metadata: { labels: { app: worker } }
        spec:
            initContainers:
                - { name: prepare, image: "busybox:1" }
            containers:
                - name: worker
                  image: "registry.example.com/worker:1.2"
                  env: [{ name: LOG, value: 'debug' }]
                - name: sidecar
                  image: "registry.example.com/sidecar:1"
`.replaceAll('\n', '\r\n'),
};

/** The same, whose workloads have no key of others. */
export function withoutKeys(files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replace(/^ +- name: AWS_ACCESS_KEY_ID\n +valueFrom:\n +secretKeyRef:\n(?: {14}.*\n)+/m, '')]));
}

/** The same, whose workloads run as a ServiceAccount of their own and have no key of others. */
export function runningAs(files: Files, serviceAccount: string): Files {
  const named = (_all: string, outer: string, ending: string, inner: string, field: string): string => `${outer}spec:${ending}${inner}serviceAccountName: ${serviceAccount}${ending}${inner}${field}:`;
  return Object.fromEntries(Object.entries(withoutKeys(files)).map(([path, text]) => [path, text.replace(/^( +)spec:(\r?\n)( +)(containers|initContainers):/m, named)]));
}

/** The ServiceAccount is among the manifests. */
export const keylessTfactionRepositories: Files = {
  ...runningAs(tfactionRepositories, 'openhands'),
  'cluster/argoproj/openhands/service-account.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: openhands\n  namespace: openhands\n',
  'cluster/argoproj/openhands/kustomization.yaml': `${tfactionRepositories['cluster/argoproj/openhands/kustomization.yaml'] ?? ''}\n  - service-account.yaml\n`,
};

/** A declaration; `change` departs from it. */
export function declarationFor(name: 'openhands' | 'worker', change: (text: string) => string = (text) => text): string {
  const text =
    name === 'openhands'
      ? `# OpenHands calls Claude on Amazon Bedrock
apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: { name: openhands, namespace: openhands }
spec:
  account: "123456789012"
  region: us-west-2 # where Bedrock is called
  models: [{ id: us.anthropic.claude-sonnet-4-6, role: default }]
  workloads: [{ kind: Deployment, name: openhands, client: openhands }]
  credentials:
    accessKey:
      secretStore: { kind: ClusterSecretStore, name: parameterstore, service: ParameterStore, region: ap-northeast-1 }
`
      : `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata:
  name: worker
  namespace: team
spec:
  account: "123456789012"
  region: eu-central-1
  models: [eu.anthropic.claude-sonnet-4-6]
  workloads: [{ kind: StatefulSet, name: worker, containers: [worker], client: boto3 }]
  credentials:
    accessKey:
      layout: pair
      secretStore: { kind: SecretStore, name: aws, region: eu-central-1 }
`;
  return change(text);
}
