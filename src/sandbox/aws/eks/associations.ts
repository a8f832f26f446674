/** Pod Identity associations (EKS API reference, CreatePodIdentityAssociation and its siblings). */
import type { Call, Check, Operation } from '../call.ts';
import { propagationOf } from '../credentials.ts';
import { AwsError } from '../error.ts';
import { isRecord, type Fields } from '../fields.ts';
import { opaqueId } from '../ids.ts';
import { resourceTagContext, tagsAsked } from '../tag-context.ts';
import { clusterArn, readCluster } from './cluster.ts';
import { associationOf, type Association } from './state.ts';

export const createPodIdentityAssociation: Operation = {
  action: 'eks:CreatePodIdentityAssociation',
  checks: (call) => {
    const role = call.input.optionalText('roleArn') ?? '';
    return [
      { action: 'eks:CreatePodIdentityAssociation', resource: clusterArn(call), context: tagsAsked(tagsIn(call.input)) },
      // Tags at creation ask for the tagging action too (EKS user guide, "Tag your Amazon EKS resources").
      ...(tagsIn(call.input).length === 0 ? [] : [{ action: 'eks:TagResource', resource: `${associationsArn(call)}/new`, context: tagsAsked(tagsIn(call.input)) }]),
      passing(role),
    ];
  },
  run(call) {
    const { input, state, world } = call;
    readCluster(call);
    const [namespace, serviceAccount, roleArn] = [input.text('namespace', { min: 1 }), input.text('serviceAccount', { min: 1 }), input.text('roleArn', { min: 1 })];
    const clientRequestToken = input.optionalText('clientRequestToken');
    const present = associationOf(state.eks, namespace, serviceAccount);
    // The same token answers what the first call made (EKS API reference, clientRequestToken).
    if (present !== undefined && clientRequestToken !== undefined && present.clientRequestToken === clientRequestToken && present.roleArn === roleArn) return { association: described(present, call) };
    if (present !== undefined) throw new AwsError('ResourceInUseException', 409, `Association already exists: ${present.id}`);
    const id = `a-${opaqueId(state.iam.random)}`;
    const association: Association = {
      id,
      arn: `${associationsArn(call)}/${id}`,
      namespace,
      serviceAccount,
      roleArn,
      disableSessionTags: input.flag('disableSessionTags'),
      targetRoleArn: input.optionalText('targetRoleArn'),
      clientRequestToken,
      tags: new Map(tagsIn(input)),
      createdAt: world.clock.now(),
      // "Eventually consistent, and may take several seconds to be effective" (EKS API reference, CreatePodIdentityAssociation).
      effectiveAt: world.clock.now().getTime() + Math.ceil(world.random() * propagationOf(world.options)),
    };
    state.eks.associations.set(id, association);
    return { association: described(association, call) };
  },
};

export const listPodIdentityAssociations: Operation = {
  action: 'eks:ListPodIdentityAssociations',
  checks: (call) => [{ action: 'eks:ListPodIdentityAssociations', resource: clusterArn(call) }],
  run(call) {
    readCluster(call);
    const [namespace, serviceAccount] = [call.input.optionalText('namespace'), call.input.optionalText('serviceAccount')];
    const found = [...call.state.eks.associations.values()].filter((one) => (namespace === undefined || one.namespace === namespace) && (serviceAccount === undefined || one.serviceAccount === serviceAccount));
    return { associations: found.map((one) => ({ clusterName: call.input.text('clusterName'), namespace: one.namespace, serviceAccount: one.serviceAccount, associationArn: one.arn, associationId: one.id })) };
  },
};

export const describePodIdentityAssociation: Operation = {
  action: 'eks:DescribePodIdentityAssociation',
  checks: onAssociation('eks:DescribePodIdentityAssociation'),
  run: (call) => ({ association: described(readAssociation(call), call) }),
};

export const updatePodIdentityAssociation: Operation = {
  action: 'eks:UpdatePodIdentityAssociation',
  checks: (call) => {
    const role = call.input.optionalText('roleArn');
    return [...onAssociation('eks:UpdatePodIdentityAssociation')(call), ...(role === undefined ? [] : [passing(role)])];
  },
  run(call) {
    const association = readAssociation(call);
    association.roleArn = call.input.optionalText('roleArn') ?? association.roleArn;
    if (call.input.has('disableSessionTags')) association.disableSessionTags = call.input.flag('disableSessionTags');
    association.targetRoleArn = call.input.optionalText('targetRoleArn') ?? association.targetRoleArn;
    return { association: described(association, call) };
  },
};

export const deletePodIdentityAssociation: Operation = {
  action: 'eks:DeletePodIdentityAssociation',
  checks: onAssociation('eks:DeletePodIdentityAssociation'),
  run(call) {
    const association = readAssociation(call);
    call.state.eks.associations.delete(association.id);
    return { association: described(association, call) };
  },
};

export const tagAssociation: Operation = {
  action: 'eks:TagResource',
  checks(call) {
    const arn = call.input.text('resourceArn');
    const found = [...call.state.eks.associations.values()].find((one) => one.arn === arn);
    return [{ action: 'eks:TagResource', resource: arn, context: { ...resourceTagContext(found?.tags), ...tagsAsked(tagsIn(call.input)) } }];
  },
  run(call) {
    const arn = call.input.text('resourceArn');
    const found = [...call.state.eks.associations.values()].find((one) => one.arn === arn);
    if (found === undefined) throw new AwsError('NotFoundException', 404, `Resource not found: ${arn}`);
    for (const [key, value] of tagsIn(call.input)) found.tags.set(key, value);
    return {};
  },
};

/** IAM user guide, "Grant a user permissions to pass a role to an AWS service". */
function passing(role: string): Check {
  return { action: 'iam:PassRole', resource: role, context: { 'iam:PassedToService': 'pods.eks.amazonaws.com' } };
}

function onAssociation(action: string): (call: Call) => readonly Check[] {
  return (call) => {
    const id = call.input.optionalText('associationId') ?? '';
    return [{ action, resource: `${associationsArn(call)}/${id}`, context: resourceTagContext(call.state.eks.associations.get(id)?.tags) }];
  };
}

function readAssociation(call: Call): Association {
  readCluster(call);
  const id = call.input.text('associationId');
  const found = call.state.eks.associations.get(id);
  if (found === undefined) throw new AwsError('ResourceNotFoundException', 404, `Could not find association ${id}`);
  return found;
}

function associationsArn(call: Call): string {
  return clusterArn(call).replace(':cluster/', ':podidentityassociation/');
}

/** Times are seconds: the default of the protocol (restJson1), which EKS keeps. */
function described(association: Association, call: Call): Readonly<Record<string, unknown>> {
  const { id, arn, namespace, serviceAccount, roleArn, disableSessionTags, targetRoleArn, tags, createdAt } = association;
  const seconds = createdAt.getTime() / 1000;
  return {
    clusterName: call.input.text('clusterName'),
    namespace,
    serviceAccount,
    roleArn,
    associationArn: arn,
    associationId: id,
    tags: Object.fromEntries(tags),
    createdAt: seconds,
    modifiedAt: seconds,
    disableSessionTags,
    ...(targetRoleArn === undefined ? {} : { targetRoleArn }),
  };
}

function tagsIn(input: Fields): readonly (readonly [string, string])[] {
  const tags = input.raw('tags');
  return isRecord(tags) ? Object.entries(tags).map(([key, value]) => [key, String(value)]) : [];
}
