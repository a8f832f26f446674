import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { AccessError } from '../errors/error.ts';
import type { Connection } from './connection.ts';
import { inClusterConnection } from './in-cluster.ts';
import { fieldsOf, listOf, textOf } from './json.ts';
import type { Fields } from './json.ts';

export interface KubeconfigChoice {
  /** A file; else `KUBECONFIG` (several files, merged), else `~/.kube/config`, else the pod's service account. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Finds out which cluster to talk to and as whom, the way that kubectl does ("Organizing Cluster Access Using kubeconfig Files"). */
export async function connectionOf(choice: KubeconfigChoice): Promise<Connection> {
  const named = choice.kubeconfig ?? textOf(choice.environment['KUBECONFIG']);
  const home = textOf(choice.environment['HOME']) ?? textOf(choice.environment['USERPROFILE']);
  const files = named !== undefined ? named.split(delimiter).filter((file) => file !== '') : home === undefined ? [] : [join(home, '.kube', 'config')];
  const present = files.filter((file) => existsSync(file));
  if (present.length === 0) {
    const pod = named === undefined && choice.context === undefined ? inClusterConnection(choice.environment) : undefined;
    if (pod !== undefined) return pod;
    throw new AccessError('kubeconfig-missing', `no kubeconfig was found${files.length === 0 ? '' : ` at ${files.join(' or ')}`}`, {
      cause: 'Which cluster to use is read from a kubeconfig, and this program does not run in a pod with a service account.',
      remedy: 'Set KUBECONFIG (or pass --kubeconfig FILE), or try it without a cluster: `bedrock-access sandbox`.',
    });
  }
  return fromFiles(present, choice.context);
}

async function fromFiles(files: readonly string[], wanted: string | undefined): Promise<Connection> {
  const parsed = files.map((file) => ({ file, content: read(file) }));
  const contextName = wanted ?? parsed.map(({ content }) => textOf(content['current-context'])).find((name) => name !== undefined);
  const contextNames = parsed.flatMap(({ content }) => listOf(content['contexts']).map((entry) => textOf(fieldsOf(entry)['name']) ?? ''));
  if (contextName === undefined) throw invalid(files, 'no current context is set', `Choose one with --context (${contextNames.join(', ') || 'there is none'}) or \`kubectl config use-context\`.`);
  const context = entry(parsed, 'contexts', contextName, 'context');
  if (context === undefined) throw invalid(files, `there is no context "${contextName}"`, `Choose one with --context: ${contextNames.join(', ') || 'there is none'}.`);
  const clusterName = textOf(context.fields['cluster']) ?? '';
  const cluster = entry(parsed, 'clusters', clusterName, 'cluster');
  const server = textOf(cluster?.fields['server']);
  if (cluster === undefined || server === undefined) throw invalid(files, `the context "${contextName}" names the cluster "${clusterName}", which has no server`, 'Add the cluster, or choose another context.');
  if (textOf(cluster.fields['proxy-url']) !== undefined) throw invalid(files, `the cluster "${clusterName}" is reached through a proxy (proxy-url), which is not supported`, 'Open a tunnel and name its address as the server.');
  const userName = textOf(context.fields['user']) ?? '';
  const user = entry(parsed, 'users', userName, 'user') ?? { fields: {}, file: cluster.file };
  const namespace = textOf(context.fields['namespace']);
  const ca = material(cluster, 'certificate-authority');
  const serverName = textOf(cluster.fields['tls-server-name']);
  const base = {
    server: server.replace(/\/+$/, ''),
    context: contextName,
    ...(namespace === undefined ? {} : { namespace }),
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === undefined ? {} : { serverName }),
    trustsAnyCertificate: cluster.fields['insecure-skip-tls-verify'] === true,
  };
  return { ...base, ...(await identity(user, files, contextName)) };
}

/** Certificates and tokens are read here; plugins and OIDC are left to the official library, loaded only for them. */
async function identity(user: Entry, files: readonly string[], context: string): Promise<Pick<Connection, 'certificate' | 'key' | 'headers'>> {
  const fields = user.fields;
  if (fields['exec'] !== undefined || fields['auth-provider'] !== undefined) {
    const { pluginIdentity } = await import('./plugin-user.ts');
    return pluginIdentity(files, context);
  }
  const certificate = material(user, 'client-certificate');
  const key = material(user, 'client-key');
  const impersonation: Record<string, string> = {};
  const as = textOf(fields['as']);
  if (as !== undefined) impersonation['impersonate-user'] = as;
  const groups = listOf(fields['as-groups']).filter((group) => typeof group === 'string');
  if (groups.length > 0) impersonation['impersonate-group'] = groups.join(', ');
  const tokenFile = textOf(fields['tokenFile']);
  const token = textOf(fields['token']);
  const userName = textOf(fields['username']);
  return {
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    headers: () => {
      // A token file goes before a token (client-go, clientcmd) and is read each time, since it is renewed in place.
      const bearer = tokenFile === undefined ? token : readFileSync(path(user.file, tokenFile), 'utf8').trim();
      const basic = userName === undefined ? undefined : `Basic ${Buffer.from(`${userName}:${textOf(fields['password']) ?? ''}`).toString('base64')}`;
      const authorization = bearer === undefined ? basic : `Bearer ${bearer}`;
      return Promise.resolve({ ...impersonation, ...(authorization === undefined ? {} : { authorization }) });
    },
  };
}

interface Entry {
  readonly fields: Fields;
  readonly file: string;
}

/** Of several files that define the same name the first one wins (kubectl's merge rule). */
function entry(parsed: readonly { readonly file: string; readonly content: Fields }[], list: string, name: string, field: string): Entry | undefined {
  for (const { file, content } of parsed) {
    const found = listOf(content[list]).map(fieldsOf).find((candidate) => candidate['name'] === name);
    if (found !== undefined) return { fields: fieldsOf(found[field]), file };
  }
  return undefined;
}

/** `<name>-data` holds base64 and goes before `<name>`, a file relative to its kubeconfig. */
function material(from: Entry, name: string): string | undefined {
  const inline = textOf(from.fields[`${name}-data`]);
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
  const file = textOf(from.fields[name]);
  if (file === undefined) return undefined;
  try {
    return readFileSync(path(from.file, file), 'utf8');
  } catch (error) {
    throw invalid([from.file], `${name} cannot be read: ${path(from.file, file)}`, 'Correct the path, or embed the content with `kubectl config view --flatten`.', error);
  }
}

function path(kubeconfig: string, file: string): string {
  return isAbsolute(file) ? file : join(dirname(kubeconfig), file);
}

function read(file: string): Fields {
  try {
    return fieldsOf(parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw invalid([file], 'it cannot be read as YAML', 'Check it with `kubectl config view`.', error);
  }
}

function invalid(files: readonly string[], what: string, remedy: string, origin?: unknown): AccessError {
  return new AccessError('kubeconfig-invalid', `kubeconfig ${files.join(', ')}: ${what}`, {
    cause: 'The kubeconfig decides which cluster is used and as whom.',
    remedy,
    ...(files[0] === undefined ? {} : { place: { file: files[0] } }),
    ...(origin === undefined ? {} : { origin }),
  });
}
