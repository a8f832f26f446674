import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RuleExample } from '../../src/checks/rule.ts';
import { rules } from '../../src/checks/rules/index.ts';
import { check } from './checked.ts';

for (const rule of rules) {
  describe(rule.id, () => {
    test(`${rule.id} reports its bad example, at a line, with cause and remedy`, async () => {
      const { findings } = await check(rule.examples.bad);
      const found = findings.filter(({ id }) => id === rule.id);
      assert.ok(found.length > 0, `found only ${findings.map(({ id }) => id).join(', ')}`);
      for (const finding of found) {
        assert.ok(finding.place?.line !== undefined && finding.place.file !== undefined);
        assert.ok(finding.cause !== '' && finding.remedy !== '' && !finding.message.endsWith('.'));
      }
    });

    test(`${rule.id} is silent about its good example`, async () => {
      const { findings } = await check(rule.examples.good);
      assert.deepEqual(findings.filter(({ id }) => id === rule.id), []);
    });

    test(`${rule.id} is suppressed by a comment that names it, and the comment is reported once it is not needed`, async () => {
      const { findings } = await check(rule.examples.bad);
      const finding = findings.find(({ id }) => id === rule.id)!;
      const [path, text] = Object.entries(rule.examples.bad).find(([name]) => finding.place!.file!.endsWith(name))!;
      const lines = text.split('\n');
      const indent = /^\s*/.exec(lines[finding.place!.line! - 1]!)![0];
      lines.splice(finding.place!.line! - 1, 0, `${indent}# bedrock-access:ignore ${rule.id} known`);
      const suppressed = await check({ ...rule.examples.bad, [path]: lines.join('\n') });
      assert.equal(suppressed.suppressed.some(({ id }) => id === rule.id), true);
      assert.equal(suppressed.findings.some(({ id }) => id === 'suppression-unused'), false);
      const unused = await check({ 'manifests/a.yaml': `# bedrock-access:ignore ${rule.id} was needed once\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n` });
      assert.equal(unused.findings.some(({ id }) => id === 'suppression-unused'), true);
    });
  });
}

describe('a trust policy is judged as it is written by what is asked of the live one', () => {
  const oidc = 'arn:aws:iam::123456789012:oidc-provider/oidc.lolice.example';
  const anyone = (rest = ''): string => `{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "*" }${rest} }`;
  const bySubject = (subject: string): string => `{ Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = "${oidc}" }, Condition = { StringLike = { "oidc.lolice.example:sub" = "${subject}" } } }`;
  for (const { what, statements, open } of [
    { what: 'a condition that every stranger meets', statements: [anyone(', Condition = { StringLike = { "aws:PrincipalArn" = "*" } }')], open: true },
    { what: 'a second factor, which a stranger has too', statements: [anyone(', Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } }')], open: true },
    { what: 'a condition on the organisation', statements: [anyone(', Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-12345" } }')], open: false },
    { what: 'a Deny of all but one account', statements: [anyone(), '{ Effect = "Deny", Action = "sts:AssumeRole", Principal = { AWS = "*" }, Condition = { StringNotEquals = { "aws:PrincipalAccount" = "123456789012" } } }'], open: false },
    { what: 'every subject of a provider', statements: [bySubject('*')], open: true },
    { what: 'one subject of a provider', statements: [bySubject('system:serviceaccount:external-secrets:external-secrets')], open: false },
  ]) {
    test(`${what} is ${open ? 'open' : 'not open'}`, async () => {
      const { findings } = await check({
        'terraform/iam.tf': `resource "aws_iam_role" "reader" {\n  name = "parameter-reader"\n  assume_role_policy = jsonencode({\n    Version = "2012-10-17"\n    Statement = [\n      ${statements.join(',\n      ')}\n    ]\n  })\n}\n`,
        'manifests/store.yaml': 'apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: { name: parameterstore }\nspec:\n  conditions: [{ namespaces: [openhands] }]\n  provider: { aws: { service: ParameterStore, region: ap-northeast-1, role: "arn:aws:iam::123456789012:role/parameter-reader" } }\n',
      });
      const ids = findings.map(({ id }) => id);
      assert.equal(ids.includes('trust-open'), open, ids.join());
      assert.equal(ids.includes('secret-store-open'), open && statements[0]?.includes('AWS') === true, ids.join());
    });
  }
});

describe('trust in the tokens of a cluster, across the border', () => {
  const terraform = (condition: string, more = '', provider = '"arn:aws:iam::123456789012:oidc-provider/oidc.lolice.example"'): string => `${more}resource "aws_iam_role" "app" {
  name = "app"
  path = "/service/"
  permissions_boundary = "arn:aws:iam::123456789012:policy/workloads"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity", Principal = { Federated = ${provider} }, Condition = { ${condition} } }]
  })
}
`;
  const ofProvider = (operator: string, subject: string): string => terraform(`${operator} = { "\${aws_iam_openid_connect_provider.c.url}:sub" = "${subject}", "\${aws_iam_openid_connect_provider.c.url}:aud" = "sts.amazonaws.com" }`, 'variable "name" {}\nvariable "issuer" {}\nresource "aws_iam_openid_connect_provider" "c" {\n  url = var.issuer\n  client_id_list = ["sts.amazonaws.com"]\n}\n', 'aws_iam_openid_connect_provider.c.arn');
  const key = (name: string, value: string): string => `"oidc.lolice.example:${name}" = "${value}"`;
  const exact = `StringEquals = { ${key('sub', 'system:serviceaccount:apps:app')}, ${key('aud', 'sts.amazonaws.com')} }`;
  const account = (annotations: string, name = 'app'): string => `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: apps\n  annotations: { ${annotations} }\n`;
  const arn = 'eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/service/app"';
  const pod = (audience: string, source: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: env, namespace: apps }
data: { AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/service/app" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: app, namespace: apps }
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      serviceAccountName: ${source}
      containers:
        - { name: app, image: "a:1", env: [{ name: AWS_ROLE_ARN, valueFrom: { configMapKeyRef: { name: env, key: AWS_ROLE_ARN } } }, { name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /t/token }] }
      volumes: [{ name: t, projected: { sources: [{ serviceAccountToken: { audience: ${audience}, path: token } }] } }]
`;
  for (const { what, example, finds } of [
    { what: 'one ServiceAccount, audience and all', example: { 'terraform/a.tf': terraform(exact), 'manifests/a.yaml': account(arn) }, finds: [] },
    { what: 'no condition on the subject', example: { 'terraform/a.tf': terraform(`StringEquals = { ${key('aud', 'sts.amazonaws.com')} }`) }, finds: ['trust-open'] },
    { what: 'every subject', example: { 'terraform/a.tf': terraform(`StringLike = { ${key('sub', '*')} }`) }, finds: ['trust-open'] },
    { what: 'every ServiceAccount', example: { 'terraform/a.tf': terraform(`StringLike = { ${key('sub', 'system:serviceaccount:*')}, ${key('aud', 'sts.amazonaws.com')} }`) }, finds: ['trust-open', 'trust-subject-wide'] },
    { what: 'every ServiceAccount of a namespace', example: { 'terraform/a.tf': terraform(`StringLike = { ${key('sub', 'system:serviceaccount:apps:*')}, ${key('aud', 'sts.amazonaws.com')} }`), 'manifests/a.yaml': account(arn) }, finds: ['trust-subject-wide'] },
    { what: 'a wildcard that StringEquals takes for itself', example: { 'terraform/a.tf': terraform(`StringEquals = { ${key('sub', 'system:serviceaccount:apps:*')}, ${key('aud', 'sts.amazonaws.com')} }`), 'manifests/a.yaml': account(arn) }, finds: ['trust-subject-mismatch', 'trust-subject-wide'] },
    { what: 'no condition on the audience', example: { 'terraform/a.tf': terraform(`StringEquals = { ${key('sub', 'system:serviceaccount:apps:app')} }`) }, finds: ['trust-subject-wide'] },
    { what: 'every subject of a provider that another resource makes', example: { 'terraform/a.tf': ofProvider('StringLike', '*') }, finds: ['trust-open'] },
    { what: 'every ServiceAccount of a provider that another resource makes', example: { 'terraform/a.tf': ofProvider('StringLike', 'system:serviceaccount:*') }, finds: ['trust-open', 'trust-subject-wide'] },
    { what: 'all but one subject of a provider that another resource makes', example: { 'terraform/a.tf': ofProvider('StringNotEquals', 'system:serviceaccount:apps:app') }, finds: ['trust-open'] },
    { what: 'one subject of a provider that another resource makes', example: { 'terraform/a.tf': ofProvider('StringEquals', 'system:serviceaccount:apps:app') }, finds: [] },
    { what: 'one subject in a policy document', example: { 'terraform/a.tf': `variable "issuer" {}
resource "aws_iam_openid_connect_provider" "c" {
  url            = var.issuer
  client_id_list = ["sts.amazonaws.com"]
}
data "aws_iam_policy_document" "t" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.c.arn]
    }
${['sub', 'aud'].map((name) => `    condition {
      test     = "StringEquals"
      variable = "\${replace(aws_iam_openid_connect_provider.c.url, "https://", "")}:${name}"
      values   = ["${name === 'sub' ? 'system:serviceaccount:apps:app' : 'sts.amazonaws.com'}"]
    }
`).join('')}  }
}
resource "aws_iam_role" "app" {
  name                 = "app"
  permissions_boundary = "arn:aws:iam::123456789012:policy/workloads"
  assume_role_policy   = data.aws_iam_policy_document.t.json
}
` }, finds: [] },
    { what: 'a subject that Terraform fills in, of a provider that another resource makes', example: { 'terraform/a.tf': ofProvider('StringNotEquals', 'system:serviceaccount:apps:${var.name}') }, finds: [] },
    { what: 'an audience that the provider does not take', example: { 'terraform/a.tf': terraform(exact, 'resource "aws_iam_openid_connect_provider" "c" {\n  url = "https://oidc.lolice.example"\n  client_id_list = ["vault"]\n}\n') }, finds: ['trust-audience-refused'] },
    { what: 'a ServiceAccount of another name', example: { 'terraform/a.tf': terraform(exact), 'manifests/a.yaml': account(arn, 'renamed') }, finds: ['trust-subject-mismatch'] },
    { what: 'an audience by annotation that is not asked for', example: { 'terraform/a.tf': terraform(exact), 'manifests/a.yaml': account(`${arn}, eks.amazonaws.com/audience: vault`) }, finds: ['trust-audience-refused'] },
    { what: 'a role by ConfigMap, of pods of another ServiceAccount', example: { 'terraform/a.tf': terraform(exact), 'manifests/a.yaml': pod('sts.amazonaws.com', 'default') }, finds: ['trust-subject-mismatch'] },
    { what: 'a projected token for somebody else', example: { 'terraform/a.tf': terraform(exact), 'manifests/a.yaml': pod('vault', 'app') }, finds: ['trust-audience-refused'] },
    { what: 'a pod that fits', example: { 'terraform/a.tf': terraform(exact), 'manifests/a.yaml': pod('sts.amazonaws.com', 'app') }, finds: [] },
    { what: 'a subject that Terraform fills in', example: { 'terraform/a.tf': terraform(`StringEquals = { ${key('sub', 'system:serviceaccount:apps:${var.name}')}, ${key('aud', 'sts.amazonaws.com')} }`, 'variable "name" {}\n'), 'manifests/a.yaml': account(arn) }, finds: [] },
    { what: 'a role for GitHub Actions, whose subjects end in a wildcard', example: { 'terraform/a.tf': terraform(`StringLike = { ${key('sub', 'repo:boxp/arch:*')} }`) }, finds: [] },
  ] satisfies readonly { what: string; example: RuleExample; finds: readonly string[] }[]) {
    test(`${what}: ${finds.length === 0 ? 'nothing' : finds.join(', ')}`, async () => {
      const { findings } = await check(example);
      assert.deepEqual([...new Set(findings.map(({ id }) => id).filter((id) => id.startsWith('trust-')))].sort(), finds, findings.map(({ message }) => message).join('\n'));
    });
  }
});
