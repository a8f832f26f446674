import {
  CreatePodIdentityAssociationCommand,
  DeletePodIdentityAssociationCommand,
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribePodIdentityAssociationCommand,
  EKSClient,
  ListPodIdentityAssociationsCommand,
  TagResourceCommand,
  UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import type { PodIdentityAssociation as SdkAssociation } from '@aws-sdk/client-eks';
import { orUndefined, present } from './answer.ts';
import type { CallPlace } from './classify.ts';
import { clientSettings } from './client-settings.ts';
import { assumeRoleForPod } from './eks-auth.ts';
import { everyPage } from './paging.ts';
import { changing, reading } from './session.ts';
import type { Session } from './session.ts';
import type { EksCalls, PodIdentityAssociation } from './types.ts';

/** Amazon EKS in one region through the SDK: clusters are looked at, Pod Identity associations made. */
export function eksCalls(session: Session, region: string): EksCalls {
  const client = new EKSClient(clientSettings(session, 'EKS', region));
  const place = (operation: string, resource: string): CallPlace => ({ action: `eks:${operation}`, region, resource });
  return {
    getCluster(name) {
      const where = place('DescribeCluster', name);
      return orUndefined(
        reading(session, where, async () => {
          const cluster = present((await client.send(new DescribeClusterCommand({ name }))).cluster, 'cluster', where);
          return { name, arn: present(cluster.arn, 'arn', where), status: cluster.status ?? '', autoMode: cluster.computeConfig?.enabled === true };
        }),
      );
    },
    getAddonStatus(cluster, addon) {
      const where = place('DescribeAddon', `${cluster}/${addon}`);
      return orUndefined(reading(session, where, async () => (await client.send(new DescribeAddonCommand({ clusterName: cluster, addonName: addon }))).addon?.status ?? ''));
    },
    async listAssociations(cluster, { namespace, serviceAccount }) {
      const where = place('ListPodIdentityAssociations', cluster);
      const ids = await orUndefined(
        everyPage(session, where, async (nextToken) => {
          const input = { clusterName: cluster, namespace, ...(serviceAccount === undefined ? {} : { serviceAccount }), ...(nextToken === undefined ? {} : { nextToken }) };
          const answer = await client.send(new ListPodIdentityAssociationsCommand(input));
          return { items: (answer.associations ?? []).map(({ associationId }) => present(associationId, 'associationId', where)), next: answer.nextToken };
        }),
      );
      // Without the cluster there is no association: ResourceNotFoundException.
      return ids ?? [];
    },
    getAssociation(cluster, id) {
      const where = place('DescribePodIdentityAssociation', `${cluster}/${id}`);
      const input = { clusterName: cluster, associationId: id };
      return orUndefined(reading(session, where, async () => toAssociation(present((await client.send(new DescribePodIdentityAssociationCommand(input))).association, 'association', where), where)));
    },
    createAssociation({ cluster, namespace, serviceAccount, roleArn, token, tags }) {
      const where = place('CreatePodIdentityAssociation', cluster);
      const input = { clusterName: cluster, namespace, serviceAccount, roleArn, clientRequestToken: token, tags: { ...tags } };
      return changing(session, where, async () => toAssociation(present((await client.send(new CreatePodIdentityAssociationCommand(input))).association, 'association', where), where));
    },
    async updateAssociation(cluster, id, { roleArn, token }) {
      const input = { clusterName: cluster, associationId: id, roleArn, disableSessionTags: false, clientRequestToken: token };
      await changing(session, place('UpdatePodIdentityAssociation', `${cluster}/${id}`), () => client.send(new UpdatePodIdentityAssociationCommand(input)));
    },
    async deleteAssociation(cluster, id) {
      await changing(session, place('DeletePodIdentityAssociation', `${cluster}/${id}`), () => client.send(new DeletePodIdentityAssociationCommand({ clusterName: cluster, associationId: id })));
    },
    async tagAssociation(arn, tags) {
      await changing(session, place('TagResource', arn), () => client.send(new TagResourceCommand({ resourceArn: arn, tags: { ...tags } })));
    },
    assumeRoleForPod: (input) => assumeRoleForPod(session, region, input),
  };
}

function toAssociation(association: SdkAssociation, where: CallPlace): PodIdentityAssociation {
  return {
    id: present(association.associationId, 'associationId', where),
    arn: present(association.associationArn, 'associationArn', where),
    cluster: present(association.clusterName, 'clusterName', where),
    namespace: present(association.namespace, 'namespace', where),
    serviceAccount: present(association.serviceAccount, 'serviceAccount', where),
    roleArn: present(association.roleArn, 'roleArn', where),
    sessionTags: association.disableSessionTags !== true,
    tags: association.tags ?? {},
    ...(association.targetRoleArn === undefined ? {} : { targetRoleArn: association.targetRoleArn }),
  };
}
