import { stringify } from 'yaml';
import { accessCrd } from './crd.ts';
import { accessJsonSchema } from './json-schema.ts';

/** The generated files of the package, by their path in it. */
export function publishedFiles(): { readonly path: string; readonly content: string }[] {
  return [
    { path: 'schema/access.schema.json', content: `${JSON.stringify(accessJsonSchema(), null, 2)}\n` },
    { path: 'deploy/crd.yaml', content: `# Generated from src/access/schema by \`npm run generate\`; do not edit.\n${stringify(accessCrd(), { lineWidth: 0, aliasDuplicateObjects: false })}` },
  ];
}
