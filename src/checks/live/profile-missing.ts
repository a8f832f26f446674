import type { Finding } from '../../finding.ts';
import type { ProfileFacts } from './facts.ts';

/** An application inference profile of the access must exist and be ACTIVE. */
export function profileMissing({ name, region, status }: ProfileFacts): readonly Finding[] {
  if (status === 'ACTIVE') return [];
  return [
    {
      id: 'application-profile-missing',
      severity: 'error',
      message: status === undefined ? `there is no application inference profile ${name} in ${region}` : `the application inference profile ${name} in ${region} is ${status}, not ACTIVE`,
      cause: status === undefined ? 'It was never made, or was deleted; the workload names an id that Bedrock does not know.' : 'Bedrock does not offer it for calls.',
      remedy: 'Run `bedrock-access plan` to see what is missing, then `bedrock-access apply`: it makes the profile, permits it and moves the workload to it.',
      place: { resource: `application-inference-profile ${name}`, field: 'spec.models' },
    },
  ];
}
