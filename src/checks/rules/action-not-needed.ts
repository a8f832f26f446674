import { grants } from '../identity.ts';
import type { Rule } from '../rule.ts';
import { invokeActions, policyWith, sonnetResources } from './examples.ts';

/** What a workload that calls models can have a use for. */
const useful = /^bedrock:(invokemodel|invokemodelwithresponsestream|invokemodelwithbidirectionalstream|counttokens|listfoundationmodels|getfoundationmodel|listinferenceprofiles|getinferenceprofile|applyguardrail|callwithbearertoken|getfoundationmodelavailability)$/i;

export const actionNotNeeded: Rule = {
  id: 'action-not-needed',
  severity: 'warning',
  summary: 'An action of Bedrock that calling models does not need.',
  *check(facts) {
    for (const { statements } of grants(facts)) {
      // A policy that administers Bedrock is none of this rule's business.
      if (!statements.some(({ effect, actions }) => effect === 'Allow' && actions.some(({ text }) => /^bedrock:invokemodel/i.test(text)))) continue;
      for (const { effect, actions } of statements) {
        if (effect !== 'Allow') continue;
        for (const action of actions) {
          if (!/^bedrock:[A-Za-z]+$/.test(action.text) || useful.test(action.text)) continue;
          yield {
            message: `calling a model does not need ${action.text}`,
            cause: 'It belongs to customising or administering Bedrock; the workload never calls it.',
            remedy: 'Remove the action.',
            place: action.place,
          };
        }
      }
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith([...invokeActions, 'bedrock:ListModelCustomizationJobs'], ['*']) },
    good: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources) },
  },
};
