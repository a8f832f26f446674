import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotationPhases } from '../../src/credentials/rotation-phases.ts';
import { phaseOf } from '../../src/credentials/transition.ts';
import type { RotationSeen } from '../../src/credentials/types.ts';
import { rotationMark, rotationTag } from '../../src/resources/rotation-mark.ts';
import { declared } from '../engine/observed.ts';

const began = new Date('2026-11-24T09:00:00Z');
const hours = (count: number): Date => new Date(began.getTime() + count * 3_600_000);
const workload = { name: 'Deployment openhands', oldPods: [], startsOwnContainers: false };
const key = (id: string, active = true): RotationSeen['keys'][number] => ({ id, active, createdAt: began });

/** Both keys there, the new one stored, delivered and in every pod; what a case says otherwise. */
function seen(changes: Partial<RotationSeen> = {}): RotationSeen {
  return { access: declared(), keys: [key('AKIAOLD'), key('AKIANEW')], mark: { from: 'AKIAOLD', to: 'AKIANEW', began, moved: began }, recorded: 'AKIANEW', inSecret: 'AKIANEW', from: 'AKIAOLD', unknown: [], workloads: [workload], ...changes };
}

const cases: readonly { readonly sentence: string; readonly seen: RotationSeen; readonly now?: Date; readonly phase: string | undefined; readonly opens?: boolean; readonly until?: Date }[] = [
  { sentence: 'while the parameter names the old key, the new one is to be made', seen: seen({ recorded: 'AKIAOLD', inSecret: 'AKIAOLD' }), phase: 'renew', opens: true },
  { sentence: 'stored and not in the Secret: to be delivered', seen: seen({ inSecret: 'AKIAOLD' }), phase: 'deliver', opens: true },
  { sentence: 'a pod that holds the old key keeps everything waiting', seen: seen({ workloads: [{ ...workload, oldPods: ['openhands-1'] }] }), phase: 'restart', opens: false },
  { sentence: 'one of several workloads is enough to wait for', seen: seen({ workloads: [workload, { ...workload, oldPods: ['other-1'] }] }), phase: 'restart', opens: false },
  { sentence: 'that no pod holds it any more is marked', seen: seen({ mark: { from: 'AKIAOLD', began } }), phase: 'moved', opens: true },
  { sentence: 'silent for less than five minutes: not yet', seen: seen(), now: new Date(began.getTime() + 299_000), phase: 'deactivate', opens: false, until: new Date(began.getTime() + 300_000) },
  { sentence: 'silent for five minutes: deactivated', seen: seen(), now: new Date(began.getTime() + 300_000), phase: 'deactivate', opens: true },
  { sentence: 'a later use begins the silence anew', seen: seen({ lastUsed: hours(5) }), now: hours(5), phase: 'deactivate', opens: false, until: new Date(hours(5).getTime() + 300_000) },
  { sentence: 'containers of its own: a day of silence, whatever the pods say', seen: seen({ workloads: [{ ...workload, startsOwnContainers: true }] }), now: hours(23), phase: 'deactivate', opens: false, until: hours(24) },
  { sentence: 'the last working key is never deactivated', seen: seen({ keys: [key('AKIAOLD'), key('AKIANEW', false)] }), now: hours(100), phase: 'deactivate', opens: false },
  { sentence: 'inactive without a mark: the grace time begins by marking it', seen: seen({ keys: [key('AKIAOLD', false), key('AKIANEW')] }), phase: 'deactivate', opens: true },
  { sentence: 'inactive and marked: the grace time has its day', seen: seen({ keys: [key('AKIAOLD', false), key('AKIANEW')], mark: { from: 'AKIAOLD', began, off: began } }), now: hours(23), phase: 'delete', opens: false, until: hours(24) },
  { sentence: 'after the grace time the old key goes', seen: seen({ keys: [key('AKIAOLD', false), key('AKIANEW')], mark: { from: 'AKIAOLD', began, off: began } }), now: hours(24), phase: 'delete', opens: true },
  { sentence: 'the old key stays when the new one works no more', seen: seen({ keys: [key('AKIAOLD', false), key('AKIANEW', false)], mark: { from: 'AKIAOLD', began, off: began } }), now: hours(24), phase: 'delete', opens: false },
  { sentence: 'the old key gone: nothing is left to do', seen: seen({ keys: [key('AKIANEW')] }), phase: undefined },
  { sentence: 'a leaked key is cut before anything else', seen: seen({ recorded: 'AKIAOLD', inSecret: 'AKIAOLD', mark: { from: 'AKIAOLD', began, leaked: began } }), phase: 'cut', opens: true },
];

for (const { sentence, seen: facts, now = began, phase, opens, until } of cases) {
  test(sentence, () => {
    const found = phaseOf(rotationPhases(), facts);
    assert.equal(found?.id, phase);
    const gate = found?.gate(facts, now);
    if (opens !== undefined) assert.equal(gate?.open, opens);
    if (until !== undefined) assert.deepEqual(gate?.open === false ? gate.until : undefined, until);
  });
}

test('the mark comes back from its tag as it was, and fits into one', () => {
  const mark = { from: `AKIA${'A'.repeat(16)}`, to: `AKIA${'B'.repeat(16)}`, began, moved: hours(1), off: hours(2), leaked: hours(3), undo: hours(4) };
  const tags = rotationTag(mark);
  assert.deepEqual(rotationMark({ tags }), mark);
  // IAM user guide, "Rules for tagging in IAM and AWS STS".
  assert.match(tags['bedrock-access/rotation'], /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u);
});

test('a tag of another form is no mark', () => {
  for (const text of ['', 'from=AKIAOLD', 'began=2026-11-24T09:00:00.000Z', 'from=AKIAOLD began=soon']) assert.equal(rotationMark({ tags: { 'bedrock-access/rotation': text } }), undefined);
});
