/**
 * Too few permissions: every one that a run lacks for looking is told at once, with the ARN that it is judged on, so that
 * one round with the administrator is enough.
 */
import type { Access } from '../access/types.ts';
import { AccessError, exitCodes } from '../errors/error.ts';
import { KubernetesCallError } from '../kubernetes/error.ts';
import { kindOf, kinds } from '../resources/index.ts';
import type { Readings } from '../resources/readings.ts';
import { denialFinding, isDenial, type Denial } from './failure.ts';
import { revisionsOf } from './revision.ts';
import type { Footprint } from './types.ts';

/** A footprint; or what is known without a declaration. */
export interface Looked extends Pick<Footprint, 'owner' | 'resources'> {
  readonly access?: Access;
  /** No name is known, and the account is searched. */
  readonly sweep?: boolean;
}

/**
 * What to throw for failures of a look at the world: the first that is no denial, for then the rest is not known; else one
 * error with a finding for each missing permission. Whatever else a run looks at is asked for too.
 */
export async function failureOfLooking(failures: readonly unknown[], looked: Looked, readings: Readings): Promise<unknown> {
  if (!failures.every(isDenial)) return failureOfAll(failures, looked.access);
  return failureOfAll([...failures, ...(await denialsOf(looked, readings)).filter(isDenial)], looked.access);
}

/** Likewise, for failures of everything that there is to look at. */
export function failureOfAll(failures: readonly unknown[], access?: Access): unknown {
  const other = failures.find((failure) => !isDenial(failure));
  if (other !== undefined) return other;
  const all = failures.filter(isDenial);
  const findings = [...Map.groupBy(all, (denial) => permissionOf(denial, access)).values()]
    .flatMap(([denial, ...alike]) => (denial === undefined ? [] : [denialFinding(denial, access, alike)]))
    .sort((a, b) => a.id.localeCompare(b.id) || a.message.localeCompare(b.message));
  const [first] = findings;
  if (first === undefined) return failures[0];
  return new AccessError(first.id, findings.length === 1 ? first.message : `${first.message} (and ${findings.length - 1} more)`, {
    cause: first.cause,
    remedy: first.remedy,
    findings,
    origin: all[0],
    exitCode: exitCodes.permission,
  });
}

/** Asks for every reading of the access once; those that were answered before are not asked again. */
async function denialsOf({ owner, access, resources, sweep = false }: Looked, readings: Readings): Promise<readonly unknown[]> {
  const account = access?.spec.account ?? (await readings.callerIdentity()).account;
  const where = (kind: string): Parameters<NonNullable<(typeof kinds)[number]['strays']>>[0] => ({
    owner,
    named: resources,
    accounted: new Set(resources.filter((resource) => resource.kind === kind).map((resource) => kindOf(resource).identity(resource))),
    sweep,
    account,
  });
  const { noting, answers } = noted(readings);
  await Promise.allSettled([
    revisionsOf(owner, noting),
    noting.object({ apiVersion: 'v1', kind: 'Namespace', name: owner.namespace }),
    ...resources.flatMap((resource) => [kindOf(resource).observe(resource, noting, owner), ...(kindOf(resource).laterReadings?.(resource, noting) ?? [])]),
    ...kinds.map((kind) => kind.strays?.(where(kind.kind), noting)),
  ]);
  // A kind ends at its first refusal, while others of its readings are still under way.
  return (await Promise.allSettled(answers)).filter((each) => each.status === 'rejected').map(({ reason }) => reason);
}

/** The same readings, and everything that was asked of them. */
function noted(readings: Readings): { readonly noting: Readings; readonly answers: readonly unknown[] } {
  const answers: unknown[] = [];
  const noting = new Proxy(readings, {
    get(target, name) {
      const ask: unknown = Reflect.get(target, name);
      if (typeof ask !== 'function') return ask;
      return (...asked: readonly unknown[]): unknown => {
        const answer: unknown = Reflect.apply(ask, target, asked);
        answers.push(answer);
        return answer;
      };
    },
  });
  return { noting, answers };
}

/** What one line of a policy or role would allow; without a declaration it is the same line for every region. */
function permissionOf(denial: Denial, access: Access | undefined): string {
  if (denial instanceof KubernetesCallError) return `${denial.verb} ${denial.target}`;
  return access === undefined ? denial.action : `${denial.action} ${denial.region}`;
}
