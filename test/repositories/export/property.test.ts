import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAccess } from '../../../src/access/parse.ts';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { partitionOf } from '../../../src/bedrock/regions.ts';
import { resolveModel } from '../../../src/bedrock/resolve.ts';
import { exportAccess } from '../../../src/repositories/export/export-access.ts';
import type { ExportRequest } from '../../../src/repositories/export/types.ts';
import { writeEdits } from '../../../src/repositories/export/write-edits.ts';
import { whileActive } from './applied-model.ts';
import { checkout } from './checkout.ts';
import { plainRepositories, tfactionRepositories, type Files } from './repositories.ts';
import { seededRandom } from '../../../src/sandbox/world.ts';
import { foundIn } from './exported.ts';

for (const applicationProfile of [false, true]) test(`for every model of the catalog${applicationProfile ? ', called through an application profile of its own' : ''}, export then check finds nothing`, async () => {
  const seed = Number(process.env['SEED'] ?? 11);
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const catalog = loadCatalog();
  let exported = 0;
  for (const model of catalog.models.values()) {
    const now = whileActive(model);
    const ways = [...model.onDemandRegions.map((region) => ({ id: model.modelId, region })), ...model.profiles.flatMap((id) => [...(catalog.profiles.get(id)?.routing.keys() ?? [])].map((region) => ({ id, region })))].filter(
      ({ id, region }) => resolveModel(id, { catalog, region, account: '123456789012', now }).ok,
    );
    if (ways.length === 0) continue;
    const { id, region } = pick(ways);
    const tfaction = random() < 0.5;
    const layout = pick(['single', 'pair']);
    const client = pick(['openhands', 'litellm', 'boto3', 'aws-sdk', 'claude-code', 'langchain']);
    const files: Files = tfaction ? tfactionRepositories : plainRepositories;
    const text = `apiVersion: bedrock-access.dev/v1alpha1
kind: BedrockAccess
metadata: ${tfaction ? '{ name: openhands, namespace: openhands }' : '{ name: worker, namespace: team }'}
spec:
  account: "123456789012"
  region: ${region}
  permissionsBoundary: arn:${partitionOf(region)}:iam::123456789012:policy/workloads
  models: [{ id: "${id}", role: default${applicationProfile ? ', applicationProfile: true' : ''} }]
  workloads: [{ ${tfaction ? 'kind: Deployment, name: openhands' : 'kind: StatefulSet, name: worker, containers: [worker]'}, client: ${client} }]
  credentials:
    accessKey:
      layout: ${layout}
      secretStore: ${tfaction ? `{ name: parameterstore, region: ${region.startsWith('us-gov-') ? region : 'ap-northeast-1'} }` : `{ kind: SecretStore, name: aws, region: ${region.startsWith('us-gov-') ? region : 'eu-central-1'} }`}
`;
    const copy = checkout({ ...files, 'access.yaml': text });
    const [terraform, manifests] = tfaction ? ['infra/terraform/aws/openhands', 'cluster/argoproj/openhands'] : ['infra', 'manifests'];
    const [declared] = parseAccess(text, { file: 'access.yaml' }).accesses;
    assert.ok(declared, `seed ${seed}: ${text}`);
    const request: ExportRequest = {
      declared,
      directory: copy.directory,
      declarationFile: join(copy.directory, 'access.yaml'),
      terraform: join(copy.directory, terraform),
      manifests: join(copy.directory, manifests),
      style: random() < 0.3 ? { policy: pick(['jsonencode', 'document']), partition: pick(['data', 'literal']), variables: pick(['literals', 'variables', 'locals']), listIndent: pick([0, 2]), quotes: pick(['plain', 'single', 'double']) } : {},
      keys: 'program',
      clusterId: '0b6c1f0e',
      catalog,
      now,
    };
    const found = (): Promise<readonly string[]> => foundIn(copy, tfaction ? 'cluster' : 'manifests', { terraform: tfaction ? 'infra/terraform/aws' : 'infra', now });
    const before = new Set(await found());
    writeEdits((await exportAccess(request)).edits);
    const after = await found();
    assert.deepEqual(
      after.filter((line) => !before.has(line)),
      [],
      `seed ${seed}: ${id} from ${region}, ${client}, ${layout}, ${tfaction ? 'tfaction' : 'plain'}`,
    );
    assert.deepEqual((await exportAccess(request)).edits, [], `seed ${seed}: a second run of ${id} changes something`);
    copy.remove();
    exported += 1;
  }
  assert.ok(exported >= catalog.models.size - 2, `only ${exported} of ${catalog.models.size} models could be exported`);
});
