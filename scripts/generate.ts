/**
 * Writes what is published of the declaration: `schema/access.schema.json` and `deploy/crd.yaml`.
 * `npm run generate` after a change of `src/access/schema`; a test compares the files.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { publishedFiles } from '../src/access/published/files.ts';

for (const { path, content } of publishedFiles()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  console.log(path);
}
