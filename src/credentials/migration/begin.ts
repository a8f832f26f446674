/** What is looked at before the first write of a migration: whatever stands in its way is said while nothing is changed. */
import { Buffer } from 'node:buffer';
import type { Access } from '../../access/types.ts';
import { refuse } from '../../engine/failure.ts';
import type { ReadableRevision } from '../../engine/mode-change.ts';
import { withStoreReaders } from '../../engine/store-identity/findings.ts';
import { isWorkload } from '../../engine/side-by-side.ts';
import type { Footprint, Plan, RunContext } from '../../engine/types.ts';
import type { Finding } from '../../finding.ts';
import { KubernetesCallError } from '../../kubernetes/error.ts';
import { partitionOf } from '../../bedrock/regions.ts';
import { at, textAt } from '../../resources/json.ts';
import { keySortOf } from '../../resources/key-sort.ts';
import { gitOpsKeeper } from '../../resources/gitops.ts';
import { podRoleOf } from '../../resources/pod-role.ts';
import { workloadShape } from '../../resources/workload-kinds.ts';
import { issuerNotPublic } from '../issuer/findings.ts';
import { look as lookAtKeys } from '../look.ts';
import { refuseMore } from './findings.ts';
import { unheededLabel } from './unheeded-label.ts';
import { lookAtMigration, type MigrationLooked } from './look.ts';

/** @throws AccessError with everything that stands in the way */
export async function refuseBeginning(from: ReadableRevision, to: Access, context: RunContext): Promise<{ readonly looked: MigrationLooked; readonly plan: Plan }> {
  refuseMore(from.access, to);
  const looked = await lookAtMigration({ from, to: { access: to, marks: {} }, back: false }, context, false);
  const plan = await withStoreReaders(looked.plans.beside, to, context, looked.observation.readings);
  const findings = [...plan.findings, ...looked.plans.switched.findings, ...(await hidingProblems(from.access, looked.sides.switched, context)), ...(await keyProblems(from.access, context)), ...(await workloadProblems(to, context)), ...(await identityProblems(to, context))];
  const kept = await areKeptByGit(to, context);
  refuse([...new Map(findings.filter(({ id }) => !kept || !goesWithTheEdit.has(id)).map((finding): [string, Finding] => [`${finding.id} ${finding.message}`, finding])).values()]);
  return { looked, plan };
}

/** What git gives the containers in the earlier mode goes with the edit that the new one needs; what is left then, the pods show. */
const goesWithTheEdit: ReadonlySet<string> = new Set(['static-key-hides-identity', 'variable-hides-identity']);

async function areKeptByGit({ metadata, spec }: Access, { kubernetes }: RunContext): Promise<boolean> {
  if (spec.managedBy.cluster === 'manifests') return true;
  const all = await Promise.all(spec.workloads.map(({ kind, name }) => kubernetes.get({ apiVersion: workloadShape(kind).apiVersion, kind, namespace: metadata.namespace, name })));
  return all.every((object) => object !== undefined && gitOpsKeeper(object) !== undefined);
}

/** Where the mode in use is given to every new pod, those of the new one carry a label that keeps it out. */
async function hidingProblems(from: Access, { resources }: Footprint, context: RunContext): Promise<readonly Finding[]> {
  const keptOut = resources.filter(isWorkload).map(({ desired }) => at(desired, 'keptOut')).find((each) => at(each, 'wanted') === true);
  const finding = await unheededLabel(from, textAt(keptOut, 'label'), context);
  return finding === undefined ? [] : [finding];
}

/** A rotation has its own way to the end; a key of somebody else's would keep the user from being removed. */
async function keyProblems(access: Access, context: RunContext): Promise<readonly Finding[]> {
  const sort = keySortOf(access);
  if (sort === undefined) return [];
  const { seen } = await lookAtKeys(access, context);
  const { user } = access.spec.names;
  const place = { resource: `${sort.kind} of ${user}` };
  if (seen.from !== undefined) {
    return [
      {
        id: 'rotation-under-way',
        severity: 'error',
        message: `a rotation of the key of ${user} is under way`,
        cause: `The ${sort.noun} ${seen.from} is left, and not gone yet.`,
        remedy: 'Go on with `bedrock-access rotate`; `--grace 0m` ends the grace time now. Then migrate.',
        place,
      },
    ];
  }
  const [first] = seen.unknown;
  if (first === undefined) return [];
  return [
    {
      id: 'unknown-access-key',
      severity: 'error',
      message: `${user} has ${sort.noun}s that this program did not make: ${seen.unknown.join(', ')}`,
      cause: 'They are never touched, and a user with a key cannot be removed at the end.',
      remedy: `Find out who uses it (${sort.commands.inspect(user, first)}), delete it if nobody does, and migrate again.`,
      place,
    },
  ];
}

/** A workload that takes no new template now would keep the earlier credentials for ever. */
async function workloadProblems({ metadata, spec }: Access, { kubernetes }: RunContext): Promise<readonly Finding[]> {
  const all = await Promise.all(spec.workloads.map(({ kind, name }) => kubernetes.get({ apiVersion: workloadShape(kind).apiVersion, kind, namespace: metadata.namespace, name })));
  return all.flatMap((object, index): Finding[] => {
    const { kind, name } = spec.workloads[index] ?? { kind: 'Deployment', name: '' };
    if (at(object, 'spec', 'paused') !== true) return [];
    return [
      {
        id: 'workload-paused',
        severity: 'error',
        message: `${kind} ${name} is paused and takes no new pods`,
        cause: 'The switch is a restart without the earlier variables.',
        remedy: `Resume it (kubectl rollout resume ${kind.toLowerCase()}/${name} -n ${metadata.namespace}), then migrate.`,
        place: { field: 'spec.workloads', resource: `${kind} ${name}` },
      },
    ];
  });
}

/** The ServiceAccount whose token gives the session must be there, and AWS must be able to use the issuer that its token names. */
async function identityProblems(access: Access, context: RunContext): Promise<readonly Finding[]> {
  const { metadata, spec } = access;
  const serviceAccount = podRoleOf(access, partitionOf(spec.region) ?? 'aws')?.pods.serviceAccount;
  if (serviceAccount === undefined) return [];
  const { webIdentity } = spec.credentials;
  const issuer = await issuerOfTokens({ namespace: metadata.namespace, name: serviceAccount }, webIdentity?.audience, context);
  if (issuer === undefined) {
    return [
      {
        id: 'service-account-missing',
        severity: 'error',
        message: `there is no ServiceAccount ${metadata.namespace}/${serviceAccount}`,
        cause: 'The role would trust nobody: pods that run as it could not even be made.',
        remedy: `Make it (kubectl create serviceaccount ${serviceAccount} -n ${metadata.namespace}), or declare the one that the pods run as.`,
        place: { field: 'spec.credentials' },
      },
    ];
  }
  if (webIdentity === undefined) return [];
  const notPublic = issuerNotPublic(issuer);
  if (notPublic.length > 0 || issuer === webIdentity.issuer) return notPublic;
  return [
    {
      id: 'issuer-differs',
      severity: 'error',
      message: `the cluster's tokens name the issuer ${issuer}, and the declaration says ${webIdentity.issuer}`,
      cause: 'AWS looks for the identity provider of the issuer that the token names, to the letter.',
      remedy: `Declare credentials.webIdentity.issuer: ${issuer}.`,
      place: { field: 'spec.credentials.webIdentity.issuer' },
    },
  ];
}

/** What a token of the ServiceAccount says; undefined where there is no such ServiceAccount. */
async function issuerOfTokens({ namespace, name }: { readonly namespace: string; readonly name: string }, audience: string | undefined, { kubernetes }: RunContext): Promise<string | undefined> {
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: { ...(audience === undefined ? {} : { audiences: [audience] }), expirationSeconds: 600 } };
  try {
    const made = await kubernetes.createSubresource({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }, 'token', request);
    const claims: unknown = JSON.parse(Buffer.from((textAt(made, 'status', 'token') ?? '').split('.')[1] ?? '', 'base64url').toString('utf8') || '{}');
    return textAt(claims, 'iss') ?? '';
  } catch (error) {
    if (error instanceof KubernetesCallError && error.kind === 'not-found') return undefined;
    throw error;
  }
}
