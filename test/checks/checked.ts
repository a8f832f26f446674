import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import type { RuleExample } from '../../src/checks/rule.ts';
import { rules } from '../../src/checks/rules/index.ts';
import { runRules, type RuleRun } from '../../src/checks/run.ts';
import { readRepositories } from '../../src/repositories/read-repositories.ts';

const now = new Date('2026-11-24T00:00:00Z');

/** Writes a rule's example as two repositories and checks them with every rule. */
export async function check(example: RuleExample): Promise<RuleRun> {
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
