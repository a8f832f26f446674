import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { parse as parseHcl } from '@cdktn/hcl2json';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { parseAccess } from '../../src/access/parse.ts';
import { programPermissions } from '../../src/engine/permissions/index.ts';
import { declaration } from './declaration.ts';
import { runCli } from './run-cli.ts';

const given = ['-f', '-', '--cluster-id', 'cluster-1'];
const stdin = declaration();
const printed = programPermissions(parseAccess(stdin).accesses[0]!.access, 'cluster-1');
const policies = [...printed.policies, printed.boundary];

test('permissions prints policies, boundary and roles, and says which boundary the declaration lacks', async () => {
  const { code, stdout, stderr } = await runCli(['permissions', ...given], { stdin });
  assert.equal(code, 0);
  for (const { arn } of policies) assert.ok(stdout.includes(arn), arn);
  for (const { kind } of printed.roles) assert.match(stdout, new RegExp(`^kind: ${kind}$`, 'm'));
  assert.match(stderr, /program-needs-boundary/);
  assert.match(stderr, /spec.permissionsBoundary: arn:aws:iam::123456789012:policy\/bedrock-access\/bedrock-access-boundary/);
});

test('permissions as JSON holds the documents as they are', async () => {
  const { stdout } = await runCli(['permissions', ...given, '-o', 'json'], { stdin });
  const [first] = JSON.parse(stdout).permissions;
  assert.deepEqual(first.policies, JSON.parse(JSON.stringify(printed.policies)));
  assert.deepEqual(first.store, JSON.parse(JSON.stringify(printed.store)));
  assert.deepEqual(first.roles, JSON.parse(JSON.stringify(printed.roles)));
});

test('bootstrap as commands gives a shell exactly the documents', async () => {
  const { code, stdout } = await runCli(['bootstrap', ...given], { stdin });
  assert.equal(code, 0);
  const script = `aws() { while [ $# -gt 0 ]; do [ "$1" = --policy-document ] && printf '%s\\0' "$2"; shift; done; }\nkubectl() { cat; printf '\\0'; }\n${stdout}`;
  const said = execFileSync('sh', ['-eu'], { input: script, encoding: 'utf8' }).split('\0').slice(0, -1);
  const roles = said.pop() ?? '';
  assert.deepEqual(new Set(said.map((text) => JSON.stringify(JSON.parse(text)))), new Set(policies.map(({ document }) => JSON.stringify(document))));
  assert.deepEqual(parseAllDocuments(roles).map((document) => document.toJS()), JSON.parse(JSON.stringify(printed.roles)));
});

test('bootstrap as CloudFormation is a template with exactly the documents', async () => {
  const { stdout } = await runCli(['bootstrap', ...given, '--format', 'cloudformation'], { stdin });
  const { Resources } = parse(stdout);
  const made = Object.values<{ Type: string; Properties: { ManagedPolicyName: string; Path: string; PolicyDocument: unknown } }>(Resources);
  assert.ok(made.every(({ Type }) => Type === 'AWS::IAM::ManagedPolicy'));
  assert.deepEqual(new Map(made.map(({ Properties: { Path, ManagedPolicyName, PolicyDocument } }) => [`${Path}${ManagedPolicyName}`, PolicyDocument])), new Map(policies.map(({ path, name, document }) => [`${path}${name}`, document])));
});

test('bootstrap as Terraform is HCL that another reader takes, one resource for each policy and role', async () => {
  const { stdout } = await runCli(['bootstrap', ...given, '--format', 'terraform'], { stdin });
  const { resource } = await parseHcl('bedrock-access.tf', stdout);
  assert.deepEqual(Object.values<[{ name: string; path: string }]>(resource['aws_iam_policy']).map(([{ path, name }]) => `${path}${name}`).sort(), policies.map(({ path, name }) => `${path}${name}`).sort());
  const manifests = Object.values<[{ manifest: unknown }]>(resource['kubernetes_manifest']).map(([{ manifest }]) => manifest);
  assert.equal(manifests.length, printed.roles.length);
  for (const role of printed.roles) assert.ok(manifests.some((manifest) => isDeepStrictEqual(manifest, JSON.parse(JSON.stringify(role)))), `${role.kind} ${role.metadata.namespace ?? ''}`);
  for (const { document } of policies) for (const { Sid } of document.Statement) assert.match(stdout, new RegExp(`Sid += "${Sid}"`));
});

test('a boundary of one\'s own is demanded and not made anew', async () => {
  const own = 'arn:aws:iam::123456789012:policy/platform/workloads';
  const { stdout, stderr } = await runCli(['bootstrap', ...given], { stdin: declaration((text) => `${text}  permissionsBoundary: ${own}\n`) });
  assert.ok(stdout.includes(`"iam:PermissionsBoundary":"${own}"`));
  assert.ok(!stdout.includes("--policy-name 'workloads'"));
  assert.ok(!stderr.includes('program-needs-boundary'));
});
