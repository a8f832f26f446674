/** Which AWS provider of a module works in a region, and the one that has to be added where none does. */
import { join } from 'node:path';
import type { TerraformModule } from '../terraform/types.ts';
import { hclText, labelOf, traversal, type HclBlockText, type HclExpression, type HclTraversal } from './hcl-emit.ts';
import { appendBlock } from './terraform-edit.ts';
import type { Workspace } from './workspace.ts';

export class RegionProviders {
  readonly #module: TerraformModule;
  readonly #assumed: string;
  readonly #added = new Map<string, string>();

  /** @param assumed where the module's own provider works, when that cannot be read */
  constructor(module: TerraformModule, assumed: string) {
    this.#module = module;
    this.#assumed = assumed;
  }

  /** Undefined for the module's own provider. */
  of(region: string): HclTraversal | undefined {
    const aws = this.#module.providers.filter(({ block }) => block.labels[0] === 'aws');
    const own = aws.find(({ attribute }) => attribute('alias') === undefined)?.attribute('region');
    if ((typeof own === 'string' ? own : this.#assumed) === region) return undefined;
    const there = aws.find(({ attribute }) => attribute('alias') !== undefined && attribute('region') === region)?.attribute('alias');
    const alias = typeof there === 'string' ? there : labelOf(region);
    if (alias !== there) this.#added.set(alias, region);
    return traversal('aws', alias);
  }

  /** Writes the providers that were asked for and are not there yet. */
  write(workspace: Workspace, directory: string, file: string, regionOf: (region: string) => HclExpression): void {
    for (const [alias, region] of this.#added) {
      const block: HclBlockText = { type: 'provider', labels: ['aws'], attributes: [['alias', hclText(alias)], ['region', regionOf(region)]] };
      appendBlock(workspace, join(directory, workspace.names(directory).includes('provider.tf') ? 'provider.tf' : file), block);
    }
  }
}
