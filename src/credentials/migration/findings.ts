/** What a migration says when it cannot begin, cannot go on, or is about to be felt. */
import { declaredModeOf, modesByName } from '../../access/credential-mode.ts';
import type { Access } from '../../access/types.ts';
import type { Executed } from '../../engine/execute.ts';
import type { ModeChange } from '../../engine/mode-change.ts';
import type { AccessName } from '../../engine/types.ts';
import { AccessError } from '../../errors/error.ts';
import type { Finding } from '../../finding.ts';
import type { MigrationSeen } from './seen.ts';

export function applyFirst({ namespace, name }: AccessName): AccessError {
  return new AccessError('apply-unfinished', `the last apply of ${namespace}/${name} did not come to its end`, {
    cause: 'A migration moves an access that is in place, and changes nothing else of it.',
    remedy: 'Run apply again with the declaration of before; then migrate.',
  });
}

/** @throws AccessError where the two declarations differ in more than their credentials and names */
export function refuseMore(from: Access, to: Access): void {
  const rest = ({ metadata, spec }: Access): string => JSON.stringify({ metadata, spec: { ...spec, credentials: undefined, names: undefined } });
  const differ = Object.keys({ ...from.spec, ...to.spec }).filter((field) => field !== 'credentials' && field !== 'names' && JSON.stringify(Reflect.get(from.spec, field)) !== JSON.stringify(Reflect.get(to.spec, field)));
  if (rest(from) === rest(to) || differ.length === 0) return;
  throw new AccessError('migration-changes-more', `the declaration differs from what was applied in more than its credentials: ${differ.map((field) => `spec.${field}`).join(', ')}`, {
    cause: 'While both modes are valid side by side, everything else has to be alike in both.',
    remedy: 'Apply those changes before, in the present mode, or after the migration.',
    place: { field: `spec.${differ[0] ?? 'credentials'}` },
  });
}

export function underWay({ from, to }: ModeChange, wanted: Access): AccessError {
  const [was, will] = modesByName(from.access.spec.credentials, to.access.spec.credentials);
  return new AccessError('migration-under-way', `${to.access.metadata.namespace}/${to.access.metadata.name} is on its way from ${was} to ${will}, and the declaration says ${declaredModeOf(wanted.spec.credentials)}`, {
    cause: 'One way is gone at a time: the workload may already have the credentials of that mode.',
    remedy: 'Go on with `bedrock-access migrate`, or go back with `bedrock-access migrate --undo`; then migrate to another mode.',
    place: { field: 'spec.credentials' },
  });
}

export function nothingToUndo({ namespace, name }: AccessName, withdrawing: boolean): AccessError {
  return new AccessError('nothing-to-undo', withdrawing ? `the earlier credentials of ${namespace}/${name} are being removed` : `no migration of ${namespace}/${name} is under way`, {
    cause: withdrawing ? 'The grace time is over, and there is no way back to them.' : 'Either none was begun, or the earlier credentials are gone: then there is no way back to them.',
    remedy: withdrawing ? 'Go on with `bedrock-access migrate`; then migrate to the mode of before, which makes new credentials.' : 'Migrate to the mode of before with its declaration: `bedrock-access migrate -f access.yaml`.',
  });
}

export function stopped({ from, to, marks }: MigrationSeen, { failed }: Pick<Executed, 'failed'>): Finding {
  const [first] = failed;
  const [was, will] = modesByName(from.spec.credentials, to.spec.credentials);
  return {
    id: 'migration-stopped',
    severity: 'error',
    message: `the migration stops here${first === undefined ? '' : `: ${first.step.kind} ${first.step.name} failed`}`,
    cause: marks.withdrawing !== undefined ? `The workload has moved to ${will}; some of what ${was} had is left.` : `Nothing was taken away: the credentials of ${was} work on.`,
    remedy: `Mend the cause and run \`bedrock-access migrate\` again to go on${marks.withdrawing === undefined ? '; or go back with `bedrock-access migrate --undo`' : ''}.`,
  };
}

export function tooLong(waitsFor: string, { from }: MigrationSeen): Finding {
  return {
    id: 'earlier-pods-remain',
    severity: 'error',
    message: `still waiting for ${waitsFor}`,
    cause: `As long as something may hold the credentials of ${declaredModeOf(from.spec.credentials)}, they stay; the new ones work too.`,
    remedy: 'Look at the pods (kubectl get pods). Then run migrate again to go on, or migrate --undo to go back.',
  };
}
