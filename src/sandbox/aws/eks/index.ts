import type { Route } from '../call.ts';
import { createPodIdentityAssociation, deletePodIdentityAssociation, describePodIdentityAssociation, listPodIdentityAssociations, tagAssociation, updatePodIdentityAssociation } from './associations.ts';
import { describeAddon, describeCluster } from './cluster.ts';
import { assumeRoleForPodIdentity } from './pod-session.ts';

/** Amazon EKS, as far as Pod Identity takes it. */
export const eksRoutes: readonly Route[] = [
  { method: 'GET', path: '/clusters/{name}', name: 'DescribeCluster', operation: describeCluster },
  { method: 'GET', path: '/clusters/{clusterName}/addons/{addonName}', name: 'DescribeAddon', operation: describeAddon },
  { method: 'GET', path: '/clusters/{clusterName}/pod-identity-associations', name: 'ListPodIdentityAssociations', operation: listPodIdentityAssociations },
  { method: 'POST', path: '/clusters/{clusterName}/pod-identity-associations', name: 'CreatePodIdentityAssociation', operation: createPodIdentityAssociation },
  { method: 'GET', path: '/clusters/{clusterName}/pod-identity-associations/{associationId}', name: 'DescribePodIdentityAssociation', operation: describePodIdentityAssociation },
  { method: 'POST', path: '/clusters/{clusterName}/pod-identity-associations/{associationId}', name: 'UpdatePodIdentityAssociation', operation: updatePodIdentityAssociation },
  { method: 'DELETE', path: '/clusters/{clusterName}/pod-identity-associations/{associationId}', name: 'DeletePodIdentityAssociation', operation: deletePodIdentityAssociation },
  { method: 'POST', path: '/tags/{resourceArn}', name: 'TagResource', operation: tagAssociation },
];

/** The EKS Auth API, a service of its own. */
export const eksAuthRoutes: readonly Route[] = [{ method: 'POST', path: '/clusters/{clusterName}/assume-role-for-pod-identity', name: 'AssumeRoleForPodIdentity', operation: assumeRoleForPodIdentity }];
