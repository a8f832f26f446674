/** What a rotation says when it cannot begin, cannot go on, or is about to be felt. */
import type { Access } from '../access/types.ts';
import type { Executed } from '../engine/execute.ts';
import type { AccessName } from '../engine/types.ts';
import { AccessError } from '../errors/error.ts';
import type { Finding } from '../finding.ts';
import { keyMode } from '../access/credential-mode.ts';
import { keyNoun, sortNamed } from '../resources/key-sort.ts';
import { milliseconds, shownDuration } from '../access/duration.ts';
import { silenceOf } from './rotation-phases.ts';
import type { RotationSeen, RotationTimes } from './types.ts';

export function unfinishedApply({ namespace, name }: AccessName): AccessError {
  return new AccessError('apply-unfinished', `the last apply of ${namespace}/${name} did not come to its end`, {
    cause: 'A rotation changes the key of an access that is in place, and nothing else.',
    remedy: 'Run apply again; then rotate.',
  });
}

/** @throws AccessError where no rotation may be begun */
export function refuseBeginning({ access, keys, recorded, unknown }: RotationSeen): void {
  const { user } = access.spec.names;
  const { kind, noun, commands } = sortNamed(keyMode(access, 'a rotation').mode);
  const place = { resource: `${kind} of ${user}` };
  if (recorded === undefined || !keys.some(({ id }) => id === recorded)) {
    throw new AccessError('nothing-to-rotate', recorded === undefined ? `no parameter names an ${noun} of ${user}` : `${noun} ${recorded} of ${user}, which the parameter names, does not exist`, {
      cause: 'It was deleted, or the access was never applied to its end.',
      remedy: 'Run `bedrock-access apply`: it makes a new key and gives it to the workload.',
      place,
    });
  }
  const [first] = unknown;
  if (first === undefined) return;
  throw new AccessError('unknown-access-key', `${user} has ${unknown.length === 1 ? `an ${noun}` : `${noun}s`} that this program did not make: ${unknown.join(', ')}`, {
    cause: 'No parameter, Secret, pod or mark of this access names it, so it is never touched; and a user may have two keys at most, so there is no room for a new one. The workload goes on with its key.',
    remedy: `Find out who uses it (${commands.inspect(user, first)}), delete it if nobody does, and rotate again.`,
    place,
  });
}

/** @throws AccessError where there is no way back */
export function refuseUndo({ access, from, mark, keys }: RotationSeen): void {
  if (from === undefined) {
    throw new AccessError('nothing-to-undo', `no rotation of ${access.metadata.namespace}/${access.metadata.name} is under way`, {
      cause: 'Either none was begun, or the old key is deleted: then there is no way back to it.',
      remedy: 'If the key in use does not do, begin another rotation: `bedrock-access rotate --now`.',
    });
  }
  if (mark?.leaked === undefined) return;
  throw new AccessError('leaked-key-stays-off', `${keyNoun(from)} ${from} was said to have leaked and does not come back`, {
    cause: `\`rotate --compromised\` deactivated it (${mark.leaked.toISOString()}).`,
    remedy: `Go on with \`bedrock-access rotate\`.${keys.length > 1 ? '' : ' It makes the new key.'}`,
  });
}

/** @throws AccessError where there is no key that could be deactivated */
export function refuseCompromised(seen: RotationSeen): void {
  if (seen.from === undefined) {
    refuseBeginning({ ...seen, unknown: [] });
    return;
  }
  if (seen.keys.find(({ id }) => id === seen.from)?.active !== false || seen.mark?.leaked !== undefined) return;
  throw oldKeyInTheWay(seen.from, seen.recorded);
}

export function oldKeyInTheWay(from: string, recorded: string | undefined): AccessError {
  return new AccessError('old-key-in-the-way', `the earlier ${keyNoun(from)} ${from} still waits out its grace time, and a user may have two keys at most`, {
    cause: `It is inactive; ${recorded ?? ''} is in use.`,
    remedy: 'Delete it now (`bedrock-access rotate --grace 0m`), then run `rotate --compromised` again at once.',
  });
}

export function leakFinding({ workloads }: RotationSeen, leaked: string): Finding {
  const holding = workloads.map(({ name }) => name).join(', ');
  return {
    id: 'leaked-key-off',
    severity: 'warning',
    message: `${keyNoun(leaked)} ${leaked} is deactivated now: calls of ${holding} are refused until they are restarted with the new key`,
    cause: 'A leaked key is taken away first. New pods come as soon as the new key is proven and delivered, usually within one to two minutes and the time of the roll-out.',
    remedy:
      keyNoun(leaked) === 'API key'
        ? 'Look in CloudTrail at what the user called. It opened nothing but Amazon Bedrock, and makes no sessions that would outlive it.'
        : 'Look in CloudTrail at what was called with it (eventName, accessKeyId). Sessions that were made with it (sts:GetSessionToken) are denied everything for 36 hours, as long as one can live.',
  };
}

/** A leaked key while the access is on its way to another mode. */
export function leakFindingOnTheWay(seen: RotationSeen, leaked: string): Finding {
  const finding = leakFinding(seen, leaked);
  return {
    ...finding,
    message: `${keyNoun(leaked)} ${leaked} is deactivated now: calls of pods that have it are refused until the migration has given them other credentials`,
    cause: 'A leaked key is taken away first. Pods that have the credentials of the other mode go on.',
    remedy: `Run \`bedrock-access migrate\` now: it gives the pods the other mode's credentials, or a new key where the leaked one is of the mode to come; \`bedrock-access migrate --undo\` goes back, to a new key where the leaked one is of the mode of before. ${finding.remedy ?? ''}`,
  };
}

/** While two modes are valid there may be two keys, or none. */
export function leakedKeyUnclear(keys: readonly string[], named: string | undefined): AccessError {
  const none = keys.length === 0;
  return new AccessError(none ? 'nothing-to-rotate' : 'leaked-key-unclear', none ? 'neither of the two modes has a key' : `${named === undefined ? 'more than one key may have leaked' : `${named} is no key of this access`}: ${keys.join(', ')}`, {
    cause: none ? 'The access is on its way between two modes, and the key of neither is there.' : 'The access is on its way between two modes, and a wrong key that is taken away stops the workload and leaves the leaked one active.',
    remedy: none ? 'Go on with `bedrock-access migrate`.' : `Say which one: bedrock-access rotate --compromised --key ${keys[0] ?? ''}`,
  });
}

export function rotateAfterTooShort(seen: RotationSeen, times: RotationTimes): Finding | undefined {
  const { mode, rotateAfter } = keyMode(seen.access, 'a rotation');
  const after = milliseconds(rotateAfter);
  const takes = silenceOf(seen, times) + (times.grace ?? 86_400_000) + 1_800_000;
  if (after === undefined || after >= takes) return undefined;
  return {
    id: 'rotate-after-too-short',
    severity: 'warning',
    message: `rotateAfter is ${rotateAfter ?? ''}, and a rotation takes about ${shownDuration(takes)} with roll-out, silence and grace time`,
    cause: 'The next rotation begins only when the old key of the one before is gone.',
    remedy: 'Declare a longer rotateAfter, or give --silence and --grace.',
    place: { field: `spec.credentials.${mode}.rotateAfter` },
  };
}

export function newKeyRefused({ metadata, spec }: Access, keyId: string, from: string): Finding {
  return {
    id: 'new-key-refused',
    severity: 'error',
    message: `AWS does not accept what Secret ${metadata.namespace}/${spec.names.secret} holds (${keyNoun(keyId)} ${keyId}): ${from} stays active`,
    cause: 'The key was deactivated or deleted, or the Secret was changed by somebody.',
    remedy: 'See which link is broken with `bedrock-access verify`; go back with `bedrock-access rotate --undo`.',
    place: { resource: `Secret ${spec.names.secret}` },
  };
}

export function tooLong(waitsFor: string, { from, recorded }: RotationSeen): Finding {
  return {
    id: 'old-pods-remain',
    severity: 'error',
    message: `still waiting for ${waitsFor}`,
    cause: `As long as something may hold ${from ?? 'the old key'}, it stays active; ${recorded ?? 'the new key'} works too.`,
    remedy: 'Look at the pods (kubectl get pods). Then run rotate again to go on, or rotate --undo to go back.',
  };
}

/** A step failed: nothing is taken away, and there is a way back. */
export function stopped({ from, recorded }: RotationSeen, { failed }: Executed): Finding {
  const [first] = failed;
  return {
    id: 'rotation-stopped',
    severity: 'error',
    message: `the rotation stops here${first === undefined ? '' : `: ${first.step.kind} ${first.step.name} failed`}`,
    cause: `No key was taken away: ${[...new Set([from, recorded])].filter((id) => id !== undefined).join(' and ')} ${from === recorded ? 'works on' : 'both work'}.`,
    remedy: 'Mend the cause and run `bedrock-access rotate` again to go on; or go back to the earlier key with `bedrock-access rotate --undo`.',
  };
}
