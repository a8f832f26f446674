import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Compares with `test/golden/cli/<name>`; `UPDATE_GOLDEN=1` writes what came out, to be read before it is committed. */
export function assertGolden(name: string, actual: string): void {
  const file = new URL(`../golden/cli/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, `${actual}\n`);
  }
  assert.ok(existsSync(file), `test/golden/cli/${name} is missing: run with UPDATE_GOLDEN=1 and read it`);
  assert.equal(`${actual}\n`, readFileSync(file, 'utf8'));
}
