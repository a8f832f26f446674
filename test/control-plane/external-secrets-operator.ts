/** The real External Secrets Operator (v0.20.4) on a real control plane, pointed at some SSM, Secrets Manager and STS. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { call } from './api-connection.ts';
import { answers, type ControlPlane } from './control-plane.ts';
import { onFreePorts } from './free-ports.ts';
import { goPrograms } from './go-programs.ts';
import type { RunFolder, StartedProcess } from './run-folder.ts';

export interface OperatorOptions {
  /** `http://127.0.0.1:PORT` of SSM, Secrets Manager and STS. */
  readonly awsEndpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** Installs the CustomResourceDefinitions and starts the operator. @throws SetupError */
export async function startExternalSecretsOperator(folder: RunFolder, plane: ControlPlane, options: OperatorOptions, tell: (line: string) => void): Promise<StartedProcess> {
  const programs = await goPrograms('external-secrets', tell);
  for (const document of parseAllDocuments(readFileSync(join(programs, 'external-secrets-crds.yaml'), 'utf8'))) {
    const definition: unknown = document.toJSON();
    const name = nameOf(definition);
    const answer = await call(plane, 'PATCH', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}?fieldManager=conformance&force=true`, {
      body: definition,
      contentType: 'application/apply-patch+yaml',
    });
    if (answer.status >= 300) throw new Error(`the definition ${name} was refused: ${answer.text}`);
  }
  return onFreePorts(2, async (metricsPort, livePort) => {
    const started = folder.start(
      'external-secrets',
      join(programs, 'external-secrets'),
      [`--metrics-addr=127.0.0.1:${metricsPort}`, `--live-addr=127.0.0.1:${livePort}`, '--concurrent=2', '--loglevel=info'],
      {
        KUBECONFIG: plane.kubeconfigFile,
        AWS_SSM_ENDPOINT: options.awsEndpoint,
        AWS_SECRETSMANAGER_ENDPOINT: options.awsEndpoint,
        AWS_STS_ENDPOINT: options.awsEndpoint,
        AWS_REGION: options.region,
        AWS_ACCESS_KEY_ID: options.accessKeyId,
        AWS_SECRET_ACCESS_KEY: options.secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    );
    await folder.until(started, () => answers(`http://127.0.0.1:${metricsPort}/metrics`));
    return started;
  });
}

function nameOf(definition: unknown): string {
  const metadata = typeof definition === 'object' && definition !== null && 'metadata' in definition ? definition.metadata : undefined;
  const name = typeof metadata === 'object' && metadata !== null && 'name' in metadata ? metadata.name : undefined;
  if (typeof name !== 'string') throw new Error('a definition has no name');
  return name;
}
