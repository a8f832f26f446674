import { nearestRegion, partitionOf } from '../../bedrock/regions.ts';
import { parseBedrockArn } from '../bedrock-arn.ts';
import type { RepositoryFacts, Text } from '../facts.ts';
import { containersOf, grants, regionVariables } from '../identity.ts';
import type { Rule } from '../rule.ts';

export const unknownRegion: Rule = {
  id: 'unknown-region',
  severity: 'error',
  summary: 'A region that does not exist.',
  *check(facts) {
    for (const { text, where } of regions(facts)) {
      if (!text.known || text.text === '' || /[*?${]/.test(text.text) || partitionOf(text.text) !== undefined) continue;
      const meant = nearestRegion(text.text);
      yield {
        message: `${where}: "${text.text}" is no AWS region`,
        cause: 'No partition of AWS has a region of that name; calls there find no endpoint, and ARNs with it match nothing.',
        remedy: meant === undefined ? 'Use a region id such as `us-west-2`.' : `Did you mean \`${meant}\`?`,
        place: text.place,
        ...(meant === undefined ? {} : { fix: { place: text.place, find: text.text, text: meant } }),
      };
    }
  },
  examples: {
    bad: { 'terraform/variables.tf': 'variable "region" {\n  type    = string\n  default = "asia-northeast-1"\n}\n' },
    good: { 'terraform/variables.tf': 'variable "region" {\n  type    = string\n  default = "ap-northeast-1"\n}\n' },
  },
};

function regions(facts: RepositoryFacts): readonly { readonly text: Text; readonly where: string }[] {
  return [
    ...facts.regions.map(({ region, where }) => ({ text: region, where })),
    ...facts.stores.flatMap((store) => (store.region ? [{ text: store.region, where: `${store.kind} ${store.name}` }] : [])),
    ...containersOf(facts).flatMap(({ workload, container }) =>
      container.environment.flatMap(({ name, value, valuePlace }) => (value !== undefined && regionVariables.includes(name) ? [{ text: { text: value, known: true, place: valuePlace }, where: `${name} of ${workload.kind} ${workload.name}` }] : [])),
    ),
    // A region that comes from a variable is reported at the variable; here only those written into the ARN itself.
    ...grants(facts).flatMap(({ policies }) =>
      policies.flatMap((policy) =>
        policy.statements.flatMap(({ resources }) =>
          resources.flatMap((resource) => {
            const region = parseBedrockArn(resource.text)?.region ?? /^arn:[^:]*:(?:ssm|secretsmanager):([^:]*):/.exec(resource.text)?.[1];
            const fromVariable = facts.regions.some((known) => known.region.text === region);
            return region === undefined || fromVariable ? [] : [{ text: { text: region, known: true, place: resource.place }, where: policy.address }];
          }),
        ),
      ),
    ),
  ];
}
