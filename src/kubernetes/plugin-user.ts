import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { AccessError } from '../errors/error.ts';
import type { Connection } from './connection.ts';

/**
 * Users whose credentials come from a command (`exec`) or an identity provider (`auth-provider: oidc`), through the
 * official library. Importing it costs some 500 ms, so only such users load this module.
 */
export async function pluginIdentity(files: readonly string[], context: string): Promise<Pick<Connection, 'certificate' | 'key' | 'headers'>> {
  const [first, ...others] = files;
  if (first === undefined) return { headers: () => Promise.resolve({}) };
  const config = new KubeConfig();
  config.loadFromFile(first);
  for (const file of others) {
    const further = new KubeConfig();
    further.loadFromFile(file);
    config.mergeConfig(further, true);
  }
  config.setCurrentContext(context);
  const begun = await ask(config, context);
  return {
    ...(typeof begun.cert === 'string' || Buffer.isBuffer(begun.cert) ? { certificate: begun.cert.toString() } : {}),
    ...(typeof begun.key === 'string' || Buffer.isBuffer(begun.key) ? { key: begun.key.toString() } : {}),
    // The library keeps the credential until it expires and then runs the plugin again.
    headers: async () => headersOf(await ask(config, context)),
  };
}

async function ask(config: KubeConfig, context: string): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (error) {
    throw new AccessError('cluster-credentials-failed', `the credential plugin of context "${context}" failed`, {
      cause: error instanceof Error ? error.message : String(error),
      remedy: 'Run `kubectl get namespaces` with the same context: it runs the same plugin and shows what it says. Sign in again where it asks for that.',
      origin: error,
    });
  }
}

function headersOf(options: RequestOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) if (typeof value === 'string') headers[name.toLowerCase()] = value;
  return headers;
}
