import type { Rule } from '../rule.ts';

/** Systems Manager refuses names that begin with `aws` or `ssm`, in any case, also below a leading slash ("PutParameter", Name). */
const refused = /^\/?(aws|ssm)/i;

export const parameterNameRefused: Rule = {
  id: 'parameter-name-refused',
  severity: 'error',
  summary: 'A parameter whose name begins with `aws` or `ssm`, which fails only at apply.',
  *check(facts) {
    for (const { name, service } of facts.parameters) {
      if (service !== 'ParameterStore') continue;
      const prefix = refused.exec(name.text)?.[1];
      if (prefix === undefined) continue;
      const proposal = name.text.replace(/^(\/?)(aws|ssm)[-_/.]?/i, (_whole, slash: string, word: string) => `${slash}${word.toLowerCase() === 'ssm' ? 'parameter-' : 'amazon-'}`);
      yield {
        message: `the parameter name "${name.text}" is refused by Systems Manager`,
        cause: `Names that begin with "${prefix}" are reserved; Terraform's plan does not say so, PutParameter does.`,
        remedy: `Choose another name, for example "${proposal}", and use it in the ExternalSecret too.`,
        place: name.place,
      };
    }
  },
  examples: {
    bad: { 'terraform/ssm.tf': 'resource "aws_ssm_parameter" "key" {\n  name  = "ssm-reader-access-key-id"\n  type  = "SecureString"\n  value = "x"\n}\n' },
    good: { 'terraform/ssm.tf': 'resource "aws_ssm_parameter" "key" {\n  name  = "parameter-reader-access-key-id"\n  type  = "SecureString"\n  value = "x"\n}\n' },
  },
};
