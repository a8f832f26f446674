/**
 * Writes what is made from source: `schema/access.schema.json`, `deploy/crd.yaml` and the reference in `docs/`.
 * `npm run generate` after a change of the schema, an error page, a rule, a client or a command; tests compare the files.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { publishedFiles } from '../src/access/published/files.ts';
import { docsFiles } from './docs.ts';

for (const { path, content } of [...publishedFiles(), ...docsFiles()]) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  console.log(path);
}
