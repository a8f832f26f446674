/** The habits that an export follows: found in the repositories, each open to `--style key=value`. */
import { AccessError } from '../../errors/error.ts';
import { nearest } from '../../bedrock/nearest.ts';
import type { StoreName } from './store-habit.ts';

export interface ExportStyle {
  /** Who makes the access key: the program (never in Terraform's state), or Terraform (the original request's way). */
  readonly keys: 'program' | 'terraform';
  /** `tfaction`: a folder with everything that its workflow needs; `root`: a root module; `module`: called by others. */
  readonly skeleton: 'tfaction' | 'root' | 'module';
  /** The folder of the root module that calls a module which is written for others, or `none`; without it the one that calls those beside it. */
  readonly call?: string;
  readonly policy: 'jsonencode' | 'document';
  readonly partition: 'data' | 'literal';
  /** Where names and tags stand: in the argument, as the default of a `variable`, or in `locals`. */
  readonly variables: 'literals' | 'variables' | 'locals';
  readonly comments: 'en' | 'ja' | 'none';
  /** Tags that the repository puts on everything. */
  readonly tags: Readonly<Record<string, string>>;
  /** File of users and policies, and of parameters. */
  readonly iamFile: string;
  readonly parameterFile: string;
  readonly iamNames: 'kebab' | 'snake';
  readonly iamPath: string;
  /** A parameter's name, with `{app}`, `{thing}` or `{THING}`: `bedrock-{app}-{thing}`, `/lolice/{app}/{THING}`. */
  readonly parameterName: string;
  readonly externalSecretVersion: 'v1' | 'v1beta1';
  readonly refreshInterval: string;
  /** The store that the ExternalSecret names; without it the declared one. */
  readonly store?: StoreName;
  readonly documents: 'one-file' | 'file-each';
  readonly listIndent: 0 | 2;
  readonly indent: 2 | 4;
  readonly quotes: 'plain' | 'single' | 'double';
  readonly yamlExtension: 'yaml' | 'yml';
  /** Of new files; those that are there keep theirs. */
  readonly lineEndings: 'lf' | 'crlf';
  /** Does CI apply what is merged? Then a removal takes two merges. */
  readonly applies: 'on-merge' | 'by-hand';
}

interface StyleKey {
  /** What it takes, for the message. */
  readonly takes: string;
  readonly read: (value: string) => Partial<ExportStyle> | undefined;
}

function oneOf<Value extends string>(values: readonly Value[], make: (value: Value) => Partial<ExportStyle>): StyleKey {
  return {
    takes: values.join(', '),
    read: (written) => {
      const value = values.find((candidate) => candidate === written);
      return value === undefined ? undefined : make(value);
    },
  };
}

function matching(pattern: RegExp, takes: string, make: (value: string) => Partial<ExportStyle>): StyleKey {
  return { takes, read: (value) => (pattern.test(value) ? make(value) : undefined) };
}

/** By the name that `--style` uses. */
export const styleKeys: Readonly<Record<string, StyleKey>> = {
  skeleton: oneOf(['tfaction', 'root', 'module'], (skeleton) => ({ skeleton })),
  call: matching(/^[\w./-]+$/, 'a folder, infra/prod, or none', (call) => ({ call })),
  policy: oneOf(['jsonencode', 'document'], (policy) => ({ policy })),
  partition: oneOf(['data', 'literal'], (partition) => ({ partition })),
  variables: oneOf(['literals', 'variables', 'locals'], (variables) => ({ variables })),
  comments: oneOf(['en', 'ja', 'none'], (comments) => ({ comments })),
  tags: {
    takes: 'Key:value pairs, Project:lolice;Team:ai',
    read: (value) => {
      const pairs = value === '' ? [] : value.split(';').map((pair) => /^([^:]+):(.*)$/.exec(pair));
      return pairs.every((pair) => pair !== null) ? { tags: Object.fromEntries(pairs.map((pair) => [pair[1], pair[2]])) } : undefined;
    },
  },
  'iam-file': matching(/^[\w.-]+\.tf$/, 'a file name, iam.tf', (iamFile) => ({ iamFile })),
  'parameter-file': matching(/^[\w.-]+\.tf$/, 'a file name, ssm.tf', (parameterFile) => ({ parameterFile })),
  'iam-names': oneOf(['kebab', 'snake'], (iamNames) => ({ iamNames })),
  'iam-path': matching(/^\/([!-.0-~]+\/)*$/, 'a path, /service/', (iamPath) => ({ iamPath })),
  'parameter-name': matching(/^[\w./{}-]*\{(thing|THING)\}$/, 'a pattern with {app} and {thing} or {THING}, /lolice/{app}/{THING}', (parameterName) => ({ parameterName })),
  'external-secret': oneOf(['v1', 'v1beta1'], (externalSecretVersion) => ({ externalSecretVersion })),
  'refresh-interval': matching(/^(\d+(h|m|s))+$/, 'a duration, 1h', (refreshInterval) => ({ refreshInterval })),
  store: {
    takes: 'kind and name, ClusterSecretStore/parameterstore',
    read: (value) => {
      const [, kind, name] = /^(ClusterSecretStore|SecretStore)\/([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/.exec(value) ?? [];
      return name === undefined ? undefined : { store: { kind: kind === 'SecretStore' ? kind : 'ClusterSecretStore', name } };
    },
  },
  documents: oneOf(['one-file', 'file-each'], (documents) => ({ documents })),
  'list-indent': oneOf(['0', '2'], (value) => ({ listIndent: value === '0' ? 0 : 2 })),
  indent: oneOf(['2', '4'], (value) => ({ indent: value === '2' ? 2 : 4 })),
  quotes: oneOf(['plain', 'single', 'double'], (quotes) => ({ quotes })),
  'line-endings': oneOf(['lf', 'crlf'], (lineEndings) => ({ lineEndings })),
  extension: oneOf(['yaml', 'yml'], (yamlExtension) => ({ yamlExtension })),
  applies: oneOf(['on-merge', 'by-hand'], (applies) => ({ applies })),
};

/** Reads `--style key=value`, each once or the last wins. @throws AccessError `export-style` */
export function parseStyle(written: readonly string[]): Partial<ExportStyle> {
  return Object.assign({}, ...written.map(parseOne));
}

function parseOne(written: string): Partial<ExportStyle> {
  const at = written.indexOf('=');
  const name = at < 0 ? written : written.slice(0, at);
  const key = Object.hasOwn(styleKeys, name) ? styleKeys[name] : undefined;
  const read = at < 0 ? undefined : key?.read(written.slice(at + 1));
  if (read !== undefined) return read;
  const names = Object.keys(styleKeys);
  throw new AccessError('export-style', key === undefined ? `--style ${written}: there is no style ${JSON.stringify(name)}` : `--style ${written}: ${name} takes ${key.takes}`, {
    cause: key === undefined ? `Did you mean ${nearest(name, names, 1)[0] ?? names[0]}?` : 'The value is none of those.',
    remedy: `Styles are ${names.join(', ')}. Without --style the habits of the repositories are followed.`,
  });
}
