import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import type { RuleExample } from '../../src/checks/rule.ts';
import { rules } from '../../src/checks/rules/index.ts';
import { runRules, type RuleRun } from '../../src/checks/run.ts';
import { readRepositories } from '../../src/repositories/read-repositories.ts';

const now = new Date('2026-11-24T00:00:00Z');

/** Writes a rule's example as two repositories and checks them with every rule. */
async function check(example: RuleExample): Promise<RuleRun> {
  const directory = mkdtempSync(join(tmpdir(), 'bedrock-access-rules-'));
  try {
    for (const [path, text] of Object.entries(example)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const has = (side: string): boolean => Object.keys(example).some((path) => path.startsWith(`${side}/`));
    const { facts, texts, findings } = await readRepositories({
      ...(has('terraform') ? { terraform: join(directory, 'terraform') } : {}),
      ...(has('manifests') ? { manifests: join(directory, 'manifests') } : {}),
    });
    assert.deepEqual(findings, [], 'the example itself must be readable');
    return runRules(rules, facts, { catalog: loadCatalog(), now }, texts);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

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
