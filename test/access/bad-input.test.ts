import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccess } from '../../src/access/parse.ts';
import { changed, line, openhands } from './declarations.ts';

const store = '        kind: ClusterSecretStore\n';
const withSpec = (lines: string): string => changed('  budget:', `${lines}\n  budget:`);
const withApiKey = (line: string): string => changed('accessKey:', 'apiKey:').replace('client: openhands', 'client: boto3').replace('rotateAfter: 30d', `rotateAfter: 30d\n      ${line}`);
const withNames = (names: string): string => withSpec(`  names: ${names}`);
const secondModel = (model: string): string => changed('      role: default\n', `      role: default\n    - ${model}\n`);

const withRotation = (rest: string): string => changed('      rotateAfter: 30d\n', `      rotateAfter: 30d\n      rotation: { image: r/a:1, ${rest} }\n`);

const withSession = (duration: string, renewal: string): string =>
  changed('client: openhands', 'client: boto3').replace(/accessKey:\n(?: {6}.*\n)+/, `session: { renewer: "arn:aws:iam::123456789012:user/ci", delivery: credential-process, sessionDuration: ${duration}, renewal: { image: r/a:1, ${renewal} } }\n`);

interface Case {
  readonly what: string;
  readonly text: string;
  /** id, line:column, field */
  readonly finds: readonly string[];
  /** What message and remedy together must say. */
  readonly says?: RegExp;
}

const cases: readonly Case[] = [
  // fields
  { what: 'an unknown field is answered with the nearest name', text: changed('rotateAfter', 'rotateAftr'), finds: ['field-unknown 23:7 spec.credentials.accessKey.rotateAftr'], says: /Did you mean rotateAfter\?.*Write rotateAfter/ },
  { what: 'an unknown field unlike any other lists those there are', text: withSpec('  zzzzzzzz: 1'), finds: ['field-unknown 24:3 spec.zzzzzzzz'], says: /spec has: account, region/ },
  { what: 'a misspelt required field is not reported as missing too', text: changed('  region: us', '  regoin: us'), finds: ['field-unknown 8:3 spec.regoin'], says: /region/ },
  { what: 'a field at the wrong level is unknown there', text: changed('metadata:\n', 'account: "123456789012"\nmetadata:\n'), finds: ['field-unknown 3:1 account'] },
  { what: 'a merge key is refused with the way out', text: changed('    - id: us', '    - <<: { role: default }\n      id: us'), finds: ['field-unknown 10:7 spec.models[0]["<<"]'], says: /merge keys are not read/ },
  { what: 'a missing namespace', text: changed('  namespace: openhands\n', ''), finds: ['field-missing 3:1 metadata.namespace'], says: /Add the namespace/ },
  { what: 'a missing account says how to find it', text: changed('  account: "123456789012"\n', ''), finds: ['field-missing 6:1 spec.account'], says: /get-caller-identity/ },
  { what: "a missing store region is not taken from Bedrock's", text: changed('        region: ap-northeast-1\n', ''), finds: ['field-missing 18:7 spec.credentials.accessKey.secretStore.region'], says: /parameters lie/ },
  { what: 'an empty spec', text: 'apiVersion: bedrock-access.dev/v1alpha1\nkind: BedrockAccess\nmetadata: { name: a, namespace: a }\nspec:\n', finds: ['field-type 4:1 spec'] },
  // types
  { what: 'an unquoted account shows how to quote it, leading zeros kept', text: changed('"123456789012"', '012345678901'), finds: ['field-type 7:12 spec.account'], says: /account: "012345678901"/ },
  { what: 'an unquoted amount', text: changed('"50"', '50'), finds: ['field-type 24:22 spec.budget.monthly'], says: /monthly: "50"/ },
  { what: 'yes is no boolean', text: withSpec('  discovery: yes'), finds: ['field-type 24:14 spec.discovery'], says: /Write true/ },
  { what: 'a value that was forgotten', text: changed('us-west-2', ''), finds: ['field-type 8:3 spec.region'], says: /is empty/ },
  { what: 'an object for a list', text: changed('    - kind: Deployment\n      name', '      kind: Deployment\n      name'), finds: ['field-type 12:3 spec.workloads'], says: /Write a list/ },
  // header
  { what: 'another apiVersion', text: changed('v1alpha1', 'v1'), finds: ['api-version-unknown 1:13 apiVersion'], says: /v1alpha1/ },
  { what: 'a mistyped kind', text: changed('BedrockAccess', 'BedrokAccess'), finds: ['kind-unknown 2:7 kind'], says: /did you mean BedrockAccess/ },
  { what: 'no kind', text: changed('kind: BedrockAccess\n', ''), finds: ['kind-unknown 1:1 kind'] },
  // values
  { what: 'an account of 11 digits', text: changed('"123456789012"', '"12345678901"'), finds: ['account-malformed 7:12 spec.account'] },
  { what: 'an account alias', text: changed('"123456789012"', 'my-company'), finds: ['account-malformed 7:12 spec.account'] },
  { what: 'the typo that stood for nine months', text: changed('ap-northeast-1', 'asia-northeast-1'), finds: ['unknown-region 22:17 spec.credentials.accessKey.secretStore.region'], says: /Did you mean ap-northeast-1\?/ },
  { what: "an unknown region for Bedrock", text: changed('us-west-2', 'us-west-9'), finds: ['unknown-region 8:11 spec.region'], says: /us-west-/ },
  { what: 'regions of two partitions', text: changed('us-west-2', 'us-gov-west-1'), finds: ['partitions-differ 22:17 spec.credentials.accessKey.secretStore.region'] },
  { what: 'a duration in weeks', text: changed('30d', '4w'), finds: ['duration-malformed 23:20 spec.credentials.accessKey.rotateAfter'], says: /90m, 12h or 30d/ },
  { what: 'a duration of zero', text: changed('30d', '00d'), finds: ['duration-malformed 23:20 spec.credentials.accessKey.rotateAfter'] },
  { what: 'a duration in two units', text: changed('30d', '1d12h'), finds: ['duration-malformed 23:20 spec.credentials.accessKey.rotateAfter'] },
  { what: 'a mistyped client', text: changed('client: openhands', 'client: openhand'), finds: ['value-unknown 15:15 spec.workloads[0].client'], says: /Write openhands/ },
  { what: 'a kind in lower case', text: changed('kind: Deployment', 'kind: deployment'), finds: ['value-unknown 13:13 spec.workloads[0].kind'], says: /Write Deployment/ },
  { what: 'a budget of zero', text: changed('"50"', '"0.00"'), finds: ['amount-malformed 24:22 spec.budget.monthly'] },
  { what: 'a budget with a currency sign', text: changed('"50"', '"$50"'), finds: ['amount-malformed 24:22 spec.budget.monthly'] },
  { what: 'a name with capitals', text: changed('  name: openhands\n  namespace', '  name: OpenHands\n  namespace'), finds: ['kubernetes-name-malformed 4:9 metadata.name'] },
  { what: 'a name of 64 characters', text: changed('  name: openhands\n  namespace', `  name: ${'a'.repeat(64)}\n  namespace`), finds: ['value-too-long 4:9 metadata.name'], says: /63/ },
  { what: 'no model', text: changed('models:\n    - id: us.anthropic.claude-sonnet-4-6\n      role: default', 'models: []'), finds: ['value-too-short 9:3 spec.models'] },
  { what: 'two parameters in Secrets Manager', text: changed('service: ParameterStore', 'service: SecretsManager').replace('      rotateAfter', '      layout: pair\n      rotateAfter'), finds: ['layout-not-in-store 23:15 spec.credentials.accessKey.layout'], says: /layout: single/ },
  { what: 'a name that looks like what Secrets Manager adds to one', text: withNames('{ parameter: my-claude }').replace('service: ParameterStore', 'service: SecretsManager'), finds: ['parameter-name-malformed 24:23 spec.names.parameter'], says: /six characters.*my_claude/s },
  { what: 'a beginning of profile names that Bedrock does not take', text: withSpec('  names: { profile: bedrock_open.hands }'), finds: ['profile-name-malformed 24:21 spec.names.profile'], says: /single hyphens/ },
  { what: 'restarts in a window that is not declared', text: withSpec('  restart: window'), finds: ['restart-window-missing 24:12 spec.restart'], says: /restartWindow: \{ schedule/ },
  { what: 'a window that nothing looks at', text: withSpec('  restartWindow: { schedule: "0 2 * * *", duration: 2h }'), finds: ['restart-window-idle 24:3 spec.restartWindow'], says: /restart: window/ },
  ...['0 2 * * * *', '61 2 * * *', '0 0 31 2 *', 'at two in the night'].map((schedule) => ({
    what: `a window by the schedule ${schedule}`,
    text: withSpec(`  restart: window\n  restartWindow: { schedule: "${schedule}", duration: 2h }`),
    finds: ['schedule-malformed 25:30 spec.restartWindow.schedule'],
  })),
  { what: 'a window in a time zone that is none', text: withSpec('  restart: window\n  restartWindow: { schedule: "0 2 * * *", duration: 2h, timeZone: Asia/Tokio }'), finds: ['schedule-malformed 25:30 spec.restartWindow.schedule'], says: /Asia\/Tokyo/ },
  { what: 'an API key for OpenHands', text: changed('accessKey:', 'apiKey:'), finds: ['client-without-mode 15:15 spec.workloads[0].client'], says: /credentials\.accessKey for openhands/ },
  { what: 'a short-term API key in a store', text: withApiKey('term: short'), finds: ['field-missing 17:5 spec.credentials.apiKey', 'api-key-term-field 18:7 spec.credentials.apiKey.secretStore', 'api-key-term-field 23:7 spec.credentials.apiKey.rotateAfter'], says: /no store.*session renew/s },
  ...['12h', '36601d'].map((age) => ({ what: `an API key that ends after ${age}`, text: withApiKey(`expiresAfter: ${age}`), finds: ['api-key-age 24:21 spec.credentials.apiKey.expiresAfter'], says: /90d/ })),
  { what: 'an API key that ends before it is rotated', text: withApiKey('expiresAfter: 30d'), finds: ['api-key-age 24:21 spec.credentials.apiKey.expiresAfter'], says: /rotateAfter shorter than 30d/ },
  { what: 'two parameters for an API key', text: withApiKey('layout: pair'), finds: ['field-unknown 24:7 spec.credentials.apiKey.layout'] },
  { what: 'a key pair in the variables of an API key', text: changed('client: boto3', 'client: custom\n      environment: { K: "${accessKeyId}" }', withApiKey('term: long')), finds: ['placeholder-unknown 16:25 spec.workloads[0].environment.K'], says: /apiKey/ },
  { what: 'two modes at once', text: changed('    accessKey:', '    podIdentity: { cluster: lolice, region: us-west-2, serviceAccount: a }\n    accessKey:'), finds: ['credentials-mode-count 16:3 spec.credentials'] },
  { what: 'no mode at all', text: openhands.replace(/  credentials:[^]*30d\n/, '  credentials: {}\n'), finds: ['credentials-mode-count 16:3 spec.credentials'] },
  // names
  ...['aws-bedrock', 'SSM-key', '/aws/bedrock', '/Ssm/key', 'awsome'].map((name) => ({
    what: `the parameter name ${name} is refused before the apply`,
    text: withNames(`{ parameter: "${name}" }`),
    finds: ['parameter-name-reserved 24:23 spec.names.parameter'],
    says: /start with "(aws|ssm)"/,
  })),
  { what: 'a parameter of the pair with a reserved name', text: withNames('{ accessKeyIdParameter: ssm-id }'), finds: ['parameter-name-reserved 24:34 spec.names.accessKeyIdParameter'] },
  { what: 'a parameter name with levels and no leading slash', text: withNames('{ parameter: team/app }'), finds: ['parameter-name-malformed 24:23 spec.names.parameter'], says: /Write \/team\/app/ },
  { what: 'a parameter name of 16 levels', text: withNames(`{ parameter: ${'/a'.repeat(16)} }`), finds: ['parameter-name-malformed 24:23 spec.names.parameter'], says: /15/ },
  { what: 'a parameter name with a space', text: withNames('{ parameter: "my key" }'), finds: ['parameter-name-malformed 24:23 spec.names.parameter'] },
  { what: "a parameter name that exceeds 1,011 characters with its ARN", text: withNames(`{ parameter: ${'a'.repeat(1000)} }`), finds: ['value-too-long 24:23 spec.names.parameter'], says: /1011/ },
  { what: 'both halves of the pair in one parameter', text: withNames('{ accessKeyIdParameter: same, secretAccessKeyParameter: same }'), finds: ['names-equal 24:66 spec.names.secretAccessKeyParameter'] },
  { what: 'an IAM user name of 65 characters', text: withNames(`{ user: ${'u'.repeat(65)} }`), finds: ['value-too-long 24:18 spec.names.user'], says: /64/ },
  { what: 'a path in a user name', text: withNames('{ user: service/bedrock }'), finds: ['iam-name-malformed 24:18 spec.names.user'] },
  { what: 'a policy name that leaves no room for -2', text: withNames(`{ policy: ${'p'.repeat(126)} }`), finds: ['value-too-long 24:20 spec.names.policy'] },
  { what: 'an IAM path without its slashes', text: withNames('{ path: service }'), finds: ['iam-path-malformed 24:18 spec.names.path'] },
  { what: 'a Secret name with an underscore', text: withNames('{ secret: bedrock_credentials }'), finds: ['kubernetes-name-malformed 24:20 spec.names.secret'] },
  { what: 'a boundary of another account', text: withSpec('  permissionsBoundary: arn:aws:iam::999999999999:policy/b'), finds: ['account-mismatch 24:24 spec.permissionsBoundary'] },
  { what: 'a boundary that is no policy', text: withSpec('  permissionsBoundary: arn:aws:iam::123456789012:role/b'), finds: ['policy-arn-malformed 24:24 spec.permissionsBoundary'] },
  { what: 'a KMS key of another region', text: withSpec('  parameterKmsKeyId: arn:aws:kms:us-west-2:123456789012:alias/x'), finds: ['kms-key-elsewhere 24:22 spec.parameterKmsKeyId'], says: /ap-northeast-1/ },
  // store
  { what: 'a role for a store that exists already', text: changed(store, `${store}        role: arn:aws:iam::123456789012:role/eso\n`), finds: ['store-role-without-create 20:9 spec.credentials.accessKey.secretStore.role'] },
  // rotation in the cluster
  { what: 'a rotation without an identity', text: withRotation('identity: {}'), finds: ['rotation-identity-count 24:33 spec.credentials.accessKey.rotation.identity'], says: /role: arn/ },
  { what: 'a rotation with two identities', text: withRotation('identity: { secret: a, podIdentity: true }'), finds: ['rotation-identity-count 24:33 spec.credentials.accessKey.rotation.identity'], says: /secret and podIdentity/ },
  { what: 'a rotation of a key that never is due', text: withRotation('identity: { secret: a }').replace(/ *rotateAfter: 30d\n/, ''), finds: ['rotation-without-age 23:7 spec.credentials.accessKey.rotation'], says: /rotateAfter: 30d/ },
  { what: 'a schedule of four fields', text: withRotation('identity: { secret: a }, schedule: "17 * * *"'), finds: ['schedule-malformed 24:68 spec.credentials.accessKey.rotation.schedule'] },
  { what: 'a schedule at minute 60', text: withRotation('identity: { secret: a }, schedule: "60 * * * *"'), finds: ['schedule-malformed 24:68 spec.credentials.accessKey.rotation.schedule'], says: /minute: 60/ },
  { what: 'a CronJob name of 53 characters', text: withRotation(`identity: { secret: a }, name: ${'n'.repeat(53)}`), finds: ['value-too-long 24:64 spec.credentials.accessKey.rotation.name'], says: /52/ },
  { what: 'an image with a space', text: withRotation('identity: { secret: a }').replace('image: r/a:1', 'image: "a b"'), finds: ['image-malformed 24:26 spec.credentials.accessKey.rotation.image'] },
  // renewal in the cluster
  { what: 'a renewal without an identity', text: withSession('1h', 'identity: {}'), finds: ['renewal-identity-count 17:138 spec.credentials.session.renewal.identity'] },
  { what: 'a renewal as a role where a user is the renewer', text: withSession('1h', 'identity: { role: "arn:aws:iam::123456789012:role/ci" }'), finds: ['renewal-identity-differs 17:138 spec.credentials.session.renewal.identity'], says: /role is arn:aws:iam::123456789012:role\/ci; the renewer is arn:aws:iam::123456789012:user\/ci.*a user by a Secret/ },
  { what: 'a renewal by an association where a user is the renewer', text: withSession('1h', 'identity: { podIdentity: true }'), finds: ['renewal-identity-differs 17:138 spec.credentials.session.renewal.identity'], says: /gives a role, and no user/ },
  { what: 'a renewal by a key where a role is the renewer', text: withSession('1h', 'identity: { secret: a }').replace('user/ci', 'role/ci'), finds: ['renewal-identity-differs 17:138 spec.credentials.session.renewal.identity'], says: /a role has none/ },
  { what: 'a renewal every half an hour of a session of an hour', text: withSession('1h', 'identity: { secret: a }, schedule: "*/30 * * * *"'), finds: ['renewal-too-rare 17:173 spec.credentials.session.renewal.schedule'], says: /has no run for 30 min, and a session lasts 1 h here.*in every 28 min.*\*\/5 \* \* \* \*/ },
  { what: 'a renewal that rests at night', text: withSession('1h', 'identity: { secret: a }, schedule: "*/5 6-23 * * *"'), finds: ['renewal-too-rare 17:173 spec.credentials.session.renewal.schedule'] },
  { what: 'a renewal that rests on Sundays', text: withSession('1h', 'identity: { secret: a }, schedule: "*/5 * * * 1-6"'), finds: ['renewal-too-rare 17:173 spec.credentials.session.renewal.schedule'] },
  { what: 'a renewal every six minutes of a session of fifteen', text: withSession('15m', 'identity: { secret: a }, schedule: "*/6 * * * *"'), finds: ['renewal-too-rare 17:174 spec.credentials.session.renewal.schedule'], says: /\*\/2 \* \* \* \*/ },
  { what: 'a renewal at minute 60', text: withSession('1h', 'identity: { secret: a }, schedule: "60 * * * *"'), finds: ['schedule-malformed 17:173 spec.credentials.session.renewal.schedule'] },
  { what: 'a renewal of a long-term API key', text: withApiKey('renewal: { image: r/a:1, identity: { secret: a } }'), finds: ['api-key-term-field 24:7 spec.credentials.apiKey.renewal'] },
  // models
  { what: 'two default models', text: secondModel('{ id: us.anthropic.claude-haiku-4-5-20251001-v1:0, role: default }'), finds: ['default-model-twice 12:64 spec.models[1].role'] },
  { what: 'a role that two models have', text: secondModel('{ id: a, role: haiku }\n    - { id: b, role: haiku }'), finds: ['model-role-twice 13:22 spec.models[2].role'] },
  { what: 'a single model with a role of its own', text: changed('role: default', 'role: haiku'), finds: ['default-model-missing 9:3 spec.models'] },
  { what: 'a model that is declared twice', text: secondModel('{ id: us.anthropic.claude-sonnet-4-6, role: other }'), finds: ['model-declared-twice 12:13 spec.models[1].id'] },
  // workloads
  { what: 'a workload that is declared twice', text: changed('      client: openhands\n', '      client: openhands\n    - { kind: Deployment, name: openhands, client: boto3, containers: [sidecar] }\n'), finds: ['workload-declared-twice 16:33 spec.workloads[1].name'] },
  { what: 'a container that is named twice', text: changed('client: openhands', 'client: openhands\n      containers: [a, b, a]'), finds: ['container-twice 16:26 spec.workloads[0].containers[2]'] },
  { what: 'variables for a client that knows its own', text: changed('client: openhands', 'client: openhands\n      environment: { A: b }'), finds: ['environment-without-custom 16:7 spec.workloads[0].environment'] },
  { what: 'a custom client without variables', text: changed('client: openhands', 'client: custom'), finds: ['environment-missing 15:15 spec.workloads[0].client'] },
  { what: 'a variable name with a hyphen', text: changed('client: openhands', 'client: custom\n      environment: { MY-VAR: x }'), finds: ['variable-name-malformed 16:22 spec.workloads[0].environment.MY-VAR'] },
  { what: 'a placeholder that is misspelt', text: changed('client: openhands', 'client: custom\n      environment: { R: "${regoin}" }'), finds: ['placeholder-unknown 16:25 spec.workloads[0].environment.R'], says: /Write \$\{region\}/ },
  { what: 'a placeholder of a role that no model has', text: changed('client: openhands', 'client: custom\n      environment: { M: "${model.fast}" }'), finds: ['placeholder-unknown 16:25 spec.workloads[0].environment.M'] },
  { what: 'half a key within other text', text: changed('client: openhands', 'client: custom\n      environment: { K: "id=${accessKeyId}" }'), finds: ['placeholder-unknown 16:25 spec.workloads[0].environment.K'], says: /stand alone/ },
  { what: 'a credential in the declaration', text: changed('client: openhands', 'client: custom\n      environment: { AWS_SECRET_ACCESS_KEY: wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYAB }'), finds: ['secret-in-declaration 16:45 spec.workloads[0].environment.AWS_SECRET_ACCESS_KEY'] },
  // endpoint
  { what: 'a plain http endpoint', text: withSpec('  endpoint: { url: "http://bedrock.example.com" }'), finds: ['endpoint-url-malformed 24:20 spec.endpoint.url'] },
  { what: 'an endpoint with a password', text: withSpec('  endpoint: { url: "https://user:pw@host" }'), finds: ['endpoint-url-malformed 24:20 spec.endpoint.url'] },
  { what: 'url and fips together', text: withSpec('  endpoint: { url: "https://host.example", fips: true }'), finds: ['endpoint-ambiguous 24:50 spec.endpoint.fips'] },
  { what: 'fips where there is none', text: changed('us-west-2', 'ap-northeast-1', withSpec('  endpoint: { fips: true }')), finds: ['fips-endpoint-missing 24:21 spec.endpoint.fips'] },
  { what: 'two conditions that no call can meet', text: withSpec('  endpoint: { sourceVpce: vpce-0123456789abcdef0, sourceIp: [203.0.113.0/24] }'), finds: ['endpoint-conditions-exclude 24:51 spec.endpoint.sourceIp'] },
  { what: 'an address that is no network', text: withSpec('  endpoint: { sourceIp: [203.0.113.0/33] }'), finds: ['network-malformed 24:26 spec.endpoint.sourceIp[0]'] },
];

for (const { what, text, finds, says } of cases) {
  test(what, () => {
    const { accesses, findings } = parseAccess(text, { file: 'openhands.yaml' });
    assert.equal(accesses.length, 0);
    assert.deepEqual(findings.map(line), finds);
    if (says !== undefined) assert.match(findings.map(({ message, remedy }) => `${message} ${remedy}`).join('\n'), says);
    for (const finding of findings) {
      assert.equal(finding.place?.file, 'openhands.yaml');
      assert.ok(finding.message !== '' && finding.cause !== '' && finding.remedy !== '');
    }
  });
}

test('all problems of a declaration are reported at once, in the order of their lines', () => {
  const { findings } = parseAccess(changed('30d', '3w', changed('us-west-2', '9', changed('client: openhands', 'client: x'))));
  assert.deepEqual(findings.map(line), ['field-type 8:11 spec.region', 'value-unknown 15:15 spec.workloads[0].client', 'duration-malformed 23:20 spec.credentials.accessKey.rotateAfter']);
});

test('no finding repeats what looks like a secret', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const texts = [changed('30d', secret), changed('us-west-2', `[${secret}`), changed('us-west-2', `"${secret}" ${secret}`), changed('us-west-2', `!${secret} x`), changed('BedrockAccess', secret), withSpec('  endpoint: { url: "https://user:hunter2@host" }')];
  for (const text of texts) {
    const { findings } = parseAccess(text);
    assert.ok(findings.length > 0);
    for (const hidden of [secret, 'hunter2']) assert.ok(!JSON.stringify(findings).includes(hidden), JSON.stringify(findings));
  }
});
