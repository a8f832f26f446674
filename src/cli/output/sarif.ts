import { docsAddress, errorPages } from '../../errors/pages.ts';
import type { Finding } from '../../finding.ts';
import { programVersion } from '../version.ts';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

/** SARIF 2.1.0 (OASIS), as GitHub code scanning takes it: one run, a rule per id, paths relative to where the program ran. */
export function sarifLog(findings: readonly Finding[]): object {
  const ids = [...new Set(findings.map(({ id }) => id))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'bedrock-access',
            version: programVersion,
            informationUri: 'https://github.com/bedrock-access/bedrock-access',
            rules: ids.map((id) => ({ id, shortDescription: { text: errorPages[id]?.summary ?? id }, fullDescription: { text: errorPages[id]?.cause ?? id }, help: { text: errorPages[id]?.remedy ?? id }, helpUri: docsAddress(id) })),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.id,
          ruleIndex: ids.indexOf(finding.id),
          level: levels[finding.severity],
          message: { text: `${finding.message}\n${finding.cause}\n${finding.remedy}` },
          ...(finding.place?.file === undefined
            ? {}
            : {
                locations: [
                  {
                    physicalLocation: {
                      artifactLocation: { uri: finding.place.file.split('/').map(encodeURIComponent).join('/') },
                      ...(finding.place.line === undefined ? {} : { region: { startLine: finding.place.line, ...(finding.place.column === undefined ? {} : { startColumn: finding.place.column }) } }),
                    },
                  },
                ],
              }),
        })),
      },
    ],
  };
}
