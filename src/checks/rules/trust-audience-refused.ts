import type { Rule } from '../rule.ts';
import { issuerTrusts, lets, roleUses, trustOfRole } from '../web-identity.ts';
import { role } from './trust-subject-wide.ts';
import { deploymentAs } from './trust-subject-mismatch.ts';

export const trustAudienceRefused: Rule = {
  id: 'trust-audience-refused',
  severity: 'error',
  summary: 'The audience of the tokens, of the trust policy and of the identity provider are not the same.',
  *check(facts) {
    const trusts = facts.policies.flatMap(issuerTrusts);
    for (const { policy, provider, audiences } of trusts) {
      const issuer = facts.issuers.find(({ address, url }) => provider.text === `\${${address}.arn}` || (url.known && provider.text.endsWith(`:oidc-provider/${url.text.replace(/^https:\/\//, '')}`)));
      const accepted = issuer?.audiences ?? [];
      if (issuer === undefined || accepted.length === 0 || accepted.some(({ known }) => !known)) continue;
      for (const value of audiences.filter(({ operator }) => /StringEquals/i.test(operator)).flatMap(({ values }) => values)) {
        if (!value.known || accepted.some(({ text }) => text === value.text)) continue;
        yield {
          message: `${policy.address} asks for the audience ${value.text}, which ${issuer.address} does not take`,
          cause: `The identity provider takes tokens for ${accepted.map(({ text }) => text).join(', ')} alone (client_id_list); STS refuses all others before it looks at the role.`,
          remedy: `Ask for one of them, or add ${JSON.stringify(value.text)} to client_id_list.`,
          place: value.place,
        };
      }
    }
    for (const use of roleUses(facts)) {
      const policy = trustOfRole(facts, use.role);
      const asked = trusts.filter((trust) => trust.policy === policy).flatMap(({ audiences }) => audiences);
      const [first] = use.audiences;
      if (policy === undefined || asked.length === 0 || first === undefined) continue;
      if (use.audiences.some(({ audience }) => asked.every((condition) => lets(condition, audience) !== false))) continue;
      yield {
        message: `the tokens of ${use.who} are made for ${use.audiences.map(({ audience }) => audience).join(', ')}, and ${policy.address} asks for ${asked.flatMap(({ values }) => values.map(({ text }) => text)).join(', ')}`,
        cause: 'STS compares the audience of the token with the trust policy to the letter, so that every call of the pod for its credentials is refused.',
        remedy: 'Give the projected token the audience that the trust policy asks for.',
        place: first.place,
      };
    }
  },
  examples: {
    bad: { 'terraform/iam.tf': `${provider('vault')}${trusting()}`, 'manifests/deployment.yaml': deploymentAs('openhands') },
    good: { 'terraform/iam.tf': `${provider('sts.amazonaws.com')}${trusting()}`, 'manifests/deployment.yaml': deploymentAs('openhands') },
  },
};

function provider(audience: string): string {
  return `resource "aws_iam_openid_connect_provider" "cluster" {\n  url            = "https://oidc.lolice.example"\n  client_id_list = [${JSON.stringify(audience)}]\n}\n\n`;
}

function trusting(): string {
  return role('StringEquals = { "oidc.lolice.example:sub" = "system:serviceaccount:openhands:openhands", "oidc.lolice.example:aud" = "sts.amazonaws.com" }', 'aws_iam_openid_connect_provider.cluster.arn');
}
