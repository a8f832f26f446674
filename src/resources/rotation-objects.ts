/**
 * What runs `rotate --due` in the cluster: a ServiceAccount that may do that and nothing else, and a CronJob. Whole objects,
 * with every field that the API server would fill in spelled out, else Argo CD shows a difference for ever
 * (Kubernetes API reference: CronJob, PodSpec, Container).
 */
import { keyCredentialsOf } from '../access/credential-mode.ts';
import type { Access, RotationJob } from '../access/types.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { rotationRules, rotationRulesOfCluster } from './rotation-permissions.ts';

const rbac = 'rbac.authorization.k8s.io';

export type RotationKey = 'service-account' | 'role' | 'role-binding' | 'cluster-role' | 'cluster-role-binding' | 'cron-job';

/** In the order in which they are made: the CronJob last, when it may do what it does. None without a declared rotation. */
export function rotationObjects(access: Access): ReadonlyMap<RotationKey, KubernetesObject> {
  const rotation = keyCredentialsOf(access.spec.credentials)?.rotation;
  if (rotation === undefined) return new Map();
  const { namespace } = access.metadata;
  const { name } = rotation;
  const wide = rotationClusterName(namespace, name);
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const binding = (kind: 'Role' | 'ClusterRole', metadata: KubernetesObject['metadata']): KubernetesObject => ({
    apiVersion: `${rbac}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: rbac, kind, name: metadata.name },
    subjects,
  });
  return new Map<RotationKey, KubernetesObject>([
    ['service-account', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }],
    ['role', { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name, namespace }, rules: rotationRules(access) }],
    ['role-binding', binding('Role', { name, namespace })],
    ['cluster-role', { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: wide }, rules: rotationRulesOfCluster(access) }],
    ['cluster-role-binding', binding('ClusterRole', { name: wide })],
    ['cron-job', { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace }, spec: cronJobSpec(access, rotation) }],
  ]);
}

/** Of what lies in no namespace. No name of a namespace or of a CronJob holds a colon, so that it is told apart from every other's. */
export function rotationClusterName(namespace: string, name: string): string {
  return `bedrock-access:${namespace}:${name}`;
}

/** Who the pods of the CronJob are to a role's trust policy, and to an EKS Pod Identity association. */
export function rotationSubject({ metadata }: Access, { name }: Pick<RotationJob, 'name'>): string {
  return `system:serviceaccount:${metadata.namespace}:${name}`;
}

function cronJobSpec({ metadata, spec }: Access, { name, schedule, image, identity }: RotationJob): Readonly<Record<string, unknown>> {
  return {
    schedule,
    concurrencyPolicy: 'Forbid',
    suspend: spec.suspend,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      spec: {
        // What could not be done now is done by the next run.
        backoffLimit: 0,
        activeDeadlineSeconds: 3000,
        template: {
          spec: {
            serviceAccount: name,
            serviceAccountName: name,
            restartPolicy: 'Never',
            dnsPolicy: 'ClusterFirst',
            schedulerName: 'default-scheduler',
            terminationGracePeriodSeconds: 30,
            securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: 'rotate',
                image,
                imagePullPolicy: pullPolicy(image),
                args: ['rotate', '--due', '--name', `${metadata.namespace}/${metadata.name}`],
                env: [{ name: 'AWS_REGION', value: spec.region }, ...environmentOf(identity)],
                resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
                securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
                ...(identity.role === undefined ? {} : { volumeMounts: [{ name: tokenVolume, mountPath: tokenFolder, readOnly: true }] }),
              },
            ],
            ...(identity.role === undefined
              ? {}
              : { volumes: [{ name: tokenVolume, projected: { defaultMode: 420, sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', expirationSeconds: 3600, path: 'token' } }] } }] }),
          },
        },
      },
    },
  };
}

const tokenVolume = 'aws-token';
const tokenFolder = '/var/run/secrets/bedrock-access.dev/rotation';

/** As the AWS SDK finds its credentials (AWS SDKs and Tools reference: static credentials, assume role with web identity). Pod Identity puts its own in. */
function environmentOf({ role, secret }: RotationJob['identity']): readonly unknown[] {
  if (role !== undefined) {
    return [
      { name: 'AWS_ROLE_ARN', value: role },
      { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${tokenFolder}/token` },
    ];
  }
  if (secret === undefined) return [];
  return ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((key) => ({ name: key, valueFrom: { secretKeyRef: { name: secret, key } } }));
}

/** What the API server fills in: `Always` for `latest` and for no tag at all (Kubernetes docs, "Images", default image pull policy). */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}
