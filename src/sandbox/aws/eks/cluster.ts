import type { Call, Operation } from '../call.ts';
import { AwsError } from '../error.ts';
import type { EksClusterState } from './state.ts';

export const describeCluster: Operation = {
  action: 'eks:DescribeCluster',
  checks: (call) => [{ action: 'eks:DescribeCluster', resource: clusterArn(call) }],
  run(call) {
    const { name, arn } = readCluster(call);
    return { cluster: { name, arn, status: 'ACTIVE', computeConfig: { enabled: false } } };
  },
};

export const describeAddon: Operation = {
  action: 'eks:DescribeAddon',
  checks: (call) => [{ action: 'eks:DescribeAddon', resource: `${addonArn(call)}/1` }],
  run(call) {
    const { hasAgent } = readCluster(call);
    const addonName = call.input.text('addonName');
    if (addonName !== 'eks-pod-identity-agent' || !hasAgent) throw new AwsError('ResourceNotFoundException', 404, `No addon: ${addonName} found in cluster: ${call.input.text('clusterName')}`);
    return { addon: { addonName, clusterName: call.input.text('clusterName'), status: 'ACTIVE', addonArn: `${addonArn(call)}/1` } };
  },
};

/** The cluster that the call names, whether or not it exists. */
export function clusterArn(call: Call): string {
  return `arn:aws:eks:${call.region}:${call.world.account}:cluster/${call.input.optionalText('name') ?? call.input.optionalText('clusterName') ?? ''}`;
}

/** @throws AwsError ResourceNotFoundException */
export function readCluster(call: Call): EksClusterState {
  const { cluster } = call.state.eks;
  const name = call.input.optionalText('name') ?? call.input.optionalText('clusterName') ?? '';
  if (cluster === undefined || cluster.name !== name || cluster.region !== call.region) throw new AwsError('ResourceNotFoundException', 404, `No cluster found for name: ${name}.`);
  return cluster;
}

function addonArn(call: Call): string {
  return `${clusterArn(call).replace(':cluster/', ':addon/')}/${call.input.optionalText('addonName') ?? ''}`;
}
