import type { ErrorPage } from './error.ts';

/** The ids that `bedrock` reports. */
export const bedrockPages = {
  'unknown-region': {
    summary: 'The region does not exist.',
    cause: 'No partition of AWS has a region of that name; it is often a slip, `asia-northeast-1` for `ap-northeast-1`.',
    remedy: 'Use the region named in the message, or list them with `aws account list-regions`.',
    fault: 'input',
  },
  'unknown-model': {
    summary: 'The model, inference profile or alias is not in the catalog.',
    cause: 'It is misspelt, or newer than the catalog.',
    remedy: 'Use one of the nearest ids in the message, list them with `bedrock-access models`, or ask AWS for newer ones with `models --refresh --out FILE` and `--catalog FILE`.',
    fault: 'input',
  },
  'profile-required': {
    summary: 'A bare model id was given where only an inference profile works.',
    cause: 'Bedrock offers the model in that region through inference profiles only; a call with the bare id answers ValidationException ("on-demand throughput isn’t supported").',
    remedy: 'Use the profile named in the message.',
    fault: 'input',
  },
  'profile-region-mismatch': {
    summary: 'The inference profile cannot be called from the region.',
    cause: 'A profile is offered in the source regions of its geography only: `us.` not from Tokyo, `jp.` not from Oregon.',
    remedy: 'Use the profile named in the message, or change `spec.region`.',
    fault: 'input',
  },
  'model-not-in-region': {
    summary: 'The model cannot be called from the region at all.',
    cause: 'It is offered there neither on demand nor through an inference profile.',
    remedy: 'Change `spec.region` to one of those in the message, or choose another model.',
    fault: 'input',
  },
  'model-ended': {
    summary: 'The model has reached its end of life.',
    cause: 'After that day Bedrock answers every call with an error; nothing can bring the model back.',
    remedy: 'Change to one of the successors in the message.',
    fault: 'input',
  },
  'model-legacy': {
    summary: 'The model is legacy: it still works for those who use it, and its end is set.',
    cause: 'AWS has replaced it by newer ones. Legacy models take no new customers and drop idle accounts.',
    remedy: 'Plan the change to one of the successors in the message.',
    fault: 'input',
  },
  'model-ending-soon': {
    summary: 'The model ends within 90 days.',
    cause: 'Its end-of-life date is near; from that day on every call fails.',
    remedy: 'Change to one of the successors in the message now.',
    fault: 'input',
  },
  'routing-unverified': {
    summary: 'The regions that an inference profile routes to are not certain.',
    cause: 'The catalog has them from a source that is not an AWS page, or two pages differ. A destination missing from the policy shows as an AccessDenied now and then.',
    remedy: 'Ask AWS with `models --refresh`; `--strict` refuses such a profile.',
    fault: 'program',
  },
  'alias-resolved': {
    summary: 'An alias was resolved to the id named in the message.',
    cause: 'An alias stands for the geographic profile that fits the region; else for the model on demand; else for the global profile.',
    remedy: 'Write the id itself to hold to it.',
    fault: 'input',
  },
  'model-arn-mismatch': {
    summary: 'The ARN is of another partition, region or account than the access.',
    cause: 'An ARN holds all three, and IAM compares them; with one of them wrong every call is denied.',
    remedy: 'Use the ARN in the message, or the plain id: the ARNs are derived from it.',
    fault: 'input',
  },
  'model-arn-invalid': {
    summary: 'The ARN cannot be one of a model.',
    cause: 'It is of another service or type, or a profile id stands in a foundation-model ARN.',
    remedy: 'Write the plain id: the ARNs are derived from it.',
    fault: 'input',
  },
  'application-profile-unknown': {
    summary: 'It is not known what an application inference profile was copied from.',
    cause: 'Its ARN holds an opaque id only; the models beneath, which the policy must name, are known to AWS alone.',
    remedy: 'Declare the system profile that it copies, or run where AWS can be asked.',
    fault: 'input',
  },
  'catalog-invalid': {
    summary: 'The catalog file does not fit its format.',
    cause: 'It was written by another version of the program, or changed by hand.',
    remedy: 'Write it anew with `models --refresh --out FILE`.',
    fault: 'input',
  },
} as const satisfies Record<string, ErrorPage>;
