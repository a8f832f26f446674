import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { podIdentityTrustOpen } from '../../src/checks/rules/pod-identity-trust-open.ts';
import { runRules } from '../../src/checks/run.ts';
import { readRepositories } from '../../src/repositories/read-repositories.ts';

async function found(tags: readonly string[], principal = 'pods.eks.amazonaws.com'): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-trust-'));
  try {
    mkdirSync(join(directory, 'terraform'));
    const condition = tags.length === 0 ? '' : `, Condition = { StringEquals = { ${tags.map((tag) => `"aws:RequestTag/${tag}" = "x"`).join(', ')} } }`;
    const text = `resource "aws_iam_role" "caller" {\n  name = "caller"\n  assume_role_policy = jsonencode({\n    Version = "2012-10-17"\n    Statement = [{ Effect = "Allow", Action = ["sts:AssumeRole", "sts:TagSession"], Principal = { Service = "${principal}" }${condition} }]\n  })\n}\n`;
    writeFileSync(join(directory, 'terraform', 'iam.tf'), text);
    const { facts, texts } = await readRepositories({ terraform: join(directory, 'terraform') });
    return runRules([podIdentityTrustOpen], facts, { catalog: loadCatalog(), now: new Date('2026-11-24T00:00:00Z') }, texts).findings.map(({ message }) => message);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a role of Pod Identity is bound to one cluster, namespace and ServiceAccount, or whoever associates it decides alone', async () => {
  const account = ['kubernetes-namespace', 'kubernetes-service-account'];
  assert.deepEqual(await found([]), ['aws_iam_role.caller is handed out to whichever pod of the account it is associated with']);
  assert.deepEqual(await found(['eks-cluster-arn']), ['aws_iam_role.caller is handed out to whichever ServiceAccount of the cluster it is associated with']);
  assert.deepEqual(await found(['eks-cluster-name', 'kubernetes-namespace']), ['aws_iam_role.caller is handed out to whichever ServiceAccount of the cluster it is associated with']);
  assert.deepEqual(await found(account), ['aws_iam_role.caller is handed out to the ServiceAccount of that name of every cluster in the account']);
  assert.deepEqual(await found(['eks-cluster-arn', ...account]), []);
  assert.deepEqual(await found([], 'ec2.amazonaws.com'), []);
});
