import type { ErrorPage } from './error.ts';

/** The ids that `policy` reports. */
export const policyPages = {
  'policy-split': {
    summary: 'The permissions are spread over several managed policies.',
    cause: 'A managed policy holds 6,144 characters without whitespace, and every model is named in each region that it is routed to.',
    remedy: 'Nothing to do: each policy is made and attached. Fewer models need fewer policies.',
    fault: 'input',
  },
  'policy-too-large': {
    summary: 'The permissions need more managed policies than a user takes.',
    cause: 'A user takes 10 managed policies of 6,144 characters each.',
    remedy: 'Declare fewer models, or divide them over several accesses.',
    fault: 'input',
  },
  'endpoint-conditions-exclude-each-other': {
    summary: 'A VPC endpoint and source networks are both required, and no call can meet both.',
    cause: 'A call through a VPC endpoint has no aws:SourceIp, so that together the two conditions deny every call.',
    remedy: 'Keep `spec.endpoint.sourceVpce` or `spec.endpoint.sourceIp`, not both.',
    fault: 'input',
  },
  'policy-malformed': {
    summary: 'A policy is no IAM policy.',
    cause: 'It is not JSON, or it does not follow the grammar of the IAM policy language.',
    remedy: 'Mend the element named in the message.',
    fault: 'input',
  },
} as const satisfies Record<string, ErrorPage>;
