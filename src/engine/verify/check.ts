import { AwsCallError, toAccessError as awsAccessError } from '../../aws/error.ts';
import { AccessError } from '../../errors/error.ts';
import type { Finding } from '../../finding.ts';
import { KubernetesCallError, toAccessError as kubernetesAccessError } from '../../kubernetes/error.ts';
import { denialFinding, isDenial } from '../failure.ts';
import type { VerifyCheck } from '../types.ts';
import type { Inquiry } from './inquiry.ts';

export interface Looked {
  /** One line of what was seen. */
  readonly detail: string;
  readonly findings: readonly Finding[];
  readonly skipped?: boolean;
}

/** Runs one check. A call that fails is that check's finding and stops no other check. */
export async function check(id: string, title: string, { access, context }: Inquiry, look: () => Promise<Looked>): Promise<VerifyCheck> {
  const begun = context.clock.now().getTime();
  const finish = (outcome: VerifyCheck['outcome'], detail: string, findings: readonly Finding[]): VerifyCheck => ({
    id,
    title,
    outcome,
    detail,
    findings,
    milliseconds: context.clock.now().getTime() - begun,
  });
  try {
    const { detail, findings, skipped } = await look();
    if (skipped === true) return finish('skipped', detail, findings);
    return finish(findings.some(({ severity }) => severity === 'error') ? 'failed' : 'passed', detail, findings);
  } catch (error) {
    if (context.signal.aborted) return finish('skipped', 'interrupted', []);
    if (isDenial(error)) return finish('failed', 'may not be looked at', [denialFinding(error, access)]);
    const told = error instanceof AwsCallError ? awsAccessError(error) : error instanceof KubernetesCallError ? kubernetesAccessError(error) : error;
    if (!(told instanceof AccessError)) throw error;
    return finish('failed', 'could not be looked at', [asFinding(told)]);
  }
}

function asFinding({ id, message, details }: AccessError): Finding {
  return { id, severity: 'error', message, cause: details.cause, remedy: details.remedy, ...(details.place === undefined ? {} : { place: details.place }) };
}
