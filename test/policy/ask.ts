import assert from 'node:assert/strict';
import { evaluate } from '../../src/policy/evaluate.ts';
import { oracleDecision } from './oracle.ts';
import { everyWay, type Question } from './questions.ts';

/**
 * Asks our evaluator every question, and iam-simulate every n-th; `every-model.long.test.ts` asks it all of them.
 * iam-simulate's validation rejects the ARN without a region that AWS asks for ("Global cross-Region inference", Bedrock
 * user guide); without validation, as here, it decides it.
 */
export function ask(questions: Iterable<Question>, every: number): void {
  let count = 0;
  for (const { request, set, wanted } of questions) {
    const place = (): string => `${request.action} on ${request.resource} ${JSON.stringify(request.context)}`;
    const decision = evaluate(request, set).decision;
    if (decision !== wanted) assert.equal(decision, wanted, place());
    if (count % every === 0) assert.equal(oracleDecision(request, set), wanted, `iam-simulate: ${place()}`);
    count += 1;
  }
  assert.ok(count > everyWay.length);
}
