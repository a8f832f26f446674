/** The manifests of an access: its whole objects, and its variables in the text of the workloads. */
import { relative } from 'node:path';
import { AccessError } from '../../errors/error.ts';
import type { Finding } from '../../finding.ts';
import type { Implied } from '../../resources/kind.ts';
import { volumesOf } from '../../resources/pod-sidecars.ts';
import { mountEntry, volumeEntry } from '../../resources/pod-volumes.ts';
import { secretsOf } from '../../resources/session.ts';
import { workloadEnvironment } from '../../resources/workload-environment.ts';
import { writeAccessFile } from './access-file.ts';
import { indexOf, isLabelled } from './manifest-app.ts';
import { dropObject, editFile, listFile, presentObject, putObject } from './manifest-edit.ts';
import { manifestObjects, type ManifestText } from './manifest-objects.ts';
import { writeNewApp } from './new-app.ts';
import type { Prepared } from './prepare.ts';
import { isOfJob } from './credential-job-manifests.ts';
import { takenOver } from './taken-over.ts';
import { sidecarText } from './volume-edit.ts';
import { environmentEdit, environmentEntries, type WorkloadEdit } from './workload-edit.ts';
import { getIn } from './yaml-change.ts';
import { blockLines } from './yaml-text.ts';

/** @throws AccessError where a workload cannot be given its variables */
export function exportManifests(implied: Implied, prepared: Prepared, from: string): readonly Finding[] {
  const { workspace, app, style, yaml, access, declaration, declarationText, reloader } = prepared;
  if (app === undefined || declaration === undefined) return [];
  const findings: Finding[] = [];
  const kustomization = app.kustomization ?? (app.isNew ? writeNewApp(workspace, app, access, style, yaml) : undefined);
  const objects = manifestObjects(implied, style);
  for (const { kind, object } of objects) {
    const there = presentObject(app, kind, object);
    if (there !== undefined && !isLabelled(there.object.value, access.metadata)) findings.push(takenOver(`${kind} ${there.object.name}`, there.file.file, there.placeOf(['metadata', 'name']).line));
  }
  const written = new Set(objects.map((object) => putObject(workspace, app, object, style, yaml)));
  dropEarlierJob(prepared, objects);
  if (kustomization !== undefined) for (const file of written) listFile(workspace, kustomization, file, yaml);
  for (const environment of workloadEnvironment.desired(implied)) {
    const { workload, variables, secretName, configMapName, digest, identity } = environment.desired;
    const label = `${workload.kind} ${access.metadata.namespace}/${workload.name}`;
    const wanted = { access: access.metadata.name, ...(workload.containers === undefined ? {} : { containers: workload.containers }), variables, secret: secretName, earlierSecrets: secretsOf(access).filter((name) => name !== secretName), configMap: configMapName, digest, reloader, ...(identity === undefined ? {} : { identity }) };
    const found = app.workloads.find((candidate) => candidate.workload.kind === workload.kind && candidate.workload.name === workload.name);
    if (found === undefined) {
      findings.push({
        id: 'export-workload-absent',
        severity: 'warning',
        message: `${label} is in no file of ${relative(from, app.directory)}`,
        cause: 'The folder holds no workload: it is still to be written, or a chart makes it.',
        remedy: `Put this into its container:\n${blockLines({ env: environmentEntries(wanted), ...(identity === undefined ? {} : { volumeMounts: identity.volumes.map(mountEntry) }) }, yaml).join('\n')}${identity === undefined ? '' : `\nand this into its pod:\n${blockLines({ serviceAccountName: identity.serviceAccount, ...(identity.sidecars.length === 0 ? {} : { initContainers: identity.sidecars.map(sidecarText) }), volumes: [...identity.volumes, ...volumesOf(identity.sidecars)].map(volumeEntry) }, yaml).join('\n')}`}`,
      });
      continue;
    }
    const edit = environmentEdit(workload.kind, found.object, wanted);
    if ('problem' in edit) throw workloadProblem(label, edit);
    editFile(workspace, found.file, found.index, edit.changes, yaml, `variables of ${label}`);
    for (const { container, variable, before } of edit.replaced) {
      if (before.startsWith(`Secret ${secretName}, `) || before.startsWith(`ConfigMap ${configMapName}, `)) continue;
      findings.push({
        id: 'export-variable-replaced',
        severity: 'warning',
        message: `${variable} of container ${container} in ${label} was ${before}`,
        cause: 'The access needs that variable for its own value.',
        remedy: 'If the application still needs the former value for something else, give it that under another variable before merging.',
        place: { file: found.file },
      });
    }
    if (!reloader && identity === undefined && digest !== '' && !['Job', 'CronJob'].includes(workload.kind)) {
      findings.push({
        id: 'export-no-restart',
        severity: 'info',
        message: `nothing in these manifests restarts ${label} when its key is rotated`,
        cause: 'git keeps the workload, so that the program does not write it; a controller such as Reloader is not among the manifests.',
        remedy: 'Install Reloader and run export again, or restart it after a rotation: kubectl rollout restart.',
        place: { file: found.file },
      });
    }
  }
  writeAccessFile(workspace, declaration.file, declarationText, access);
  return findings;
}

function workloadProblem(label: string, edit: Extract<WorkloadEdit, { problem: string }>): AccessError {
  switch (edit.problem) {
    case 'container-missing':
      return new AccessError('container-not-found', `${label} has no container ${edit.missing.join(', ')}`, { cause: `Its containers are ${edit.names.join(', ')}.`, remedy: 'Correct spec.workloads[].containers. Nothing was written.', place: { field: 'spec.workloads' } });
    case 'container-ambiguous':
      return new AccessError('container-ambiguous', `${label} has several containers (${edit.names.join(', ')}), and the declaration names none`, { cause: 'A sidecar must not get credentials by accident.', remedy: `Name those that call Bedrock: containers: [${edit.names[0] ?? ''}]. Nothing was written.`, place: { field: 'spec.workloads' } });
    case 'service-account-differs':
      return new AccessError('service-account-differs', `the pods of ${label} run as the ServiceAccount ${edit.runsAs}, and the role would trust ${edit.wanted} alone`, {
        cause: 'The token says as which ServiceAccount the pod runs, and STS compares it with the trust policy of the role to the letter.',
        remedy: `Set serviceAccountName: ${edit.wanted} there, or declare the one that they have. Nothing was written.`,
        place: { field: 'spec.credentials' },
      });
    case 'static-key-hides-identity':
      return new AccessError('static-key-hides-identity', `container ${edit.container} of ${label} has a static key in its environment`, {
        cause: 'AWS SDKs take a key from the environment before a token file: the pods would go on calling with that key.',
        remedy: 'Remove AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY there. Nothing was written.',
        place: { field: 'spec.credentials' },
      });
    case 'host-network-shares-identity':
      return new AccessError('host-network-shares-identity', `the pods of ${label} are in their node's network`, {
        cause: "Their loopback is the node's: every process there could take the session that the sidecar gives, and two pods would need one port.",
        remedy: 'Remove hostNetwork there, or declare another mode of credentials. Nothing was written.',
        place: { field: 'spec.workloads' },
      });
    case 'init-container-before-sidecar':
      return new AccessError('init-container-before-sidecar', `${edit.container} of ${label} may start before the sidecar that gives the session`, {
        cause: 'Init containers start one after the other, and the sidecar is the last of them.',
        remedy: 'Name only containers that are no init containers in spec.workloads[].containers. Nothing was written.',
        place: { field: 'spec.workloads' },
      });
  }
}

/** A rotation that is declared no more, or under another name: nothing depends on it, so that it goes at once. */
function dropEarlierJob({ workspace, app, access, yaml }: Prepared, objects: readonly ManifestText[]): void {
  if (app === undefined) return;
  const stays = (kind: string, name: string): boolean => objects.some(({ object }) => object['kind'] === kind && getIn(object, ['metadata', 'name']) === name);
  const earlier = app.own.flatMap(({ documents }) => documents).filter(({ object }) => isOfJob(object, access, { named: false }) && !stays(object.kind, object.name));
  // The last of a file first, so that the places of the others stay true.
  for (const document of earlier.toSorted((a, b) => indexOf(b) - indexOf(a))) dropObject(workspace, app, { file: document.file.file, index: indexOf(document), what: `${document.object.kind} ${document.object.name}` }, yaml);
}
