import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, before, test } from 'node:test';
import { openApiV2AsProtobuf } from '../../../src/sandbox/kubernetes/openapi/v2-protobuf.ts';
import { type Api, configMaps, deployments, startApi } from './api.ts';

let api: Api;
before(async () => void (api = await startApi()));
after(() => api[Symbol.asyncDispose]());

const varint = (value: number): Buffer => Buffer.from(value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7]);
const bytes = (number: number, content: Buffer | string): Buffer => {
  const raw = Buffer.from(content);
  return Buffer.concat([varint((number << 3) | 2), varint(raw.length), raw]);
};
const int = (number: number, value: number): Buffer => Buffer.concat([varint(number << 3), varint(value)]);
const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);
const envelope = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([Buffer.from('k8s\0'), bytes(1, message(bytes(1, apiVersion), bytes(2, kind))), bytes(2, raw), bytes(3, ''), bytes(4, '')]);

async function send(path: string, body: Buffer): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
  const response = await api.call('POST', path, { bytes: body, type: 'application/vnd.kubernetes.protobuf', accept: 'application/vnd.kubernetes.protobuf,application/json' });
  return response;
}

test('a Deployment in protobuf is read as client-go writes it', async () => {
  const labels = bytes(11, message(bytes(1, 'app'), bytes(2, 'web')));
  const selector = message(bytes(1, message(bytes(1, 'app'), bytes(2, 'web'))));
  const env = bytes(7, message(bytes(1, 'A'), bytes(2, '')));
  const port = bytes(6, message(bytes(1, ''), int(2, 0), int(3, 8080), bytes(4, 'TCP'), bytes(5, '')));
  const limits = bytes(8, message(bytes(1, message(bytes(1, 'cpu'), bytes(2, bytes(1, '0.5'))))));
  const container = message(bytes(1, 'web'), bytes(2, 'web:1'), port, env, limits);
  const template = message(bytes(1, labels), bytes(2, message(bytes(2, container), int(11, 0))));
  // `replicas: 0` is a pointer, so its zero counts; `minReadySeconds: 0` is none.
  const spec = message(int(1, 0), bytes(2, selector), bytes(3, template), bytes(4, bytes(1, '')), int(5, 0));
  const metadata = message(bytes(1, 'web'), bytes(2, ''), bytes(3, ''), bytes(4, ''), bytes(5, ''), bytes(6, ''), int(7, 0), bytes(8, ''));
  const { status, body } = await send(deployments, envelope('apps/v1', 'Deployment', message(bytes(1, metadata), bytes(2, spec), bytes(3, ''))));
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal(body.spec.replicas, 0);
  assert.equal(body.spec.minReadySeconds, undefined);
  const [made] = body.spec.template.spec.containers;
  assert.deepEqual(made.env, [{ name: 'A' }]);
  assert.deepEqual(made.ports, [{ containerPort: 8080, protocol: 'TCP' }]);
  assert.deepEqual(made.resources, { limits: { cpu: '500m' } });
});

test('a ConfigMap\'s texts and bytes come through', async () => {
  const raw = message(bytes(1, bytes(1, 'mixed')), bytes(2, message(bytes(1, 'a'), bytes(2, 'é'))), bytes(3, message(bytes(1, 'b'), bytes(2, Buffer.from([0, 255])))));
  const { body } = await send(configMaps, envelope('v1', 'ConfigMap', raw));
  assert.deepEqual([body.data, body.binaryData], [{ a: 'é' }, { b: 'AP8=' }]);
});

test('bytes that are none are a 400, kinds that are not read a 415', async () => {
  assert.equal((await send(configMaps, Buffer.from('nothing'))).status, 400);
  assert.equal((await send(configMaps, envelope('v1', 'ConfigMap', Buffer.from([0x0a, 0x7f])))).status, 400);
  assert.equal((await send(configMaps, envelope('example.com/v1', 'Widget', Buffer.alloc(0)))).status, 415);
});

test('the OpenAPI v2 document is written as gnostic has it', () => {
  const parameters = [{ name: 'fieldValidation', in: 'query', type: 'string', uniqueItems: true }];
  const written = openApiV2AsProtobuf({
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1' },
    paths: { '/a': { patch: { operationId: 'patchA', parameters, 'x-kubernetes-action': 'patch' } } },
    definitions: { A: { type: 'object', required: ['b'], properties: { b: { type: 'integer', maxLength: 300, maximum: 0.5 } }, additionalProperties: false } },
  });
  const half = Buffer.alloc(8);
  half.writeDoubleLE(0.5);
  const named = (name: string, value: Buffer): Buffer => message(bytes(1, name), bytes(2, value));
  const parameter = bytes(8, bytes(1, bytes(2, bytes(3, message(bytes(2, 'query'), bytes(4, 'fieldValidation'), bytes(6, 'string'), int(20, 1))))));
  const operation = message(bytes(5, 'patchA'), parameter, bytes(9, ''), bytes(13, named('x-kubernetes-action', bytes(2, 'patch\n'))));
  const b = message(Buffer.from([(7 << 3) | 1]), half, int(11, 300), bytes(22, bytes(1, 'integer')));
  const a = message(bytes(19, 'b'), bytes(21, ''), bytes(22, bytes(1, 'object')), bytes(25, bytes(1, named('b', b))));
  const expected = message(bytes(1, '2.0'), bytes(2, message(bytes(1, 'Kubernetes'), bytes(2, 'v1'))), bytes(8, bytes(2, named('/a', bytes(8, operation)))), bytes(9, bytes(1, named('A', a))));
  assert.equal(written.toString('hex'), expected.toString('hex'));
});
