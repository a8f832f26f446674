import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientProfile, clientVariables, type ClientFacts } from '../../src/access/clients/index.ts';
import { clientNames } from '../../src/access/schema/workloads.ts';
import { resolveModel } from '../../src/bedrock/resolve.ts';
import { loadCatalog } from '../../src/bedrock/catalog.ts';
import type { ResolvedModel } from '../../src/bedrock/types.ts';

function model(reference: string): ResolvedModel {
  const resolution = resolveModel(reference, { catalog: loadCatalog(), region: 'us-west-2', account: '123456789012', now: new Date('2026-11-24') });
  if (!resolution.ok) throw new Error(resolution.findings[0]?.message);
  return resolution.model;
}
const sonnet = model('us.anthropic.claude-sonnet-4-6');
const haiku = model('us.anthropic.claude-haiku-4-5-20251001-v1:0');
const facts: ClientFacts = { region: 'us-west-2', defaultModel: sonnet, modelsByRole: new Map([['default', sonnet]]) };

/** `NAME=value`, or `NAME<half of the key pair`. */
function lines(client: Parameters<typeof clientVariables>[0], more: Partial<ClientFacts> = {}): string[] {
  return clientVariables(client, { ...facts, ...more }).map((variable) => ('value' in variable ? `${variable.name}=${variable.value}` : `${variable.name}<${variable.from}`));
}

const always = ['AWS_ACCESS_KEY_ID<accessKeyId', 'AWS_SECRET_ACCESS_KEY<secretAccessKey', 'AWS_REGION=us-west-2', 'AWS_DEFAULT_REGION=us-west-2', 'BEDROCK_MODEL_ID=us.anthropic.claude-sonnet-4-6'];

test('every client gets the key pair and the three variables of the original request, each name once', () => {
  for (const client of clientNames) {
    const written = lines(client);
    for (const variable of always) assert.ok(written.includes(variable), `${client}: ${variable}`);
    const names = written.map((variable) => variable.split(/[=<]/)[0]);
    assert.equal(new Set(names).size, names.length, client);
  }
});

test('every variable from which a client reads its region is set to the region of Bedrock', () => {
  for (const client of clientNames) {
    for (const name of clientProfile(client).reads.region) assert.ok(lines(client).includes(`${name}=us-west-2`), `${client}: ${name}`);
  }
});

test('OpenHands gets both families of variables, and its model as LiteLLM names it', () => {
  assert.deepEqual(lines('openhands').slice(always.length), [
    'LLM_MODEL=bedrock/us.anthropic.claude-sonnet-4-6',
    'LLM_AWS_ACCESS_KEY_ID<accessKeyId',
    'LLM_AWS_SECRET_ACCESS_KEY<secretAccessKey',
    'LLM_AWS_REGION_NAME=us-west-2',
    'AWS_REGION_NAME=us-west-2',
  ]);
  assert.deepEqual([clientProfile('openhands').listsModels, clientProfile('openhands').startsOwnContainers], [true, true]);
});

test('OpenHands is told the Converse route for an ARN, from which LiteLLM cannot tell the provider', () => {
  const arn = 'arn:aws:bedrock:us-west-2:123456789012:application-inference-profile/abc123';
  assert.ok(lines('openhands', { defaultModel: { ...sonnet, invokeId: arn } }).includes(`LLM_MODEL=bedrock/converse/${arn}`));
});

test('Claude Code uses the model of role haiku for its small work, else the default one', () => {
  assert.ok(lines('claude-code').includes('ANTHROPIC_DEFAULT_HAIKU_MODEL=us.anthropic.claude-sonnet-4-6'));
  const roles = new Map([['default', sonnet], ['haiku', haiku], ['sonnet', sonnet]]);
  assert.deepEqual(lines('claude-code', { modelsByRole: roles }).slice(always.length), [
    'CLAUDE_CODE_USE_BEDROCK=1',
    'ANTHROPIC_MODEL=us.anthropic.claude-sonnet-4-6',
    'ANTHROPIC_DEFAULT_HAIKU_MODEL=us.anthropic.claude-haiku-4-5-20251001-v1:0',
    'ANTHROPIC_DEFAULT_SONNET_MODEL=us.anthropic.claude-sonnet-4-6',
  ]);
});

test('an endpoint goes into the variable that each client reads, and into no other', () => {
  const endpointUrl = 'https://vpce.example';
  for (const client of clientNames) {
    const set = lines(client, { endpointUrl }).filter((variable) => variable.endsWith(`=${endpointUrl}`)).map((variable) => variable.split('=')[0]!);
    const { endpoint } = clientProfile(client).reads;
    if (endpoint.length > 0) assert.ok(set.includes(endpoint[0]!), client);
    for (const name of set) assert.ok(endpoint.includes(name), `${client}: ${name}`);
  }
});

test('a custom client gets its own variables with the placeholders replaced', () => {
  const environment = {
    REGION: '${region}',
    MODEL: 'bedrock/${model}',
    SMALL: '${model.haiku}',
    KEY: '${accessKeyId}',
    SECRET: '${secretAccessKey}',
    LITERAL: '$${region} costs $5',
    AWS_REGION: 'us-east-1',
  };
  const written = lines('custom', { environment, modelsByRole: new Map([['default', sonnet], ['haiku', haiku]]) });
  assert.deepEqual(
    written.filter((variable) => !/^(AWS_ACCESS|AWS_SECRET|AWS_DEFAULT|BEDROCK)/.test(variable)),
    ['AWS_REGION=us-east-1', 'REGION=us-west-2', 'MODEL=bedrock/us.anthropic.claude-sonnet-4-6', 'SMALL=us.anthropic.claude-haiku-4-5-20251001-v1:0', 'KEY<accessKeyId', 'SECRET<secretAccessKey', 'LITERAL=${region} costs $5'],
  );
});
