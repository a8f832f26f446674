import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderKustomizations } from '../../src/repositories/manifests/kustomize.ts';
import { parseManifestFile } from '../../src/repositories/manifests/parse.ts';
import type { ManifestDocument } from '../../src/repositories/manifests/types.ts';

const kustomization = (body: string): string => `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${body}`;
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
      - name: app
        image: app:1
        env:
        - name: AWS_REGION
          value: us-west-2
        - name: KEPT
          value: yes-please
`;

function render(files: Readonly<Record<string, string>>): readonly ManifestDocument[] {
  return renderKustomizations(Object.entries(files).map(([file, text]) => parseManifestFile(file, text)));
}

function environment(document: ManifestDocument): unknown {
  return JSON.parse(JSON.stringify(document.object.value)).spec.template.spec.containers[0].env;
}

describe('an overlay', () => {
  const overlay = (patch: string): readonly ManifestDocument[] =>
    render({
      'base/kustomization.yaml': kustomization('resources: [deployment.yaml]\n'),
      'base/deployment.yaml': deployment,
      'prod/kustomization.yaml': kustomization(`namespace: prod\nresources: [../base]\n${patch}`),
      'prod/patch.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        env:\n        - name: AWS_REGION\n          value: eu-west-1\n',
    });

  test('puts its namespace over the base, and the base shows once', () => {
    assert.deepEqual(overlay('').map(({ object }) => [object.namespace, object.name]).filter(([namespace]) => namespace === 'prod'), [['prod', 'app']]);
  });

  test('merges a strategic patch by the names of containers and variables, and a patched field has its place in the patch', () => {
    const [document] = overlay('patches:\n- path: patch.yaml\n');
    assert.deepEqual(environment(document!), [{ name: 'AWS_REGION', value: 'eu-west-1' }, { name: 'KEPT', value: 'yes-please' }]);
    assert.deepEqual(document!.placeOf(['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value']), { file: 'prod/patch.yaml', line: 12, column: 18 });
    assert.deepEqual(document!.placeOf(['spec', 'template', 'spec', 'containers', 0, 'env', 1, 'value']), { file: 'base/deployment.yaml', line: 15, column: 18 });
  });

  test('applies a JSON patch given inline', () => {
    const [document] = overlay('patches:\n- target: { kind: Deployment, name: app }\n  patch: |-\n    - op: replace\n      path: /spec/template/spec/containers/0/env/0/value\n      value: ap-northeast-1\n    - op: remove\n      path: /spec/template/spec/containers/0/env/1\n');
    assert.deepEqual(environment(document!), [{ name: 'AWS_REGION', value: 'ap-northeast-1' }]);
  });

  test('deletes what a patch says to delete', () => {
    const [document] = overlay('patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: { name: app }\n    spec: { template: { spec: { containers: [{ name: app, env: [{ name: KEPT, $patch: delete }] }] } } }\n');
    assert.deepEqual(environment(document!), [{ name: 'AWS_REGION', value: 'us-west-2' }]);
  });
});

test('kustomizations that take each other in do not render for ever', () => {
  assert.deepEqual(render({ 'a/kustomization.yaml': kustomization('resources: [../b]\n'), 'b/kustomization.yaml': kustomization('resources: [../a]\n') }), []);
});

test('a broken document is a problem with its place, and the documents beside it are read', () => {
  const file = parseManifestFile('x.yaml', 'kind: A\nmetadata: { name: a }\n---\nkind: [\n---\nkind: C\nmetadata: { name: c }\n');
  assert.deepEqual(file.documents.map(({ object }) => object.kind), ['A', 'C']);
  assert.equal(file.problems[0]!.place.line! >= 4, true);
});
