import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Compares with `test/golden/export/<name>`; `UPDATE_GOLDEN=1` writes what came out, to be read before it is committed. */
export function assertGolden(name: string, actual: string): void {
  const file = new URL(`../../golden/export/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, actual);
  }
  assert.ok(existsSync(file), `test/golden/export/${name} is missing: run with UPDATE_GOLDEN=1 and read it`);
  assert.equal(actual, readFileSync(file, 'utf8'));
}
