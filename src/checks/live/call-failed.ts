import { lifecycleAt } from '../../bedrock/lifecycle.ts';
import type { Finding } from '../../finding.ts';
import type { Denial } from '../../policy/denial.ts';
import { deniedBy, type DeniedBy } from './denied-by.ts';
import type { CallFacts, CallFailure } from './facts.ts';
import { refused } from './judge.ts';
import { whatIsMissing } from './policy-denies.ts';

/** A real call must be answered; where it is not, what is known of policy, key, model and region explains why. */
export function callFailed(facts: CallFacts): readonly Finding[] {
  const failure = facts.answer;
  if (!('kind' in failure)) return failure.outputTokens > 0 ? [] : [emptyAnswer(facts)];
  return [explain(facts, failure)];
}

function explain(facts: CallFacts, failure: CallFailure): Finding {
  const { model, region, access, now } = facts;
  const what = `${facts.streamed ? 'the streamed call' : 'the call'} of ${model.invokeId} in ${region} with the key ${facts.accessKeyId}`;
  const finding = (id: string, message: string, cause: string, remedy: string): Finding => ({ id, severity: 'error', message, cause, remedy, place: { resource: model.invokeId, field: 'spec.models' } });
  const said = `AWS said: ${failure.said}.`;

  if (region !== access.spec.region && failure.kind !== 'unreachable') {
    return finding('pod-region-wrong', `${what} failed (${failure.code}): the pod's region is ${region}, the declaration says ${access.spec.region}`, `${said} Models, profiles and the policy are made for ${access.spec.region}.`, 'Run `bedrock-access plan`: it shows the variable that holds the region.');
  }
  switch (failure.kind) {
    case 'denied':
      return denied(facts, failure, finding, what, said);
    case 'invalid-credentials':
      return finding('pod-key-refused', `${what} failed: AWS does not accept the key (${failure.code})`, `${said} ${keyState(facts)}`, facts.key?.active === true ? 'Run `bedrock-access verify` again in a minute; if it stays, let `bedrock-access apply` make a new key.' : 'Run `bedrock-access apply`: it makes a new key and hands it on.');
    case 'not-found':
      if (lifecycleAt(model.lifecycle, now) === 'ENDED') return ended(facts, finding, what, said);
      return finding('model-not-found', `${what} failed: Bedrock does not know the model there`, said, `Choose a model that ${region} has: \`bedrock-access models --region ${region}\`.`);
    case 'validation':
      if (model.kind === 'on-demand' && !facts.onDemandHere) {
        return finding('profile-required', `${what} failed: the bare id works only through an inference profile there`, said, `Declare ${facts.alternatives[0] ?? 'an inference profile'} instead of ${model.invokeId}.`);
      }
      if (lifecycleAt(model.lifecycle, now) === 'ENDED') return ended(facts, finding, what, said);
      return finding('aws-request-refused', `${what} was refused as not valid`, said, failure.remedy);
    default:
      return finding(failure.id, `${what} failed (${failure.code})`, failure.cause, failure.remedy);
  }
}

type Make = (id: string, message: string, cause: string, remedy: string) => Finding;

function denied(facts: CallFacts, failure: CallFailure, finding: Make, what: string, said: string): Finding {
  // Bedrock answers a token that it does not know with the same code as what a policy denies.
  if (facts.access.spec.credentials.apiKey !== undefined && facts.key?.active !== true) return finding('pod-key-refused', `${what} failed: AWS does not accept the API key (${failure.code})`, `${said} ${keyState(facts)}`, 'Run `bedrock-access verify` for the user and its key; `bedrock-access apply` or `rotate --now` makes a new one.');
  const missing = refused(facts.judged);
  const outside = stoppedOutside(facts, failure);
  if (outside !== undefined) return finding(outside.id, `${what} was denied by ${outside.policy}`, `${said} ${outside.cause}`, outside.remedy);
  if (missing.length > 0) {
    return finding('call-denied', `${what} was denied: ${whatIsMissing(missing)}`, [said, ...(missing[0]?.verdict.explanation ?? [])].join(' '), 'Run `bedrock-access plan`: it shows how the policy differs; `bedrock-access apply` puts it right.');
  }
  if (lifecycleAt(facts.model.lifecycle, facts.now) === 'ENDED') return ended(facts, finding, what, said);
  return finding(
    'call-denied-elsewhere',
    `${what} was denied although the user's policies allow it${facts.waited > 0 ? ` (for ${facts.waited} s)` : ''}`,
    `${said} What can still deny it: a service control policy or permissions boundary, a VPC endpoint policy, a change of IAM that has not spread yet, or the account has not taken the model up (Anthropic's form, AWS Marketplace).`,
    'Read what AWS said. Let an administrator look at service control policies and at the Bedrock console, "Model access"; after a change that was just made, run `bedrock-access verify` again in a minute.',
  );
}

/** What AWS says that it was; where it says nothing, what the evaluator found. */
function stoppedOutside({ judged, streamed, access }: CallFacts, { deniedBy: said }: CallFailure): DeniedBy | undefined {
  const [first] = refused(judged);
  const denial: Denial | undefined = said ?? (first?.verdict.stoppedBy === 'boundary' ? { by: 'boundary', explicit: first.verdict.decision === 'explicit-deny' } : undefined);
  if (denial === undefined) return undefined;
  return deniedBy(denial, { action: first?.request.action ?? (streamed ? 'bedrock:InvokeModelWithResponseStream' : 'bedrock:InvokeModel'), principal: first?.request.principal ?? access.spec.names.user });
}

function ended(facts: CallFacts, finding: Make, what: string, said: string): Finding {
  const date = facts.model.lifecycle.endOfLifeDate ?? '';
  return finding('model-ended', `${what} failed: the model has ended on ${date}`, said, facts.alternatives.length === 0 ? 'Declare another model: `bedrock-access models --lifecycle active`.' : `Declare a successor: ${facts.alternatives.slice(0, 3).join(', ')}.`);
}

function keyState({ key, accessKeyId }: CallFacts): string {
  if (key === undefined) return `IAM does not have the key ${accessKeyId} any more.`;
  return key.active ? 'The key exists and is active in IAM: either it was made a moment ago, or the secret half does not belong to it.' : `The key ${accessKeyId} is inactive in IAM.`;
}

function emptyAnswer(facts: CallFacts): Finding {
  return {
    id: 'answer-empty',
    severity: 'warning',
    message: `${facts.model.invokeId} answered without a word`,
    cause: 'The model ended its turn at once.',
    remedy: 'Run `bedrock-access verify` again.',
    place: { resource: facts.model.invokeId },
  };
}
