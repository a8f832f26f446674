import { nearest } from './nearest.ts';
import type { Partition } from './types.ts';

/** AWS regions by partition, as the endpoint rules of the AWS SDK (`@aws-sdk/core`, partitions) list them; not the isolated ones. */
const regions: Readonly<Record<Partition, readonly string[]>> = {
  aws: [
    'af-south-1',
    'ap-east-1',
    'ap-east-2',
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-3',
    'ap-southeast-4',
    'ap-southeast-5',
    'ap-southeast-6',
    'ap-southeast-7',
    'ca-central-1',
    'ca-west-1',
    'eu-central-1',
    'eu-central-2',
    'eu-north-1',
    'eu-south-1',
    'eu-south-2',
    'eu-west-1',
    'eu-west-2',
    'eu-west-3',
    'il-central-1',
    'me-central-1',
    'me-south-1',
    'me-west-1',
    'mx-central-1',
    'sa-east-1',
    'sa-west-1',
    'us-east-1',
    'us-east-2',
    'us-west-1',
    'us-west-2',
  ],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
};

const partitions = new Map<string, Partition>([
  ...regions.aws.map((region) => [region, 'aws'] as const),
  ...regions['aws-us-gov'].map((region) => [region, 'aws-us-gov'] as const),
  ...regions['aws-cn'].map((region) => [region, 'aws-cn'] as const),
]);

/** The partition that a region lies in, the second field of its ARNs; undefined for a region that does not exist. */
export function partitionOf(region: string): Partition | undefined {
  return partitions.get(region);
}

/** Every region, sorted within its partition. */
export function regionIds(): readonly string[] {
  return [...partitions.keys()];
}

/** The region that was probably meant: `ap-northeast-1` for `asia-northeast-1`. */
export function nearestRegion(text: string): string | undefined {
  return nearest(text.toLowerCase().replaceAll('_', '-').replace(/^asia-/, 'ap-').replace(/^europe-/, 'eu-'), regionIds(), 1)[0];
}
