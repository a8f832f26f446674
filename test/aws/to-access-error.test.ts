import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { callerOfAccount } from '../../src/aws/account.ts';
import { AwsCallError, toAccessError } from '../../src/aws/error.ts';
import type { AwsErrorKind } from '../../src/aws/types.ts';
import { AccessError } from '../../src/errors/error.ts';
import { errorPages } from '../../src/errors/pages.ts';
import { queryAnswer, wire } from './wire.ts';

const kinds: readonly AwsErrorKind[] = [
  'not-found', 'already-exists', 'conflict', 'limit-exceeded', 'denied', 'no-credentials', 'expired-credentials', 'clock-skewed',
  'invalid-credentials', 'throttled', 'unavailable', 'unreachable', 'validation', 'not-ready', 'other',
];

function failure(kind: AwsErrorKind, action = 'iam:CreateUser', uncertain = false): AwsCallError {
  return new AwsCallError(`${action} failed`, { kind, action, region: 'us-west-2', code: 'Code', uncertain, resource: 'bedrock-openhands-user', status: 403 });
}

describe('what a person reads', () => {
  it('has a page, a cause and a remedy for every kind of failure', () => {
    for (const kind of kinds) {
      const error = toAccessError(failure(kind));
      assert.ok(errorPages[error.id] !== undefined, `${error.id} has no page`);
      assert.ok(error.details.cause.length > 10 && error.details.remedy.length > 10, kind);
    }
  });

  it('names the missing permission exactly and exits with 4', () => {
    const error = toAccessError(failure('denied'));
    assert.equal(error.id, 'aws-permission-missing');
    assert.equal(error.details.exitCode, 4);
    assert.match(error.message, /iam:CreateUser on bedrock-openhands-user/);
  });

  it('says of an uncertain change that it may have been carried out, and not of an uncertain read', () => {
    assert.match(toAccessError(failure('unreachable', 'iam:CreateUser', true)).details.remedy, /may have been carried out/);
    assert.doesNotMatch(toAccessError(failure('unreachable', 'iam:GetUser', true)).details.remedy, /may have been carried out/);
  });

  it('refuses a caller of another account', async () => {
    const server = await wire(queryAnswer('GetCallerIdentity', '<Arn>arn:aws:iam::999999999999:user/k</Arn><UserId>1</UserId><Account>999999999999</Account>'));
    try {
      await assert.rejects(callerOfAccount(server.open(), '123456789012'), (error) => error instanceof AccessError && error.id === 'aws-account-mismatch');
    } finally {
      await server.stop();
    }
  });
});
