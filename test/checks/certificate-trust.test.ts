import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import { certificateTrustOpen } from '../../src/checks/rules/certificate-trust-open.ts';
import { runRules } from '../../src/checks/run.ts';
import { readRepositories } from '../../src/repositories/read-repositories.ts';

async function found(condition: string): Promise<readonly string[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-trust-'));
  try {
    mkdirSync(join(directory, 'terraform'));
    const text = `resource "aws_iam_role" "caller" {\n  name = "caller"\n  assume_role_policy = jsonencode({\n    Version = "2012-10-17"\n    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "rolesanywhere.amazonaws.com" }${condition} }]\n  })\n}\n`;
    writeFileSync(join(directory, 'terraform', 'iam.tf'), text);
    const { facts, texts } = await readRepositories({ terraform: join(directory, 'terraform') });
    return runRules([certificateTrustOpen], facts, { catalog: loadCatalog(), now: new Date('2026-11-24T00:00:00Z') }, texts).findings.map(({ severity, message }) => `${severity} ${message}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a certificate that nobody chose is an error, a trust anchor that nobody chose a warning', async () => {
  assert.deepEqual(await found(''), ['error aws_iam_role.caller is handed out for every certificate of every trust anchor of the account']);
  assert.deepEqual(await found(', Condition = { ArnEquals = { "aws:SourceArn" = "arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/1" } }'), ['error aws_iam_role.caller is handed out for every certificate of its trust anchor']);
  assert.deepEqual(await found(', Condition = { StringLike = { "aws:PrincipalTag/x509Subject/CN" = "*" } }'), ['error aws_iam_role.caller is handed out for every certificate of every trust anchor of the account']);
  assert.deepEqual(await found(', Condition = { StringEquals = { "aws:PrincipalTag/x509Subject/CN" = "eso" } }'), ['warning aws_iam_role.caller is handed out for certificates of that name of every trust anchor of the account']);
});
