/**
 * The schema of SARIF 2.1.0, whole, as npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT) has it: that of the OASIS standard. The errata
 * (https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json) ask one thing more of what the program writes:
 * a region says where it starts.
 */
import { readFileSync } from 'node:fs';
import ajvDraft04 from 'ajv-draft-04';
import ajvFormats from 'ajv-formats';

const published: { definitions: { region: object } } = JSON.parse(readFileSync(new URL('./sarif-schema-2.1.0.json', import.meta.url), 'utf8'));
const regionOfErrata = { ...published.definitions.region, anyOf: [{ required: ['startLine'] }, { required: ['charOffset'] }, { required: ['byteOffset'] }] };

// Its pattern of a language is none under the flag `u`.
const ajv = new ajvDraft04.default({ allErrors: true, unicodeRegExp: false });
ajvFormats.default(ajv);
const validate = ajv.compile({ ...published, definitions: { ...published.definitions, region: regionOfErrata } });

/** Where and how a log differs from the schema. */
export function sarifFaults(log: unknown): readonly string[] {
  validate(log);
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}
