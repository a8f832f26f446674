import actionTable from '../bedrock-actions.json' with { type: 'json' };
import { parseBedrockArn } from '../bedrock-arn.ts';
import { grants } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { invokeActions, policyWith, sonnetResources } from './examples.ts';

/** Action in lower case to the resource types that it can be scoped to; an empty list means `*` only. */
const resourceTypes: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(actionTable.actions).map(([action, types]) => [`bedrock:${action.toLowerCase()}`, types]));

export const actionNeverMatches: Rule = {
  id: 'action-never-matches',
  severity: 'error',
  summary: 'An action that can never match the resources beside it.',
  *check(facts) {
    for (const { statements } of grants(facts)) {
      for (const { effect, actions, resources, notResources } of statements) {
        if (effect !== 'Allow' || resources.length === 0 || notResources.length > 0) continue;
        const types = resources.map(({ text }) => (text === '*' || text.includes('*:*') ? '*' : parseBedrockArn(text)?.type));
        if (types.some((type) => type === undefined || /[*?$]/.test(type))) continue;
        for (const action of actions) {
          const possible = resourceTypes.get(action.text.toLowerCase());
          if (!possible || possible.some((type) => types.includes(type))) continue;
          const scope = possible.length === 0 ? 'it has no resource type and needs `Resource: "*"`' : `it applies to ${possible.join(', ')}`;
          yield {
            message: `${action.text} never matches here: the statement's resources are of type ${[...new Set(types)].join(', ')}`,
            cause: `In the service authorization reference ${scope}.`,
            remedy: possible.length === 0 ? `Put it into a statement of its own with \`Resource: "*"\`, or drop it if the workload does not call it.` : 'Drop it, or give it a resource of that type.',
            place: action.place,
          };
        }
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith([...invokeActions, 'bedrock:ListFoundationModels'], sonnetResources) },
    good: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources) },
  },
};
