import { grants } from '../identity.ts';
import { invokes } from '../models-named.ts';
import type { Rule } from '../rule.ts';
import { invokeActions, policyWith, sonnetResources } from './examples.ts';

export const boundaryMissing: Rule = {
  id: 'boundary-missing',
  severity: 'info',
  summary: 'A principal that calls Bedrock has no permissions boundary.',
  *check(facts) {
    for (const { principal, statements } of grants(facts)) {
      if (!statements.some(({ effect, actions }) => effect === 'Allow' && actions.some(({ text }) => text.toLowerCase().startsWith('bedrock:') && invokes(text)))) continue;
      const holder = facts.principals.find(({ address }) => address === principal);
      if (!holder || holder.permissionsBoundary) continue;
      yield { message: `${holder.address} has no permissions boundary`, cause: 'A policy attached later, by mistake or by an attacker, takes effect whole.', remedy: 'Set `permissions_boundary` to a policy that allows no more than calling models.', place: holder.place };
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources) },
    good: { 'terraform/iam.tf': policyWith(invokeActions, sonnetResources).replace('path = "/service/"', 'path = "/service/"\n  permissions_boundary = "arn:aws:iam::123456789012:policy/bedrock-boundary"') },
  },
};
