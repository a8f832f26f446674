/** Declarations with random edits, for the fuzz tests: whatever the text, parsing never throws, and every error says where. */
import assert from 'node:assert/strict';
import { accessDigest } from '../../src/access/digest.ts';
import { initialDeclaration } from '../../src/access/init.ts';
import { accessFromObject, parseAccess } from '../../src/access/parse.ts';
import { errorPages } from '../../src/errors/pages.ts';
import { openhands } from './declarations.ts';
import { seededRandom } from '../../src/sandbox/world.ts';

const keyBlock = /accessKey:\n(?: {6}.*\n)+/;
const rotating = 'rotation: { image: registry.example/bedrock-access:0.1.0, identity: { role: "arn:aws:iam::123456789012:role/rotate" } }';
const store = 'secretStore: { name: parameterstore, region: ap-northeast-1 }';

/** One access of each mode of credentials. */
const modes = [
  `accessKey: { ${store}, rotateAfter: 30d, ${rotating} }`,
  'webIdentity: { issuer: "https://oidc.example.com", serviceAccount: openhands }',
  'podIdentity: { cluster: lolice, region: us-west-2, serviceAccount: openhands }',
  'rolesAnywhere: { trustAnchor: "arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555", issuer: { name: ca }, sessionDuration: 30m }',
  `apiKey: { ${store}, rotateAfter: 30d, expiresAfter: 90d }`,
  'session: { renewer: "arn:aws:iam::123456789012:role/renewer", image: registry.example/bedrock-access:0.1.0, renewal: { image: registry.example/bedrock-access:0.1.0, schedule: "*/5 * * * *", identity: { role: "arn:aws:iam::123456789012:role/renewer" } } }',
].map((mode) => openhands.replace('client: openhands', 'client: aws-sdk').replace('role: default', 'role: default\n      applicationProfile: true').replace(keyBlock, `${mode}\n`));

const corpus = [
  ...modes,
  openhands,
  initialDeclaration({ name: 'app', account: '123456789012', region: 'us-east-1', model: 'claude-sonnet-4.6', layout: 'pair', workload: { client: 'custom' } }),
  `${openhands}---\nkind: Deployment\n---\n${openhands.replaceAll('openhands', 'other')}`,
  openhands.replace('  budget', '  endpoint: { sourceIp: ["203.0.113.0/24"] }\n  names: { path: /x/, parameter: &p /a/b }\n  parameterKmsKeyId: alias/x\n  budget'),
];

/** Pieces that are likely to matter to the reader or the rules. */
const pieces = [
  ...'{}[]:,-#&*!|>\'"%@`?\t\n\r\u0000\uFEFF\uFFFF\\~<',
  '\n', '  ', '---\n', '...\n', ': ', '- ', '<<: *a', '&a ', '*a', '!!binary ', '!!js/function ', 'null', 'true', '1e999', '.nan', '0x10', '012', '-1', '[]', '{}', '""', '__proto__: {a: 1}', 'constructor', 'toString: x', 'hasOwnProperty',
  '${', '${model}', '$${', '${model.x}', 'aws', '/ssm', 'ssm', 'us-west-2', 'arn:aws:iam::123456789012:policy/x', '💥', 'é', 'x'.repeat(300), 'a.b["c"]', 'spec', 'models', 'credentials', 'accessKey', 'session', 'CronJob', 'custom', 'environment: {A: b}', 'kind: List\nitems:\n- ',
];

/** Parses `count` mutated declarations and throws at the first that breaks a promise, with the text that did. */
export function parseMutatedDeclarations(count: number, seed: number): void {
  const random = seededRandom(seed);
  let accepted = 0;
  let refused = 0;
  for (let run = 0; run < count; run += 1) {
    let text = pick(random, corpus);
    for (let edits = 1 + Math.floor(random() * random() * 8); edits > 0; edits -= 1) text = mutated(text, random);
    try {
      const { accesses, findings } = parseAccess(text, { file: 'fuzz.yaml' });
      const lines = text.split('\n').length;
      for (const { id, place, message, cause, remedy } of findings) {
        assert.ok(errorPages[id] !== undefined || id === 'unknown-region', `no page for ${id}`);
        assert.ok(message !== '' && cause !== '' && remedy !== '');
        assert.ok(place?.file === 'fuzz.yaml' && place.line !== undefined && place.column !== undefined, `${id} has no place`);
        assert.ok(place.line >= 1 && place.line <= lines && place.column >= 1, `${id} at ${place.line}:${place.column} of ${lines} lines`);
      }
      assert.ok(accesses.length > 0 || findings.length > 0, 'neither an access nor a finding');
      for (const { access, place } of accesses) {
        assert.match(accessDigest(access), /^[0-9a-f]{64}$/);
        assert.deepEqual(accessFromObject(access), { access, findings: [] }, 'the normalised access is no declaration of itself');
        assert.ok((place('spec.account').line ?? 0) >= 1);
      }
      if (findings.some(({ severity }) => severity === 'error')) refused += 1;
      else accepted += 1;
    } catch (error) {
      throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
  // A mutation that is always refused, or never, tests nothing.
  assert.ok(accepted > count / 50 && refused > count / 4, `${accepted} accepted, ${refused} refused`);
}

function mutated(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const length = Math.floor(random() * random() * 40);
  const lines = text.split('\n');
  const [one, other] = [Math.floor(random() * lines.length), Math.floor(random() * lines.length)];
  switch (Math.floor(random() * 8)) {
    case 0: // insert
      return text.slice(0, at) + pick(random, pieces) + text.slice(at);
    case 1: // delete
      return text.slice(0, at) + text.slice(at + length);
    case 2: // replace
      return text.slice(0, at) + pick(random, pieces) + text.slice(at + length);
    case 3: // any character
      return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x180)) + text.slice(at + 1);
    case 4: // repeat
      return text.slice(0, at) + text.slice(at, at + length).repeat(Math.floor(random() * 5)) + text.slice(at);
    case 5: // swap lines
      return lines.with(one, lines[other]!).with(other, lines[one]!).join('\n');
    case 6: // drop or double a line
      return random() < 0.5 ? lines.toSpliced(one, 1).join('\n') : lines.toSpliced(one, 0, lines[one]!).join('\n');
    default: // a value of another line
      return lines.with(one, lines[one]!.replace(/: .*/, /: .*/.exec(lines[other]!)?.[0] ?? ': x')).join('\n');
  }
}

function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}
