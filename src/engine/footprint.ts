import { bearerTypeOf } from '../access/credential-mode.ts';
import { checkModels } from '../access/check-models.ts';
import { clientProfile } from '../access/clients/index.ts';
import { accessDigest } from '../access/digest.ts';
import type { Access, Workload } from '../access/types.ts';
import { partitionOf } from '../bedrock/regions.ts';
import type { Catalog, Partition } from '../bedrock/types.ts';
import type { Finding } from '../finding.ts';
import { compilePolicy } from '../policy/compile.ts';
import { kinds } from '../resources/index.ts';
import { renewedWithin, sessionOf } from '../resources/session.ts';
import type { Footprint } from './types.ts';

export interface FootprintCircumstances {
  readonly catalog: Catalog;
  readonly clusterId: string;
  readonly now: Date;
  /** Refuse unverified routing. */
  readonly strict?: boolean;
}

/** Every resource that an access implies; pure. What is wrong with it is in `findings`. */
export function footprint(access: Access, { catalog, clusterId, now, strict = false }: FootprintCircumstances): Footprint {
  const { spec, metadata } = access;
  const { models, findings } = checkModels({ access }, { catalog, now, strict });
  const policy = compilePolicy({ models, account: spec.account, discovery: spec.discovery, bearer: bearerTypeOf(spec.credentials), ...(spec.endpoint === undefined ? {} : { endpoint: spec.endpoint }) });
  const owner = { cluster: clusterId, namespace: metadata.namespace, name: metadata.name };
  const implied = { access, owner, partition: partitionOf(spec.region) ?? 'aws', models, policy, catalog };
  return {
    access,
    accessDigest: accessDigest(access),
    owner,
    catalogDate: catalog.date,
    models,
    policy,
    resources: kinds.flatMap((kind) => kind.desired(implied)),
    findings: [...findings, ...policy.findings, ...layoutFindings(access), ...clientFindings(access), ...renewalFindings(access, implied.partition)],
  };
}

function layoutFindings({ spec }: Access): readonly Finding[] {
  if (spec.credentials.accessKey?.layout !== 'pair') return [];
  return [
    {
      id: 'layout-not-atomic',
      severity: 'warning',
      message: 'the two halves of the key lie in two parameters, which are read one after the other',
      cause: 'While a key is changed, the Secret may for a moment hold the id of one key and the secret of another.',
      remedy: 'Leave out credentials.accessKey.layout: one parameter then holds the pair as JSON.',
      place: { field: 'spec.credentials.accessKey.layout' },
    },
  ];
}

/** What a process reads once changes with every renewal. */
function renewalFindings(access: Access, partition: Partition): readonly Finding[] {
  const session = sessionOf(access, partition);
  if (session === undefined || session.restarts.length === 0) return [];
  const minutes = renewedWithin(session.seconds) / 60;
  return [
    {
      id: 'short-term-key-restarts',
      severity: 'info',
      message: `the pods of ${session.restarts.map(({ kind, name }) => `${kind} ${name}`).join(', ')} are restarted every ${minutes >= 60 ? `${Math.round(minutes / 6) / 10} hours` : `${Math.round(minutes)} minutes`}`,
      cause: `A short-term API key lasts ${session.seconds / 60} minutes here, and is renewed when half of that is left; a process reads it once.`,
      remedy: 'Where that is too often, take a mode that needs no restart (session with a sidecar, rolesAnywhere, webIdentity), or an IAM user as renewer and a longer sessionDuration.',
      place: { field: 'spec.credentials' },
    },
  ];
}

/** What matters where a change reaches the pods, and is said there alone. */
export const aboutRollOuts: ReadonlySet<string> = new Set(['new-runs-only', 'containers-outlive-roll-out']);

function clientFindings({ spec }: Access): readonly Finding[] {
  return [...spec.workloads.filter(({ kind }) => kind === 'CronJob' || kind === 'Job').map(newRunsOnly), ...startedContainers(spec.workloads)];
}

function newRunsOnly({ kind, name }: Workload): Finding {
  return {
    id: 'new-runs-only',
    severity: 'info',
    message: `of ${kind} ${name} only new runs have a changed key or model`,
    cause: 'A run that has begun keeps the variables that it was started with; it is not ended for a change.',
    remedy: 'Start a run anew where it must not go on with the old ones.',
    place: { field: 'spec.workloads' },
  };
}

function startedContainers(workloads: readonly Workload[]): readonly Finding[] {
  return workloads
    .filter(({ client }) => clientProfile(client).startsOwnContainers)
    .map(({ kind, name, client }) => ({
      id: 'containers-outlive-roll-out',
      severity: 'info',
      message: `${client} in ${kind} ${name} starts containers of its own, which keep the variables that they were started with`,
      cause: 'They are no pods: a roll-out does not end them, and a new key or model reaches them only when they are started again.',
      remedy: 'Start open conversations anew after the key or the model has changed.',
      place: { field: 'spec.workloads' },
    }));
}
