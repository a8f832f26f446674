import type { PolicyDocument, PolicyStatement } from '../policy/types.ts';
import { trustOf, type Trust } from '../policy/trust.ts';
import type { PolicyFact, Text } from './facts.ts';

/** Stands for what a repository does not tell: no stranger has it. */
const unknown = '123456789012';

/** Whom a trust policy lets in as it is written, by the same judgement as the live one (`policy/trust.ts`). */
export function writtenTrust(policy: PolicyFact): Trust {
  return trustOf(`arn:aws:iam::${unknown}:role/${policy.name ?? 'role'}`, documentOf(policy));
}

function documentOf({ statements }: PolicyFact): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: statements.map(({ effect, actions, principals, conditions }): PolicyStatement => {
      const condition: Record<string, Record<string, readonly string[]>> = {};
      for (const { operator, key, values } of conditions) (condition[operator] ??= {})[key] = known(values);
      const byType = Map.groupBy(principals, ({ type }) => type);
      return {
        Effect: effect === 'Deny' ? 'Deny' : 'Allow',
        Action: known(actions),
        Principal: Object.fromEntries([...byType].map(([type, all]) => [type, known(all.map(({ identifier }) => identifier))])),
        ...(conditions.length > 0 ? { Condition: condition } : {}),
      };
    }),
  };
}

/** Policy variables stay; what Terraform fills in is not known here. */
function known(texts: readonly Text[]): string[] {
  return texts.map(({ text }) => text.replaceAll(/\$\{(?!aws:)[^}]*\}/g, unknown));
}
