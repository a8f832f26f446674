/** One model of the catalog through both repositories: exported, applied as Terraform, the program and Argo CD do, and called. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { parseAccess } from '../../../src/access/parse.ts';
import { loadCatalog } from '../../../src/bedrock/catalog.ts';
import { resolveModel } from '../../../src/bedrock/resolve.ts';
import type { Model } from '../../../src/bedrock/types.ts';
import { applyAccess } from '../../../src/engine/index.ts';
import { exportAccess } from '../../../src/repositories/export/export-access.ts';
import { writeEdits } from '../../../src/repositories/export/write-edits.ts';
import { today } from '../../cli/run-cli.ts';
import { events, failures, startEngineWorld, store } from '../../scenarios/engine-world.ts';
import { checkout } from './checkout.ts';
import { failedChecks } from './exported.ts';
import { playArgoCd } from './play-argo-cd.ts';
import { playTerraform } from './play-terraform.ts';
import { declarationFor, tfactionRepositories } from './repositories.ts';

export interface Way {
  readonly model: Model;
  readonly id: string;
  readonly region: string;
  readonly now: Date;
}

/** Each commercial way to call each model, on a day on which nothing is said against it. */
export function waysToCall(): readonly Way[] {
  const catalog = loadCatalog();
  return [...catalog.models.values()].flatMap((model) => {
    const now = whileActive(model);
    return [...model.onDemandRegions.map((region) => ({ id: model.modelId, region })), ...model.profiles.flatMap((id) => [...(catalog.profiles.get(id)?.routing.keys() ?? [])].map((region) => ({ id, region })))]
      .filter(({ id, region }) => !region.startsWith('us-gov-') && resolveModel(id, { catalog, region, account: '123456789012', now }).ok)
      .map(({ id, region }) => ({ model, id, region, now }));
  });
}

export async function exportedAppliedAndCalled({ id, region, now }: Way, applicationProfile: boolean): Promise<void> {
  const text = declarationFor('openhands')
    .replace('us.anthropic.claude-sonnet-4-6', JSON.stringify(id))
    .replace('us-west-2', region)
    .replace('role: default', `role: default${applicationProfile ? ', applicationProfile: true' : ''}`);
  const world = await startEngineWorld({ judged: false, objects: [store()], now });
  const copy = checkout({ ...tfactionRepositories, 'access.yaml': text });
  try {
    const context = await world.run();
    const [declared] = parseAccess(text, { file: 'access.yaml' }).accesses;
    assert.ok(declared, text);
    const exported = await exportAccess({
      declared,
      directory: copy.directory,
      declarationFile: join(copy.directory, 'access.yaml'),
      terraform: join(copy.directory, 'infra/terraform/aws/openhands'),
      manifests: join(copy.directory, 'cluster/argoproj/openhands'),
      style: {},
      keys: 'program',
      clusterId: context.clusterId,
      catalog: context.catalog,
      now,
    });
    writeEdits(exported.edits);
    await playTerraform(join(copy.directory, 'infra/terraform/aws/openhands'), context.aws);
    assert.deepEqual(failures(await events(applyAccess(exported.access, { ...context, only: ['access-key', 'ssm-parameter'] }))), []);
    await playArgoCd(copy.files(), world);
    await world.sandbox.clock.advance(60_000);
    assert.deepEqual(await failedChecks(exported.access, world), [], `${id} from ${region}`);
  } finally {
    copy.remove();
    await world.stop();
  }
}

/** Today, or the day before the first of the model's dates on which something is said against it anywhere. */
export function whileActive({ lifecycle }: Model): Date {
  const dates = [lifecycle, ...(lifecycle.regional ?? [])].flatMap(({ legacyDate, endOfLifeDate }) => [legacyDate, endOfLifeDate]).flatMap((date) => (date === undefined ? [] : [Date.parse(date) - 86_400_000]));
  return new Date(Math.min(today.getTime(), ...dates));
}
