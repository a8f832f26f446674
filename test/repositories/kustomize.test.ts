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

/**
 * kustomize reference, "namePrefix" ("Apply will propagate the namePrefix to any place Resources within the project are
 * referenced by other Resources") and `namereference.go`, the fields that are references.
 */
describe('a name prefix', () => {
  const pod = (fields: string): string => `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: app }\nspec: { template: { spec: { ${fields} } } }\n`;
  const reading = pod('serviceAccountName: runner, volumes: [{ name: v, secret: { secretName: keys } }], containers: [{ name: app, envFrom: [{ configMapRef: { name: settings } }], env: [{ name: KEY, valueFrom: { secretKeyRef: { name: keys, key: k } } }, { name: ELSEWHERE, valueFrom: { secretKeyRef: { name: made-elsewhere, key: k } } }] }]');
  const podSpec = (documents: readonly ManifestDocument[]) => JSON.parse(JSON.stringify(documents.find(({ object }) => object.kind === 'Deployment')!.object.value)).spec.template.spec;
  const objects = 'apiVersion: v1\nkind: Secret\nmetadata: { name: keys }\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: runner }\n';

  test('is followed by the references of a pod to what is renamed with it, and by no other', () => {
    const documents = render({ 'kustomization.yaml': kustomization('namePrefix: a-\nnameSuffix: -z\nresources: [app.yaml, objects.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [MODE=1]\n'), 'app.yaml': reading, 'objects.yaml': objects });
    assert.deepEqual(documents.map(({ object }) => object.name).sort(), ['a-app-z', 'a-keys-z', 'a-runner-z', 'a-settings-z']);
    const spec = podSpec(documents);
    assert.deepEqual([spec.serviceAccountName, spec.volumes[0].secret.secretName, spec.containers[0].envFrom[0].configMapRef.name], ['a-runner-z', 'a-keys-z', 'a-settings-z']);
    assert.deepEqual(spec.containers[0].env.map((entry: { valueFrom: { secretKeyRef: { name: string } } }) => entry.valueFrom.secretKeyRef.name), ['a-keys-z', 'made-elsewhere']);
  });

  test('of a base and of its overlay add up, and an overlay refers to the base by the name before or after', () => {
    for (const name of ['keys', 'base-keys']) {
      const documents = render({
        'base/kustomization.yaml': kustomization('namePrefix: base-\nresources: [objects.yaml]\n'),
        'base/objects.yaml': objects,
        'prod/kustomization.yaml': kustomization('namePrefix: prod-\nresources: [../base, app.yaml]\n'),
        'prod/app.yaml': pod(`containers: [{ name: app, envFrom: [{ secretRef: { name: ${name} } }] }]`),
      });
      assert.equal(podSpec(documents).containers[0].envFrom[0].secretRef.name, 'prod-base-keys');
    }
  });

  test('of two copies of a base gives each copy its own references', () => {
    const documents = render({
      'base/kustomization.yaml': kustomization('resources: [objects.yaml, app.yaml]\n'),
      'base/objects.yaml': objects,
      'base/app.yaml': reading,
      'a/kustomization.yaml': kustomization('namePrefix: a-\nresources: [../base]\n'),
      'b/kustomization.yaml': kustomization('namePrefix: b-\nresources: [../base]\n'),
      'all/kustomization.yaml': kustomization('namespace: both\nresources: [../a, ../b]\n'),
    });
    const deployments = documents.filter(({ object }) => object.kind === 'Deployment');
    assert.deepEqual(deployments.map((deployment) => [deployment.object.namespace, deployment.object.name, podSpec([deployment]).serviceAccountName]), [['both', 'a-app', 'a-runner'], ['both', 'b-app', 'b-runner']]);
  });

  test('leaves Namespaces alone, and is no part of the Secret or of the store that an ExternalSecret names', () => {
    const documents = render({
      'kustomization.yaml': kustomization('namePrefix: a-\nresources: [all.yaml]\n'),
      'all.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: team }\n---\napiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: { name: aws }\n---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: keys }\nspec: { secretStoreRef: { name: aws, kind: SecretStore }, target: { name: keys } }\n',
    });
    assert.deepEqual(documents.map(({ object }) => object.name), ['team', 'a-aws', 'a-keys']);
    assert.deepEqual(documents[2]!.object.value['spec'], { secretStoreRef: { name: 'aws', kind: 'SecretStore' }, target: { name: 'keys' } });
  });

  test('does not keep a patch from finding its object by the name before', () => {
    const documents = render({
      'base/kustomization.yaml': kustomization('namePrefix: base-\nresources: [deployment.yaml]\n'),
      'base/deployment.yaml': deployment,
      'prod/kustomization.yaml': kustomization('resources: [../base]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: { name: app }\n    spec: { template: { spec: { containers: [{ name: app, env: [{ name: KEPT, $patch: delete }] }] } } }\n'),
    });
    assert.deepEqual(environment(documents[0]!), [{ name: 'AWS_REGION', value: 'us-west-2' }]);
  });
});

test('an overlay puts its namespace over what a base generates, and merges into it', () => {
  const documents = render({
    'base/kustomization.yaml': kustomization('secretGenerator:\n- name: keys\n  literals: [A=1]\n'),
    'prod/kustomization.yaml': kustomization('namespace: prod\nnamePrefix: p-\nresources: [../base]\nsecretGenerator:\n- name: keys\n  behavior: merge\n  literals: [B=2]\n'),
  });
  assert.deepEqual(documents.map(({ object, generated }) => [object.namespace, object.name, generated?.keys]), [['prod', 'p-keys', ['A']], ['prod', 'p-keys', ['B']]]);
});

test("a component's patches hold for what its kustomization takes in", () => {
  const documents = render({
    'kustomization.yaml': kustomization('resources: [deployment.yaml]\ncomponents: [region]\n'),
    'deployment.yaml': deployment,
    'region/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: { kind: Deployment }\n  patch: |-\n    - { op: replace, path: /spec/template/spec/containers/0/env/0/value, value: eu-west-1 }\n',
  });
  assert.equal(documents.length, 1);
  assert.deepEqual(environment(documents[0]!), [{ name: 'AWS_REGION', value: 'eu-west-1' }, { name: 'KEPT', value: 'yes-please' }]);
});

test('kustomizations that take each other in do not render for ever', () => {
  assert.deepEqual(render({ 'a/kustomization.yaml': kustomization('resources: [../b]\n'), 'b/kustomization.yaml': kustomization('resources: [../a]\n') }), []);
});

test('a broken document is a problem with its place, and the documents beside it are read', () => {
  const file = parseManifestFile('x.yaml', 'kind: A\nmetadata: { name: a }\n---\nkind: [\n---\nkind: C\nmetadata: { name: c }\n');
  assert.deepEqual(file.documents.map(({ object }) => object.kind), ['A', 'C']);
  assert.equal(file.problems[0]!.place.line! >= 4, true);
});
