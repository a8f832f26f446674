/**
 * Looks at every link of the chain of one access, side by side: user and key, parameters, delivery into the Secret, pod
 * environment, policy, and real calls with the credentials that the pod holds. Facts are gathered here, with I/O;
 * the pure rules in `checks/live` judge them.
 */
import type { Access } from '../../access/types.ts';
import { callerOfAccount } from '../../aws/account.ts';
import type { ResolvedModel } from '../../bedrock/types.ts';
import { callFailed } from '../../checks/live/call-failed.ts';
import { deliveryNotReady } from '../../checks/live/delivery-not-ready.ts';
import type { CallFacts, PolicyFacts } from '../../checks/live/facts.ts';
import { keyEnding } from '../../checks/live/key-ending.ts';
import { keyInactive } from '../../checks/live/key-inactive.ts';
import { keyMissing } from '../../checks/live/key-missing.ts';
import { parameterKeyForeign } from '../../checks/live/parameter-key-foreign.ts';
import { parameterMissing } from '../../checks/live/parameter-missing.ts';
import { parameterPlain } from '../../checks/live/parameter-plain.ts';
import { parameterUnusable } from '../../checks/live/parameter-unusable.ts';
import { podCredentialHidden } from '../../checks/live/pod-credential-hidden.ts';
import { podMissing } from '../../checks/live/pod-missing.ts';
import { podOlderThanSecret } from '../../checks/live/pod-older-than-secret.ts';
import { podVariable } from '../../checks/live/pod-variable.ts';
import { policyDenies } from '../../checks/live/policy-denies.ts';
import { agreed, simulationDiffers } from '../../checks/live/simulation-differs.ts';
import { secretDiffers } from '../../checks/live/secret-differs.ts';
import { userMissing } from '../../checks/live/user-missing.ts';
import type { RunContext, VerifyCheck } from '../types.ts';
import { check } from './check.ts';
import type { Looked } from './check.ts';
import { callFromCluster } from './from-cluster/call-from-cluster.ts';
import { gatherDelivery } from './gather-delivery.ts';
import { gatherParameters } from './gather-parameters.ts';
import { gatherPods } from './gather-pods.ts';
import type { LivePods } from './gather-pods.ts';
import { gatherPolicies } from './gather-policies.ts';
import { gatherSimulation } from './gather-simulation.ts';
import { gatherUser } from './gather-user.ts';
import { heldCredentials } from './held-credentials.ts';
import type { HeldCredentials } from './held-credentials.ts';
import { openInquiry } from './inquiry.ts';
import { callableModels, lookForProfiles } from './own-profiles.ts';
import type { Inquiry } from './inquiry.ts';
import { makeCall } from './make-call.ts';
import { storeReadersCheck } from './store-readers-check.ts';
import { sessionWayOf, verifyRole } from './role.ts';

/**
 * @param context `call: false` leaves out the real calls, which cost a few tokens; `fromCluster` makes one more from within the
 * cluster, by a short Job with this image of the program.
 * @throws AccessError `aws-account-mismatch`, or why AWS does not let the caller be known: then no check would mean anything
 */
export async function* verifyAccess(access: Access, context: RunContext & { readonly call: boolean; readonly fromCluster?: { readonly image: string } }): AsyncGenerator<VerifyCheck> {
  await callerOfAccount(context.aws, access.spec.account);
  const opened = openInquiry(access, context);
  const profiles = lookForProfiles(opened);
  if (profiles !== undefined) yield await check('application-profiles', 'Application profiles', opened, async () => (await profiles).looked);
  // Where they may not be looked at, that is said above, and the rest is judged without them.
  const inquiry = (await profiles?.catch(() => undefined))?.known ?? opened;
  const role = sessionWayOf(inquiry);
  const image = context.fromCluster?.image;
  const probing = image === undefined ? undefined : (pods: Promise<LivePods>, policies: Promise<PolicyFacts | undefined>) => fromCluster(image, pods, policies, inquiry);
  if (role !== undefined) {
    yield* verifyRole(role, inquiry, { calls: context.call, judgePolicy: policy, callWith, fromCluster: probing });
    return;
  }
  const pods = gatherPods(inquiry);
  const policies = gatherPolicies(inquiry);
  const checks = [
    check('user-and-key', 'User and key', inquiry, () => userAndKey(inquiry)),
    check('parameters', 'Parameters', inquiry, () => parameters(inquiry)),
    check('external-secret', 'ExternalSecret and Secret', inquiry, () => delivery(inquiry)),
    check('store-readers', 'Who can read', inquiry, () => storeReadersCheck(inquiry)),
    check('pod-environment', 'Pod environment', inquiry, async () => podEnvironment(await pods)),
    check('policy', 'Policy', inquiry, async () => policy(await policies, inquiry)),
    check('call', 'Call', inquiry, () => call(false, pods, policies, inquiry, context.call)),
    check('streamed-call', 'Streamed call', inquiry, () => call(true, pods, policies, inquiry, context.call)),
    ...(probing === undefined ? [] : [check('call-from-cluster', 'Call from the cluster', inquiry, () => probing(pods, policies))]),
  ];
  // A defect is thrown where its check is awaited, not before.
  for (const one of checks) one.catch(() => undefined);
  // Told in this order, however they end.
  for (const one of checks) yield await one;
}

async function userAndKey(inquiry: Inquiry): Promise<Looked> {
  const facts = await gatherUser(inquiry);
  const key = facts.keys.find(({ id }) => id === facts.handedOn?.id) ?? facts.keys[0];
  return {
    detail: facts.user === undefined ? `no user ${facts.userName}` : `${facts.userName}, ${key === undefined ? 'no key' : `key ${key.id} ${key.active ? 'active' : 'inactive'}`}`,
    findings: [...userMissing(facts), ...keyMissing(facts), ...keyInactive(facts, inquiry.context.clock.now()), ...keyEnding(facts, inquiry.context.clock.now())],
  };
}

async function parameters(inquiry: Inquiry): Promise<Looked> {
  const facts = await gatherParameters(inquiry);
  const seen = facts.parameters.map(({ name, found }) => (found === undefined ? `${name} missing` : `${name} version ${found.version}`));
  return {
    detail: `${seen.join(', ')} in ${facts.region}${facts.pair === undefined ? '' : `, holding key ${facts.pair.accessKeyId}`}`,
    findings: [...parameterMissing(facts), ...parameterPlain(facts), ...parameterUnusable(facts), ...parameterKeyForeign(facts)],
  };
}

async function delivery(inquiry: Inquiry): Promise<Looked> {
  const facts = await gatherDelivery(inquiry);
  const { secret, parameter } = facts;
  const same = secret?.pair !== undefined && secret.pair.fingerprint === parameter?.fingerprint && secret.pair.accessKeyId === parameter.accessKeyId;
  return {
    detail: `${facts.externalSecret?.ready === true ? 'Ready' : 'not Ready'}, Secret ${facts.secretName} ${secret === undefined ? 'missing' : same ? 'equal to the parameter' : parameter === undefined ? 'not compared' : 'differs from the parameter'}`,
    findings: [...deliveryNotReady(facts), ...secretDiffers(facts)],
  };
}

function podEnvironment({ facts }: LivePods): Looked {
  const count = facts.workloads.reduce((sum, { pods }) => sum + pods.length, 0);
  const names = facts.workloads.map(({ workload, expected }) => `${workload.kind} ${workload.name}: ${counted(expected.length, 'variable')}`);
  return {
    detail: `${counted(count, 'pod')} (${names.join('; ')})`,
    findings: [...podMissing(facts), ...podVariable(facts), ...podCredentialHidden(facts), ...podOlderThanSecret(facts)],
  };
}

async function policy(facts: PolicyFacts | undefined, inquiry: Inquiry): Promise<Looked> {
  const declared = inquiry.declared.filter(({ severity }) => severity === 'error');
  if (facts === undefined) return { detail: 'there is no user or role to judge', findings: declared, skipped: declared.length === 0 };
  const simulation = await gatherSimulation(facts, inquiry);
  const simulated = agreed(simulation);
  const destinations = facts.models.reduce((sum, model) => sum + Math.max(1, model.destinationRegions.length), 0);
  return {
    detail: `${counted(facts.policies.identity.length, 'policy', 'policies')}, ${counted(facts.models.length, 'model')} in ${counted(destinations, 'destination')}, whole and streamed${simulated === undefined ? '' : `; AWS's own simulation agrees in ${simulated.alike} of ${simulated.asked}`}`,
    findings: [...declared, ...policyDenies(facts), ...simulationDiffers(simulation)],
  };
}

async function call(streamed: boolean, pods: Promise<LivePods>, policies: Promise<PolicyFacts | undefined>, inquiry: Inquiry, wanted: boolean): Promise<Looked> {
  if (!wanted) return skipped('not asked for (--no-call)');
  if (defaultModel(inquiry) === undefined) return skipped(notCallable);
  const held = heldCredentials(await pods, inquiry);
  return 'unknown' in held ? skipped(held.unknown) : callWith(streamed, held, policies, inquiry);
}

const notCallable = 'the declared model cannot be called, see above';

/** One real call of the default model with what the workload holds. */
async function callWith(streamed: boolean, held: HeldCredentials, policies: Promise<PolicyFacts | undefined>, inquiry: Inquiry): Promise<Looked> {
  const model = defaultModel(inquiry);
  if (model === undefined) return skipped(notCallable);
  // Without the policies (no permission to read them) the call still tells most.
  const facts = await makeCall({ model, streamed, held, policies: await policies.catch(() => undefined) }, inquiry);
  if ('kind' in facts.answer && facts.answer.kind === 'denied' && isBoundToPlace(inquiry)) return skipped('the grant holds only from the declared endpoint or networks, and this machine is elsewhere: verify from there');
  return { detail: `${model.invokeId} in ${facts.region} with the key ${facts.accessKeyId} of ${held.holder}: ${told(facts)}`, findings: callFailed(facts) };
}

/** After the pods were looked at, so that the Job's own is not among them. */
async function fromCluster(image: string, pods: Promise<LivePods>, policies: Promise<PolicyFacts | undefined>, inquiry: Inquiry): Promise<Looked> {
  const model = defaultModel(inquiry);
  if (model === undefined) return skipped(notCallable);
  await pods.catch(() => undefined);
  return callFromCluster(image, model, await policies.catch(() => undefined), inquiry);
}

/** `aws:SourceVpce` and `aws:SourceIp` deny every call from elsewhere, as they shall. */
function isBoundToPlace({ access }: Inquiry): boolean {
  const { endpoint } = access.spec;
  return endpoint?.sourceVpce !== undefined || endpoint?.sourceIp !== undefined;
}

function told({ answer, waited }: CallFacts): string {
  if ('kind' in answer) return `failed (${answer.code})`;
  return `answered, ${answer.inputTokens} tokens in, ${answer.outputTokens} out${waited > 1 ? `, after ${waited} s` : ''}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function defaultModel(inquiry: Inquiry): ResolvedModel | undefined {
  const { access } = inquiry;
  const declared = access.spec.models.find(({ role }) => role === 'default') ?? access.spec.models[0];
  return callableModels(inquiry).find(({ reference }) => reference === declared?.id);
}

function skipped(detail: string): Looked {
  return { detail, findings: [], skipped: true };
}
