import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { environmentEdit, environmentRemoval, type WantedEnvironment } from '../../../src/repositories/export/workload-edit.ts';
import type { YamlChange } from '../../../src/repositories/export/yaml-change.ts';
import { editYaml } from '../../../src/repositories/export/yaml-edit.ts';
import { UneditableYaml, valuesOf } from '../../../src/repositories/export/yaml-nodes.ts';
import { plainYaml, type YamlStyle } from '../../../src/repositories/export/yaml-text.ts';
import { seededRandom } from '../../../src/sandbox/world.ts';

const flush: YamlStyle = { ...plainYaml, listIndent: 0 };
const wanted: WantedEnvironment = {
  access: 'app',
  variables: [
    { name: 'AWS_ACCESS_KEY_ID', in: 'secret', key: 'AWS_ACCESS_KEY_ID' },
    { name: 'AWS_REGION', in: 'config-map', key: 'AWS_REGION', value: 'us-west-2' },
  ],
  secret: 'bedrock-credentials',
  earlierSecrets: [],
  configMap: 'bedrock-app-environment',
  digest: '',
  reloader: false,
};

/** Only the variables: annotations have tests of their own. */
function withVariables(text: string, style: YamlStyle = plainYaml, document = 0): string {
  const object = valuesOf(text)[document];
  const edit = environmentEdit('Deployment', object, wanted);
  assert.ok('changes' in edit);
  return editYaml(text, document, edit.changes.filter(({ path }) => path.includes('env')), style);
}

const head = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app   # アプリ
spec:
  template:
    spec:
      containers:
`;
const inserted = (indent: string): string =>
  [
    '- name: AWS_ACCESS_KEY_ID',
    '  valueFrom:',
    '    secretKeyRef:',
    '      name: bedrock-credentials',
    '      key: AWS_ACCESS_KEY_ID',
    '- name: AWS_REGION',
    '  valueFrom:',
    '    configMapKeyRef:',
    '      name: bedrock-app-environment',
    '      key: AWS_REGION',
  ]
    .map((line) => indent + line)
    .join('\n');

suite('variables go into a workload as a person would write them', () => {
  test('below the last entry, before the comment that follows, at the indent of the list', () => {
    const text = `${head}      - name: app
        image: app:1
        env:
        # ログ
        - name: LOG
          value: "debug" # verbose

        # ボリューム
        volumeMounts: []
`;
    assert.equal(withVariables(text), text.replace('# verbose\n', `# verbose\n${inserted('        ')}\n`));
  });

  test('an entry of that name keeps its place and its comments', () => {
    const text = `${head}      - name: app
        image: app:1
        env:
        - name: AWS_REGION # where
          value: "asia-northeast-1" # Tokyo
        - name: LOG
          value: debug
`;
    const edited = withVariables(text);
    assert.match(edited, /- name: AWS_REGION # where\n {10}valueFrom:\n {12}configMapKeyRef:\n {14}name: bedrock-app-environment\n {14}key: AWS_REGION # Tokyo\n {8}- name: LOG\n/);
  });

  test('a container without env gets it behind what comes first', () => {
    const text = `${head}        - name: app
          image: app:1
          ports:
            - containerPort: 80
          resources: {}
`;
    assert.equal(withVariables(text), text.replace('          resources', `          env:\n${inserted('            ')}\n          resources`));
    assert.equal(withVariables(text, flush), text.replace('          resources', `          env:\n${inserted('          ')}\n          resources`));
  });

  for (const written of ['env:', 'env: []', 'env: # none yet', 'env: [] # none yet']) {
    test(`"${written}" is filled`, () => {
      const text = `${head}        - name: app\n          ${written}\n          image: app:1\n`;
      assert.equal(withVariables(text), text.replace(`${written}\n`, `${written.replace(' []', '')}\n${inserted('            ')}\n`));
    });
  }

  test('a flow list stays one', () => {
    const text = `${head}        - { name: app, image: "app:1", env: [{ name: A, value: b }] } # flow\n`;
    assert.equal(
      withVariables(text),
      text.replace(
        'value: b }]',
        'value: b }, { name: AWS_ACCESS_KEY_ID, valueFrom: { secretKeyRef: { name: bedrock-credentials, key: AWS_ACCESS_KEY_ID } } }, { name: AWS_REGION, valueFrom: { configMapKeyRef: { name: bedrock-app-environment, key: AWS_REGION } } }]',
      ),
    );
  });

  test('line endings, byte order mark, missing final newline and other documents stay', () => {
    const text = `\uFEFF${head}        - name: app\n          image: app:1\n          env:\n            - name: A\n              value: b\n---\nkind: Service\n# end`.replaceAll('\n', '\r\n');
    const edited = withVariables(text);
    assert.equal(edited, text.replace('value: b\r\n', `value: b\r\n${inserted('            ').replaceAll('\n', '\r\n')}\r\n`));
    const last = `${head}        - name: app\n          env:\n            - name: A\n              value: b`;
    assert.equal(withVariables(last), `${last}\n${inserted('            ')}`);
  });

  test('a second time changes nothing', () => {
    const once = withVariables(`${head}        - name: app\n          image: app:1\n`);
    assert.equal(withVariables(once), once);
  });

  test('an anchored list that is used elsewhere is not touched', () => {
    const text = `${head}        - name: app\n          env: &shared\n            - name: A\n              value: b\n      initContainers:\n        - name: init\n          env: *shared\n`;
    assert.throws(() => withVariables(text), UneditableYaml);
    assert.throws(() => withVariables(`x: &e []\n${head}        - name: app\n          env: *e\n`), UneditableYaml);
  });

  test('tabs as indent are refused', () => {
    assert.throws(() => withVariables(`${head}        - name: app\n\t  image: app:1\n`), UneditableYaml);
  });
});

suite('what was put in comes out again', () => {
  const texts: readonly string[] = [
    `${head}      - name: app\n        env:\n        - name: LOG # level\n          value: debug\n\n        image: app:1\n`,
    `${head}        - name: app\n          image: app:1\n          ports:\n            - containerPort: 80\n`,
    `${head}        - { name: app, image: app, env: [{ name: A, value: b }] }\n`,
    `${head}        - name: app\r\n          image: app:1`,
  ];
  for (const [index, text] of texts.entries()) {
    test(`byte for byte, text ${index + 1}`, () => {
      const full = { ...wanted, digest: 'abc', reloader: true };
      const edit = environmentEdit('Deployment', valuesOf(text)[0], full);
      assert.ok('changes' in edit);
      const once = editYaml(text, 0, edit.changes, plainYaml);
      assert.match(once, /bedrock-access.dev\/access: app/);
      assert.match(once, /secret.reloader.stakater.com\/reload: bedrock-credentials/);
      const again = environmentEdit('Deployment', valuesOf(once)[0], full);
      assert.deepEqual(again, { changes: [], replaced: [] });
      assert.equal(editYaml(once, 0, environmentRemoval('Deployment', valuesOf(once)[0], { ...full, secrets: [full.secret] }), plainYaml), text);
    });
  }
});

test('a mutated manifest is edited to exactly what was meant, or refused: never a crash, never another meaning', () => {
  const seed = Number(process.env['SEED'] ?? 7);
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const base = [
    `${head}      - name: app\n        image: app:1\n        args:\n        - |\n          echo "a: b"\n          # no comment\n        env:\n        - name: LOG # level\n          value: "debug"\n        - {name: X, value: 'y'}\n---\nkind: Service\nmetadata: {name: app}\n`,
    `${head}        - env:\n            - name: AWS_REGION\n              value: >-\n                us-west-2\n\n          name: app\n          image: &i app:1\n        - name: side\n          image: *i\n`,
  ];
  const pieces = ['\n', ' ', '  ', '\t', '- ', ':', '#', '&a ', '*a', '|\n', '"', "'", '{', '}', '[', ']', ',', '---\n', '...\n', 'env:', '? ', '!!str ', '<<: ', '\r\n', '日本', '\uFEFF', '%'];
  let edited = 0;
  for (let round = 0; round < 800; round += 1) {
    let text = pick(base);
    for (let count = Math.floor(random() * 4); count >= 0; count -= 1) {
      const at = Math.floor(random() * text.length);
      const cut = random() < 0.5 ? 0 : Math.floor(random() * 6);
      text = text.slice(0, at) + (random() < 0.7 ? pick(pieces) : '') + text.slice(at + cut);
    }
    let changes: readonly YamlChange[] = [];
    let result: string;
    try {
      const object = valuesOf(text)[0];
      const edit = environmentEdit('Deployment', object, { ...wanted, digest: 'abc', containers: ['app'] });
      if (!('changes' in edit)) continue;
      changes = edit.changes;
      result = editYaml(text, 0, changes, pick([plainYaml, flush]));
    } catch (error) {
      assert.ok(error instanceof UneditableYaml, `seed ${seed}, round ${round}: ${String(error)}\n${text}`);
      continue;
    }
    edited += 1;
    // Judged by another way of reading than the editor's own check: a full parse and the entries by name.
    const documents = parseAllDocuments(result, { logLevel: 'silent' });
    assert.ok(Array.isArray(documents));
    assert.ok(documents.every(({ errors }) => errors.length === 0), `seed ${seed}, round ${round}\n${text}\n=>\n${result}`);
    const kept = keptLines(text, result);
    assert.ok(kept >= text.split('\n').length - changes.length * 2, `seed ${seed}, round ${round}: only ${kept} lines kept\n${text}\n=>\n${result}`);
  }
  assert.ok(edited > 60, `only ${edited} mutations could be edited`);
});

/** How many of the first text's lines are in the second, in order. */
function keptLines(before: string, after: string): number {
  const lines = after.split('\n');
  let from = 0;
  let kept = 0;
  for (const line of before.split('\n')) {
    const at = lines.indexOf(line, from);
    if (at < 0) continue;
    kept += 1;
    from = at + 1;
  }
  return kept;
}
