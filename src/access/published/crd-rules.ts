/**
 * What the API server checks beyond types, in CEL ("CRD validation rules"). Each says what a rule of `rules/` says;
 * whether a region or a model exists is left to the program. `path` is as for `schemaAt`.
 */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
}

const parameterName: readonly CelRule[] = [
  { rule: "!self.lowerAscii().matches('^/?(aws|ssm)')", message: 'Parameter Store refuses names that start with "aws" or "ssm"' },
  { rule: "self.startsWith('/') || !self.contains('/')", message: 'a parameter name with levels begins with "/"' },
];

const roleOfCreatedStore: readonly CelRule[] = [{ rule: '!has(self.role) || (has(self.create) && self.create)', message: 'role is for a store that is created' }];

const oneIdentity: readonly CelRule[] = [{ rule: '[has(self.role), has(self.secret), has(self.podIdentity) && self.podIdentity].filter(given, given).size() == 1', message: 'exactly one of role, secret and podIdentity must be set' }];

export const crdRules: readonly { readonly path: readonly string[]; readonly rules: readonly CelRule[] }[] = [
  { path: [], rules: [{ rule: "self.metadata.name.size() <= 63 && !self.metadata.name.contains('.')", message: 'metadata.name must be a DNS label of at most 63 characters' }] },
  {
    path: ['spec', 'credentials'],
    rules: [
      {
        rule: '[has(self.accessKey), has(self.webIdentity), has(self.podIdentity), has(self.rolesAnywhere), has(self.apiKey), has(self.session)].filter(mode, mode).size() == 1',
        message: 'exactly one credentials mode must be set',
      },
    ],
  },
  { path: ['spec'], rules: [{ rule: "(has(self.restart) && self.restart == 'window') == has(self.restartWindow)", message: 'restartWindow goes with restart: window, and only with it' }] },
  {
    path: ['spec', 'models'],
    rules: [
      { rule: "self.filter(model, has(model.role) && model.role == 'default').size() <= 1", message: 'only one model can be the default' },
      { rule: "self.exists(model, !has(model.role) || model.role == 'default')", message: 'one model must be the default' },
    ],
  },
  {
    path: ['spec', 'workloads', '[]'],
    rules: [{ rule: "(self.client == 'custom') == has(self.environment)", message: 'environment goes with client custom, and only with it' }],
  },
  { path: ['spec', 'credentials', 'accessKey', 'secretStore'], rules: roleOfCreatedStore },
  {
    path: ['spec', 'credentials', 'apiKey'],
    rules: [
      { rule: "has(self.renewer) == (has(self.term) && self.term == 'short')", message: 'renewer goes with term: short, and only with it' },
      { rule: "has(self.secretStore) != (has(self.term) && self.term == 'short')", message: 'secretStore goes with term: long, and only with it' },
      { rule: "!(has(self.rotateAfter) || has(self.expiresAfter) || has(self.rotation)) || !(has(self.term) && self.term == 'short')", message: 'rotateAfter, expiresAfter and rotation go with term: long only' },
      { rule: "!(has(self.sessionDuration) || has(self.role) || has(self.renewal)) || (has(self.term) && self.term == 'short')", message: 'sessionDuration, role and renewal go with term: short only' },
      { rule: '!has(self.rotation) || has(self.rotateAfter) || has(self.expiresAfter)', message: 'rotation needs rotateAfter or expiresAfter, which say when the key is due' },
    ],
  },
  { path: ['spec', 'credentials', 'apiKey', 'rotation', 'identity'], rules: oneIdentity },
  { path: ['spec', 'credentials', 'apiKey', 'renewal', 'identity'], rules: oneIdentity },
  { path: ['spec', 'credentials', 'session', 'renewal', 'identity'], rules: oneIdentity },
  {
    path: ['spec', 'credentials', 'session'],
    rules: [{ rule: "has(self.image) || (has(self.delivery) && self.delivery != 'sidecar')", message: 'image is needed for the sidecar' }],
  },
  { path: ['spec', 'credentials', 'apiKey', 'secretStore'], rules: roleOfCreatedStore },
  { path: ['spec', 'credentials', 'apiKey', 'expiresAfter'], rules: [{ rule: "self.endsWith('d')", message: 'whole days, such as 90d' }] },
  {
    path: ['spec', 'credentials', 'accessKey'],
    rules: [
      { rule: "!(has(self.layout) && self.layout == 'pair' && has(self.secretStore.service) && self.secretStore.service == 'SecretsManager')", message: 'layout pair is for Parameter Store' },
      { rule: '!has(self.rotation) || has(self.rotateAfter)', message: 'rotation needs rotateAfter, which says when the key is due' },
    ],
  },
  { path: ['spec', 'credentials', 'accessKey', 'rotation', 'identity'], rules: oneIdentity },
  {
    path: ['spec', 'endpoint'],
    rules: [
      { rule: '!(has(self.url) && has(self.fips) && self.fips)', message: 'url and fips exclude each other' },
      { rule: '!(has(self.sourceVpce) && has(self.sourceIp))', message: 'sourceVpce and sourceIp exclude each other' },
    ],
  },
  { path: ['spec', 'budget', 'monthly'], rules: [{ rule: "self.matches('[1-9]')", message: 'the amount must be above zero' }] },
  { path: ['spec', 'names', 'parameter'], rules: parameterName },
  { path: ['spec', 'names', 'accessKeyIdParameter'], rules: parameterName },
  { path: ['spec', 'names', 'secretAccessKeyParameter'], rules: parameterName },
];
