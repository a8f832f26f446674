/**
 * What runs `rotate --due` or `session renew` in the cluster: a ServiceAccount that may do that and nothing else, and a CronJob. Whole objects,
 * with every field that the API server would fill in spelled out, else Argo CD shows a difference for ever
 * (Kubernetes API reference: CronJob, PodSpec, Container).
 */
import { jobOf, type DeclaredJob } from '../access/credential-mode.ts';
import type { Access, CredentialJob } from '../access/types.ts';
import type { KubernetesObject } from '../kubernetes/types.ts';
import { jobRules, jobRulesOfCluster } from './credential-job-rules.ts';

const rbac = 'rbac.authorization.k8s.io';

export type JobPart = 'service-account' | 'role' | 'role-binding' | 'cluster-role' | 'cluster-role-binding' | 'cron-job';

/** In the order in which they are made: the CronJob last, when it may do what it does. None where no such job is declared. */
export function jobObjects(access: Access): ReadonlyMap<JobPart, KubernetesObject> {
  const job = jobOf(access.spec.credentials);
  if (job === undefined) return new Map();
  const { namespace } = access.metadata;
  const { name } = job;
  const wide = jobClusterName(namespace, name);
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const binding = (kind: 'Role' | 'ClusterRole', metadata: KubernetesObject['metadata']): KubernetesObject => ({
    apiVersion: `${rbac}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: rbac, kind, name: metadata.name },
    subjects,
  });
  return new Map<JobPart, KubernetesObject>([
    ['service-account', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }],
    ['role', { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name, namespace }, rules: jobRules(access) }],
    ['role-binding', binding('Role', { name, namespace })],
    ['cluster-role', { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: wide }, rules: jobRulesOfCluster(access) }],
    ['cluster-role-binding', binding('ClusterRole', { name: wide })],
    ['cron-job', { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace }, spec: cronJobSpec(access, job) }],
  ]);
}

/** Of what lies in no namespace. No name of a namespace or of a CronJob holds a colon, so that it is told apart from every other's. */
export function jobClusterName(namespace: string, name: string): string {
  return `bedrock-access:${namespace}:${name}`;
}

/** Who the pods of the CronJob are to a role's trust policy, and to an EKS Pod Identity association. */
export function jobSubject({ metadata }: Access, { name }: Pick<CredentialJob, 'name'>): string {
  return `system:serviceaccount:${metadata.namespace}:${name}`;
}

/** What the program is called with, and how many seconds a run may take, the pull of its image included. */
const works: Readonly<Record<DeclaredJob['work'], { readonly container: string; readonly args: readonly string[]; readonly seconds: number }>> = {
  rotation: { container: 'rotate', args: ['rotate', '--due'], seconds: 3000 },
  // It waits for nothing; one that hangs must not keep the next ones from running until the session has ended.
  renewal: { container: 'renew', args: ['session', 'renew'], seconds: 240 },
};

function cronJobSpec({ metadata, spec }: Access, { work, name, schedule, image, identity }: DeclaredJob): Readonly<Record<string, unknown>> {
  const { container, args, seconds } = works[work];
  return {
    schedule,
    concurrencyPolicy: 'Forbid',
    // A session that is not renewed ends: that would not leave the workload as it is.
    suspend: spec.suspend && work === 'rotation',
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      spec: {
        // What could not be done now is done by the next run.
        backoffLimit: 0,
        activeDeadlineSeconds: seconds,
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
                name: container,
                image,
                imagePullPolicy: pullPolicy(image),
                args: [...args, '--name', `${metadata.namespace}/${metadata.name}`],
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
function environmentOf({ role, secret }: CredentialJob['identity']): readonly unknown[] {
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
