/** Which names an export gives: those that the declaration writes, those of an earlier export, else in the repository's style. */
import { defaultNames } from '../../access/defaults.ts';
import type { Access, Names } from '../../access/types.ts';
import type { ExportStyle } from './style.ts';
import { getIn, isRecord } from './yaml-change.ts';

/** @param written the declaration as it is written; @param earlier the access that an earlier export wrote */
export function exportNames(access: Access, written: unknown, earlier: Access | undefined, style: Pick<ExportStyle, 'iamNames' | 'iamPath' | 'parameterName'>): Names {
  const explicit = getIn(written, ['spec', 'names']);
  const given: readonly string[] = isRecord(explicit) ? Object.keys(explicit) : [];
  const usual = earlier?.spec.names ?? styledNames(access, style);
  const choose = (name: keyof Names): string => (given.includes(name) ? access.spec.names[name] : usual[name]);
  return {
    user: choose('user'),
    path: choose('path'),
    policy: choose('policy'),
    profile: choose('profile'),
    parameter: choose('parameter'),
    accessKeyIdParameter: choose('accessKeyIdParameter'),
    secretAccessKeyParameter: choose('secretAccessKeyParameter'),
    secret: choose('secret'),
    environment: choose('environment'),
  };
}

function styledNames({ metadata, spec }: Access, style: Pick<ExportStyle, 'iamNames' | 'iamPath' | 'parameterName'>): Names {
  const usual = defaultNames(metadata.name);
  const iam = (name: string): string => (style.iamNames === 'snake' ? name.replaceAll('-', '_') : name);
  const flat = style.parameterName === 'bedrock-{app}-{thing}';
  const parameter = (thing: string): string => {
    // In a path that names no app the thing has to.
    const whole = style.parameterName.includes('{app}') ? `bedrock-${thing}` : `bedrock-${metadata.name}-${thing}`;
    return style.parameterName
      .replaceAll('{app}', metadata.name)
      .replaceAll('{thing}', whole)
      .replaceAll('{THING}', whole.toUpperCase().replaceAll('-', '_'));
  };
  return {
    ...usual,
    user: iam(usual.user),
    policy: iam(usual.policy),
    path: style.iamPath,
    ...(flat ? {} : spec.credentials.accessKey?.layout !== 'pair' ? { parameter: parameter('credentials') } : { accessKeyIdParameter: parameter('access-key-id'), secretAccessKeyParameter: parameter('secret-access-key') }),
  };
}

/** Names that are not the defaults: what the written declaration has to say. */
export function unusualNames(access: Access): Readonly<Record<string, string>> {
  const usual = defaultNames(access.metadata.name);
  return Object.fromEntries(Object.entries(access.spec.names).filter(([name, value]) => Reflect.get(usual, name) !== value).map(([name, value]) => [name, String(value)]));
}
