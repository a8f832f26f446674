import { foundationModelArn } from '../../../bedrock/arn.ts';
import { partitionIn } from '../bedrock/offer.ts';
import type { Operation } from '../call.ts';
import { AwsError, notImplemented } from '../error.ts';
import { promptTokens } from './completion.ts';
import { readConversation } from './converse.ts';
import { readModelBody } from './invoke.ts';
import { messageFormatOf } from './message-formats.ts';
import { targetOf } from './target.ts';

/** Takes what Converse or InvokeModel would take, and answers without invoking: only foundation models can be named. */
export const countTokens: Operation = {
  action: 'bedrock:CountTokens',
  checks(call) {
    const target = targetOf(call);
    const resource = target.kind === 'unknown' ? target.resource : foundationModelArn(partitionIn(call), call.region, target.model.modelId);
    return [{ action: 'bedrock:CountTokens', resource }];
  },
  run(call) {
    const target = targetOf(call);
    if (target.kind === 'unknown') throw new AwsError('ValidationException', 400, 'The provided model identifier is invalid.');
    if (target.resolved.kind !== 'on-demand') throw new AwsError('ValidationException', 400, "The provided model doesn't support counting tokens.");
    const input = call.input.optionalStructure('input');
    const converse = input?.optionalStructure('converse');
    if (converse !== undefined) return { inputTokens: promptTokens(readConversation(converse)) };
    const invoke = input?.optionalStructure('invokeModel');
    if (invoke === undefined) throw new AwsError('ValidationException', 400, 'The input must set one of the following keys: invokeModel, converse.');
    const format = messageFormatOf(target.model);
    if (format === undefined) throw notImplemented(`CountTokens of bodies for models of ${target.model.provider}`);
    return { inputTokens: promptTokens(format.read(readModelBody(Buffer.from(invoke.text('body'), 'base64')), target.model)) };
  },
};
