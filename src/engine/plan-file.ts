import { z } from 'zod';
import { accessFromObject } from '../access/parse.ts';
import { accessDigest } from '../access/digest.ts';
import type { Access } from '../access/types.ts';
import { AccessError } from '../errors/error.ts';
import type { Plan, PlanFile, RunContext, Step } from './types.ts';

const format = 'bedrock-access-plan/1';

/** The text of a plan file. No secret is in it: a plan never holds one. */
export function writePlanFile(plan: Plan, access: Access, programVersion: string): string {
  const file: PlanFile = { format, programVersion, access, plan };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Reads a plan file; throws `plan-file-unreadable` for what is none or of another format. */
export function readPlanFile(text: string): PlanFile {
  const parsed = planFileSchema.safeParse(parseJson(text));
  if (!parsed.success) throw unreadable(parsed.error.issues[0]?.path.join('.') ?? '');
  const { access } = accessFromObject(parsed.data.access);
  if (access === undefined || accessDigest(access) !== parsed.data.plan.accessDigest) throw unreadable('access');
  return { ...parsed.data, access };
}

/**
 * Compares a plan file with a plan made of a fresh look: each step is either still to be done exactly so, or done.
 * @throws AccessError `plan-stale` where anything else is the case
 */
export function refuseStale(file: PlanFile, fresh: Plan, context: Pick<RunContext, 'programVersion'>): void {
  const reasons: string[] = [];
  if (file.programVersion !== context.programVersion) reasons.push(`it was made by version ${file.programVersion}, this is ${context.programVersion}`);
  for (const [what, then, now] of [
    ['account', file.plan.account, fresh.account],
    ['cluster', file.plan.cluster, fresh.cluster],
    ['date of the catalog', file.plan.catalogDate, fresh.catalogDate],
  ] as const) {
    if (then !== now) reasons.push(`the ${what} was ${then} and is ${now}`);
  }
  const planned = new Map(file.plan.steps.map((step) => [addressOf(step), step]));
  for (const step of fresh.steps) {
    const then = planned.get(addressOf(step));
    planned.delete(addressOf(step));
    const name = `${step.kind} ${step.name}`;
    if (then === undefined) {
      if (step.lost !== true) reasons.push(`${name} was not in the plan`);
      continue;
    }
    // What a fresh look finds nothing to do about is as it is to be after the step.
    const isDone = step.action === 'none' && then.action !== 'none';
    const isBefore = step.action === then.action && step.before === then.before;
    if (!isDone && !isBefore) reasons.push(`${name} is not as it was when the plan was made`);
  }
  // A delete step whose thing is gone is done.
  for (const then of planned.values()) if (then.action !== 'delete') reasons.push(`${then.kind} ${then.name} is not in the footprint any more`);
  const [first] = reasons;
  if (first === undefined) return;
  throw new AccessError('plan-stale', `the plan file does not fit what is there now: ${first}`, {
    cause: reasons.length === 1 ? 'Something has changed since it was made. Nothing was changed by this run.' : `${reasons.slice(1).join('; ')}. Nothing was changed by this run.`,
    remedy: 'Make a new one with plan --out FILE, look at it, and apply that.',
  });
}

function addressOf({ kind, key }: Step): string {
  return `${kind}/${key}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(place: string): AccessError {
  return new AccessError('plan-file-unreadable', `this is no plan file that this version reads${place === '' ? '' : ` (${place})`}`, {
    cause: `A plan file is what plan --out writes, format ${format}, unchanged.`,
    remedy: 'Make a new one with plan --out FILE.',
  });
}

const findingSchema = z.object({
  id: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  cause: z.string(),
  remedy: z.string(),
  place: z
    .object({ file: z.string().exactOptional(), line: z.number().exactOptional(), column: z.number().exactOptional(), field: z.string().exactOptional(), resource: z.string().exactOptional() })
    .exactOptional(),
});
const stepSchema = z.object({
  id: z.string(),
  action: z.enum(['create', 'update', 'delete', 'replace', 'none', 'adopt']),
  kind: z.string(),
  key: z.string(),
  name: z.string(),
  where: z.enum(['aws', 'kubernetes']),
  differences: z.array(z.object({ field: z.string(), from: z.string().exactOptional(), to: z.string().exactOptional(), cause: z.literal('catalog').exactOptional() })),
  after: z.array(z.string()),
  reason: z.string().exactOptional(),
  before: z.string(),
  afterwards: z.string().exactOptional(),
  lost: z.boolean().exactOptional(),
  handOver: findingSchema.exactOptional(),
});
const planFileSchema = z.object({
  format: z.literal(format),
  programVersion: z.string(),
  access: z.unknown(),
  plan: z.object({
    access: z.object({ name: z.string(), namespace: z.string() }),
    account: z.string(),
    region: z.string(),
    cluster: z.string(),
    catalogDate: z.string(),
    accessDigest: z.string(),
    steps: z.array(stepSchema),
    findings: z.array(findingSchema),
    only: z.array(z.string()).exactOptional(),
    partial: z.boolean().exactOptional(),
    summary: z.object({ create: z.number(), update: z.number(), replace: z.number(), delete: z.number(), adopt: z.number(), unchanged: z.number() }),
  }),
});
