import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dataHash, fieldManagerOf, ownerHash, syncedResourceVersion } from '../../../src/sandbox/external-secrets/hash.ts';
import { convertKeys, decode, goDuration, keysOf, propertyOf } from '../../../src/sandbox/external-secrets/remote-value.ts';
import { renderTemplate } from '../../../src/sandbox/external-secrets/template.ts';

describe('the templates of an ExternalSecret', () => {
  it('put in a key, with or without toString', () => {
    assert.equal(renderTemplate('k', 'id={{ .AWS_ACCESS_KEY_ID }}/{{ .v | toString }}!', { AWS_ACCESS_KEY_ID: 'AKIA', v: '3' }), 'id=AKIA/3!');
  });

  it('trim white space where a dash says so', () => {
    assert.equal(renderTemplate('k', 'a  {{- .v -}}  b', { v: '1' }), 'a1b');
  });

  it('refuse a key that is not there, in the words of Go', () => {
    assert.throws(() => renderTemplate('id', '{{ .missing }}', {}), /^TemplateError: template: id:1:3: executing "id" at <\.missing>: map has no entry for key "missing"$|^Error: template: id:1:3: executing "id" at <\.missing>: map has no entry for key "missing"$/);
  });

  it('refuse what the sandbox does not render instead of guessing', () => {
    for (const template of ['{{ .v | b64enc }}', '{{ if .v }}x{{ end }}', '{{ index . "v" }}', '{{ .v', '{{ printf "%s" .v }}']) {
      assert.throws(() => renderTemplate('k', template, { v: '1' }), /template: k:1: /, template);
    }
  });
});

describe('the values of an ExternalSecret', () => {
  it('come from a property of a JSON parameter, a literal key with dots before a path', () => {
    assert.equal(propertyOf('{"a.b":"literal","a":{"b":"path"},"n":3,"l":[1]}', 'a.b'), 'literal');
    assert.equal(propertyOf('{"a":{"b":"path"}}', 'a.b'), 'path');
    assert.equal(propertyOf('{"n":3}', 'n'), '3');
    assert.equal(propertyOf('{"n":3}', 'm'), undefined);
    assert.equal(propertyOf('no JSON', 'm'), undefined);
  });

  it('come from every key with extract, other JSON as its text', () => {
    assert.deepEqual(keysOf('{"a":"x","b":{"c":1}}'), { a: 'x', b: '{"c":1}' });
  });

  it('are decoded as asked, and refused when they cannot be', () => {
    assert.equal(Buffer.from(decode('Base64', Buffer.from('aGk='))).toString(), 'hi');
    assert.equal(Buffer.from(decode('Auto', Buffer.from('not base64!'))).toString(), 'not base64!');
    assert.throws(() => decode('Base64', Buffer.from('a!')), /illegal base64 data at input byte 1/);
  });

  it('get keys that a Secret can have', () => {
    assert.deepEqual(convertKeys('Default', { 'a/b c': '1' }), { a_b_c: '1' });
    assert.deepEqual(convertKeys('Unicode', { 'a b': '1' }), { a_U0020_b: '1' });
    assert.throws(() => convertKeys('Default', { 'a b': '1', 'a/b': '2' }), /secret name collision during conversion: a_b/);
  });

  it('are refreshed after a Go duration', () => {
    assert.equal(goDuration('1h0m0s'), 3_600_000);
    assert.equal(goDuration('1m30s'), 90_000);
    assert.equal(goDuration('0'), 0);
    assert.equal(goDuration('soon'), undefined);
  });
});

describe('the hashes on a Secret', () => {
  it('have the shape that the operator gives them', () => {
    assert.match(dataHash({ b: Buffer.from('2'), a: Buffer.from('1') }), /^[0-9a-f]{56}$/);
    assert.equal(dataHash({ b: Buffer.from('2'), a: Buffer.from('1') }), dataHash({ a: Buffer.from('1'), b: Buffer.from('2') }));
    assert.notEqual(dataHash({ a: Buffer.from('1') }), dataHash({ a: Buffer.from('2') }));
    assert.match(ownerHash('openhands', 'bedrock'), /^[0-9a-f]{56}$/);
    assert.match(syncedResourceVersion({ generation: 2 }), /^2-[0-9a-f]{56}$/);
  });

  it('stand in for a field manager that would be too long', () => {
    assert.equal(fieldManagerOf('short'), 'externalsecrets.external-secrets.io/short');
    assert.match(fieldManagerOf('a'.repeat(40)), /^externalsecrets\.external-secrets\.io\/sha3\/[0-9a-f]{56}$/);
  });
});
