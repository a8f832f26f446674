import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parse } from '@cdktn/hcl2json';
import { alignAssignments } from '../../../src/repositories/export/hcl-align.ts';
import { blockText, hclList, hclText, labelOf, traversal } from '../../../src/repositories/export/hcl-emit.ts';
import { evaluate } from '../../../src/repositories/hcl/evaluate.ts';
import { hclParser } from '../../../src/repositories/hcl/grammar.ts';
import { parseHcl } from '../../../src/repositories/hcl/parse.ts';
import { Unknown } from '../../../src/repositories/hcl/value.ts';
import { seededRandom } from '../../../src/sandbox/world.ts';

suite('HCL is written so that no text becomes code', () => {
  test('any text comes back as it was, by our reader and by a second one', async () => {
    const seed = Number(process.env['SEED'] ?? 3);
    const random = seededRandom(seed);
    const pieces = ['${', '%{', '$', '%', '{', '}', '$${', '"', '\\', '\n', '\r', '\t', '\u0001', '\u2028', 'a', ' ', '#', '//', '/*', '<<EOT', '日本', '🙂', 'var.x', "'", '~', '\\u0041'];
    const parser = await hclParser();
    for (let round = 0; round < 150; round += 1) {
      const value = Array.from({ length: Math.floor(random() * 8) }, () => pieces[Math.floor(random() * pieces.length)]!).join('');
      const text = blockText({ type: 'resource', labels: ['aws_iam_user', 'u'], attributes: [['name', hclText(value)], ['tags', { type: 'object', entries: [[value === '' ? 'k' : value, hclText('v')]] }]] });
      const file = parseHcl(parser, 'x.tf', text);
      assert.deepEqual(file.problems, [], `seed ${seed}: ${JSON.stringify(value)}\n${text}`);
      const expression = file.body.blocks[0]?.body.attributes.get('name')?.expression;
      assert.ok(expression);
      assert.equal(evaluate(expression, () => ({ value: new Unknown('a reference came out of a text'), used: 0 })), value, `seed ${seed}: ${text}`);
      // hcl2json gives Terraform's JSON, in which texts are templates still.
      const json: { resource?: { aws_iam_user?: { u?: { name?: string }[] } } } = await parse('x.tf', text);
      assert.equal(json.resource?.aws_iam_user?.u?.[0]?.name, value.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign), `seed ${seed}: ${text}`);
    }
    parser.delete();
  });

  test('traversals stand in texts as interpolations, and only identifiers are taken', () => {
    assert.equal(blockText({ type: 'x', labels: [], attributes: [['arn', hclText('arn:', traversal('data', 'aws_partition', 'current', 'partition'), ':x')]] }), 'x {\n  arn = "arn:${data.aws_partition.current.partition}:x"\n}');
    assert.throws(() => blockText({ type: 'x', labels: [], attributes: [['a', traversal('b', 'c}${file("/etc/passwd")')]] }), TypeError);
  });

  test('labels are identifiers whatever the name', () => {
    assert.deepEqual(['bedrock-openhands-user', '/lolice/app/KEY', '9 lives', 'Ünï'].map(labelOf), ['bedrock_openhands_user', 'lolice_app_key', '_9_lives', 'n']);
  });
});

test('assignments are lined up as terraform fmt does: group by group, broken by what spans lines', () => {
  assert.equal(
    blockText({ type: 'r', labels: ['a', 'b'], comment: ['why'], attributes: [['a', hclText('1')], ['longer', hclText('2')], ['list', hclList([hclText('x'), hclText('y')])], ['z', { type: 'boolean', value: true }]] }),
    '# why\nr "a" "b" {\n  a      = "1"\n  longer = "2"\n\n  list = [\n    "x",\n    "y",\n  ]\n\n  z = true\n}',
  );
  assert.equal(alignAssignments('{\n  a = 1\n  "b c" = "x = y" # no\n\n  list = [\n    1,\n  ]\n  d == e\n}'), '{\n  a     = 1\n  "b c" = "x = y" # no\n\n  list = [\n    1,\n  ]\n  d == e\n}');
  const heredoc = 'a = <<EOT\nb = 1\nccc = 2\nEOT';
  assert.equal(alignAssignments(heredoc), heredoc);
});
