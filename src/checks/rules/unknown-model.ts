import { nearest } from '../../bedrock/nearest.ts';
import { namedModels } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { deploymentWith } from './examples.ts';

export const unknownModel: Rule = {
  id: 'unknown-model',
  severity: 'error',
  summary: 'A model or inference profile that the catalog does not know.',
  *check(facts, { catalog }) {
    const ids = [...catalog.models.keys(), ...catalog.profiles.keys()];
    const providers = new Set([...catalog.models.values()].map(({ provider }) => provider));
    for (const named of namedModels(facts)) {
      if (named.id.startsWith('arn:') || catalog.models.has(named.id) || catalog.profiles.has(named.id)) continue;
      const [first = '', second = ''] = named.id.split('.');
      const close = nearest(named.id, ids, 3);
      yield {
        message: `${named.where}: ${named.id} is neither a model nor an inference profile of the catalog of ${catalog.date}`,
        cause: 'It is misspelt, of a provider that the catalog does not hold, or newer than the catalog.',
        remedy: close.length > 0 ? `Did you mean ${close.map((id) => `\`${id}\``).join(' or ')}?` : '`bedrock-access models` lists what is known; `--catalog FILE` takes a newer catalog.',
        place: named.place,
        severity: providers.has(first) || providers.has(second) ? 'error' : 'info',
      };
    }
  },
  examples: {
    bad: { 'manifests/deployment.yaml': deploymentWith('- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonet-4-6 }') },
    good: { 'manifests/deployment.yaml': deploymentWith('- { name: BEDROCK_MODEL_ID, value: us.anthropic.claude-sonnet-4-6 }') },
  },
};
