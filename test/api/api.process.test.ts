import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { apiText } from '../../scripts/api.ts';
import { declarationsOf } from '../../scripts/api/declarations.ts';

test('public API: api.txt is what the package exports (npx node scripts/api.ts writes it)', () => {
  assert.equal(readFileSync('api.txt', 'utf8'), apiText());
});

test('public API: the exports of package.json are the four modules of api.txt and the two schemas', () => {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  const modules = [...readFileSync('api.txt', 'utf8').matchAll(/^## (bedrock-access\S*)$/gm)].map(([, name]) => name);
  assert.deepEqual(Object.keys(exports).filter((name) => !/\.(json|yaml)$/.test(name)).map((name) => name.replace(/^\./, 'bedrock-access')), modules);
  assert.deepEqual(Object.keys(exports).filter((name) => /\.(json|yaml)$/.test(name)), ['./schema.json', './crd.yaml']);
});

test('public API: a declaration file is read with its overloads, re-exports and names within names', () => {
  const { texts, exports, imports, stars } = declarationsOf(`import type { B as C } from './b.ts';
export type * from './d.ts';
export { x, type y as z } from './e.ts';
export interface A { f(a: (n: number) => void): C; readonly g: '};'; }
export declare function h(a: string): void;
export declare function h(a: number): void;
declare const i: unique symbol;
export { i };
`);
  assert.deepEqual([...texts.keys()], ['A', 'h', 'i']);
  assert.equal(texts.get('h'), 'function h(a: string): void;\nfunction h(a: number): void;');
  assert.deepEqual(imports.get('C'), { name: 'B', from: './b.ts' });
  assert.deepEqual([...exports], [['x', { name: 'x', from: './e.ts' }], ['z', { name: 'y', from: './e.ts' }], ['A', { name: 'A' }], ['h', { name: 'h' }], ['i', { name: 'i' }]]);
  assert.deepEqual(stars, ['./d.ts']);
});
