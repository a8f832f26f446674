import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answered, type Api, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi()));
after(() => api[Symbol.asyncDispose]());

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/example.com/v1/namespaces/default/widgets';

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 10 },
        color: { type: 'string', enum: ['red', 'blue'], default: 'red' },
        name: { type: 'string', pattern: '^[a-z]+$', minLength: 2 },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['id'],
          items: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, weight: { type: 'integer', default: 1 } } },
        },
        either: { 'x-kubernetes-int-or-string': true },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' } } },
  },
};

function definition(changes: object = {}): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: schema },
          additionalPrinterColumns: [
            { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
        },
        { name: 'v1beta1', served: true, storage: false, schema: { openAPIV3Schema: schema } },
      ],
      ...changes,
    },
  };
}

function widget(name: string, spec: object): object {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name }, spec };
}

test('a definition is established and serves its kind', async () => {
  assert.equal((await api.get(widgets)).status, 404);
  await api.post(definitions, definition());
  const { body } = await api.get(`${definitions}/widgets.example.com`);
  assert.deepEqual(body.status.conditions.map((condition: Answered) => [condition.type, condition.status]), [['NamesAccepted', 'True'], ['Established', 'True']]);
  assert.deepEqual(body.status.storedVersions, ['v1']);
  assert.deepEqual(body.spec.names, { plural: 'widgets', kind: 'Widget', listKind: 'WidgetList', singular: 'widget', shortNames: ['wd'] });
  const list = await api.get(widgets);
  assert.deepEqual([list.status, list.body.kind], [200, 'WidgetList']);
  const resources = await api.get('/apis/example.com/v1');
  assert.deepEqual(resources.body.resources.map((resource: Answered) => resource.name), ['widgets', 'widgets/status']);
});

test('defaults are filled in and unknown fields pruned', async () => {
  const { status, body } = await api.post(widgets, widget('filled', { size: 2, stray: true, free: { any: { thing: 1 } }, parts: [{ id: 'a' }], either: '50%' }));
  assert.equal(status, 201);
  assert.deepEqual(body.spec, { size: 2, color: 'red', free: { any: { thing: 1 } }, parts: [{ id: 'a', weight: 1 }], either: '50%' });
  assert.equal(body.metadata.generation, 1);
});

test('what the schema forbids is refused in the words of the real server', async () => {
  const refused = async (spec: object): Promise<string> => {
    const { status, body } = await api.post(widgets, widget('bad', spec));
    assert.equal(status, 422, JSON.stringify(body));
    return body.message;
  };
  assert.equal(await refused({}), 'Widget.example.com "bad" is invalid: spec.size: Required value');
  assert.equal(await refused({ size: 11 }), 'Widget.example.com "bad" is invalid: spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10');
  assert.equal(await refused({ size: 'two' }), 'Widget.example.com "bad" is invalid: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"');
  assert.equal(await refused({ size: 1, color: 'green' }), 'Widget.example.com "bad" is invalid: spec.color: Unsupported value: "green": supported values: "red", "blue"');
  assert.equal(await refused({ size: 1, name: 'X1' }), 'Widget.example.com "bad" is invalid: spec.name: Invalid value: "X1": spec.name in body should match \'^[a-z]+$\'');
  assert.match(await refused({ size: 1, parts: [{ id: 'a' }, { id: 'a' }] }), /spec\.parts\[1\]: Duplicate value: \{"id":"a"\}/);
});

test('strict validation refuses an unknown field', async () => {
  const { status, body } = await api.post(`${widgets}?fieldValidation=Strict`, widget('strict', { size: 1, stray: true }));
  assert.equal(status, 400);
  assert.equal(body.message, 'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.stray"');
});

test('the status is written by its subresource only', async () => {
  await api.post(widgets, { ...widget('status', { size: 1 }), status: { phase: 'Ready' } });
  const { body } = await api.get(`${widgets}/status`);
  assert.equal(body.status, undefined);
  const written = await api.put(`${widgets}/status/status`, { ...body, status: { phase: 'Ready' }, spec: { size: 5 } });
  assert.deepEqual([written.body.status.phase, written.body.spec.size, written.body.metadata.generation], ['Ready', 1, 1]);
});

test('another served version shows the same object', async () => {
  const { body } = await api.get('/apis/example.com/v1beta1/namespaces/default/widgets/filled');
  assert.equal(body.apiVersion, 'example.com/v1beta1');
  assert.equal(body.spec.size, 2);
});

test('server-side apply merges the lists that the schema calls maps', async () => {
  await api.apply(`${widgets}/applied`, 'one', widget('applied', { size: 1, parts: [{ id: 'a', weight: 2 }] }));
  const { body } = await api.apply(`${widgets}/applied`, 'two', { ...widget('applied', { parts: [{ id: 'b' }] }) });
  assert.deepEqual(body.spec.parts, [{ id: 'a', weight: 2 }, { id: 'b', weight: 1 }]);
  const conflict = await api.apply(`${widgets}/applied`, 'two', widget('applied', { parts: [{ id: 'a', weight: 3 }] }));
  assert.equal(conflict.body.message, 'Apply failed with 1 conflict: conflict with "one": .spec.parts[id="a"].weight');
});

test('a strategic patch of a custom kind is refused, a PUT needs a version', async () => {
  assert.equal((await api.patch('strategic', `${widgets}/filled`, {})).status, 415);
  const put = await api.put(`${widgets}/filled`, widget('filled', { size: 3 }));
  assert.equal(put.status, 422);
  assert.match(put.body.message, /metadata\.resourceVersion: Invalid value: 0: must be specified for an update/);
});

test('printer columns make the table', async () => {
  const { body } = await api.get(widgets, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  assert.deepEqual(body.columnDefinitions.map((column: Answered) => column.name), ['Name', 'Size', 'Ready', 'Age']);
  assert.deepEqual(body.rows.find((row: Answered) => row.cells[0] === 'filled').cells.slice(0, 3), ['filled', 2, null]);
});

test('a schema that is not structural is refused', async () => {
  const bad = definition({ versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { properties: {} } } } } }] });
  const { status, body } = await api.post(definitions, { ...bad, metadata: { name: 'widgets.other.example' } });
  assert.equal(status, 422);
  assert.match(body.message, /metadata\.name: Invalid value: "widgets\.other\.example": must be spec\.names\.plural\+"\."\+spec\.group/);
  assert.match(body.message, /properties\[spec\]\.type: Required value: must not be empty for specified object fields/);
});

test('objects go with their definition', async () => {
  await api.remove(`${definitions}/widgets.example.com`);
  assert.equal((await api.get(widgets)).status, 404);
  await api.post(definitions, definition());
  assert.deepEqual((await api.get(widgets)).body.items, []);
});
