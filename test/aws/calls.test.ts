import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { AwsCallError } from '../../src/aws/error.ts';
import { Secret } from '../../src/secret.ts';
import { drop, inTurn, jsonAnswer, jsonError, queryAnswer, queryError, wire } from './wire.ts';
import type { Reply, Wire } from './wire.ts';

async function on(reply: Reply, use: (server: Wire) => Promise<void>): Promise<void> {
  const server = await wire(reply);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

async function failureOf(call: Promise<unknown>): Promise<AwsCallError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof AwsCallError, `expected an AwsCallError, got ${inspect(error)}`);
  return error;
}

const user = '<User><UserName>x</UserName><Path>/service/</Path><Arn>arn:aws:iam::123456789012:user/service/x</Arn><UserId>AIDA1</UserId><CreateDate>2026-11-24T00:00:00Z</CreateDate></User>';

describe('a reading call', () => {
  it('is repeated with growing pauses while AWS throttles, and the log counts the attempts', async () => {
    await on(inTurn(queryError(400, 'Throttling'), queryError(400, 'Throttling'), queryAnswer('GetUser', user)), async (server) => {
      const aws = server.open();
      assert.equal((await aws.iam.getUser('x'))?.arn, 'arn:aws:iam::123456789012:user/service/x');
      assert.equal(server.pauses.length, 2);
      assert.ok(server.pauses[1]! > server.pauses[0]!);
      assert.deepEqual(aws.calls, [{ action: 'iam:GetUser', region: 'us-west-2', attempts: 3 }]);
    });
  });

  it('waits as long as Retry-After asks', async () => {
    await on(inTurn(jsonError(429, 'ThrottlingException', '', { 'retry-after': '7' }), jsonAnswer({ Parameters: [] })), async (server) => {
      await server.open().ssm('ap-northeast-1').describeParameters(['a']);
      assert.deepEqual(server.pauses, [7000]);
    });
  });

  it('is given up after a bounded number of attempts', async () => {
    await on(queryError(503, 'ServiceUnavailable'), async (server) => {
      const failure = await failureOf(server.open().sts.getCallerIdentity());
      assert.equal(failure.kind, 'unavailable');
      assert.equal(failure.uncertain, true);
      assert.equal(server.received.length, 6);
    });
  });

  it('goes on after a connection that was cut', async () => {
    const identity = queryAnswer('GetCallerIdentity', '<Arn>arn:aws:iam::123456789012:root</Arn><UserId>1</UserId><Account>123456789012</Account>');
    await on(inTurn(drop, identity), async (server) => {
      assert.equal((await server.open().sts.getCallerIdentity()).account, '123456789012');
    });
  });

  it('answers undefined for what does not exist', async () => {
    await on(queryError(404, 'NoSuchEntity'), async (server) => {
      const aws = server.open();
      assert.equal(await aws.iam.getUser('x'), undefined);
      assert.equal(await aws.iam.listAccessKeys('x'), undefined);
      assert.equal(server.received.length, 2);
    });
  });

  it('follows pages to the end, empty ones too', async () => {
    const page = (token: string | undefined, names: readonly string[]): Reply =>
      jsonAnswer({ Parameters: names.map((Name) => ({ Name, Type: 'SecureString', Version: 1, LastModifiedDate: 1_764_000_000 })), ...(token === undefined ? {} : { NextToken: token }) });
    await on(inTurn(page('1', ['a']), page('2', []), page(undefined, ['b'])), async (server) => {
      const found = await server.open().ssm('ap-northeast-1').describeParametersByTags({ 'bedrock-access/cluster': 'c' });
      assert.deepEqual(found.map((parameter) => parameter.name), ['a', 'b']);
      assert.deepEqual(JSON.parse(server.received[0]!.body).ParameterFilters, [{ Key: 'tag:bedrock-access/cluster', Values: ['c'] }]);
    });
  });

  it('reads a policy document that IAM has URL-encoded', async () => {
    const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' } };
    const version = `<PolicyVersion><Document>${encodeURIComponent(JSON.stringify(document))}</Document><VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion></PolicyVersion>`;
    await on(queryAnswer('GetPolicyVersion', version), async (server) => {
      const read = await server.open().iam.getPolicyDocument('arn:aws:iam::123456789012:policy/p', 'v1');
      assert.deepEqual(read, { ...document, Statement: [document.Statement] });
    });
  });
});

describe('a changing call', () => {
  it('is sent once over a dropped connection, and says that it may have been carried out', async () => {
    await on(drop, async (server) => {
      const failure = await failureOf(server.open().iam.createAccessKey('x'));
      assert.equal(failure.kind, 'unreachable');
      assert.equal(failure.uncertain, true);
      assert.equal(server.received.length, 1);
    });
  });

  it('is sent once when throttled, and was certainly not carried out', async () => {
    await on(queryError(400, 'Throttling'), async (server) => {
      const failure = await failureOf(server.open().iam.deleteUser('x'));
      assert.deepEqual([failure.kind, failure.uncertain, server.received.length], ['throttled', false, 1]);
    });
  });

  it('is uncertain after a 5xx and after a time-out', async () => {
    await on(inTurn(queryError(500, 'ServiceFailure'), () => undefined), async (server) => {
      const aws = server.open({ timeout: 30 });
      assert.deepEqual([(await failureOf(aws.iam.createAccessKey('x'))).uncertain], [true]);
      const late = await failureOf(aws.iam.createAccessKey('x'));
      assert.deepEqual([late.kind, late.uncertain], ['unreachable', true]);
    });
  });

  it('is not uncertain when no connection came about', async () => {
    const server = await wire(drop);
    const aws = server.open();
    await server.stop();
    const failure = await failureOf(aws.iam.createAccessKey('x'));
    assert.deepEqual([failure.kind, failure.code, failure.uncertain], ['unreachable', 'ECONNREFUSED', false]);
  });

  it('is not sent any more once the run is aborted', async () => {
    await on(queryAnswer('CreateUser', user), async (server) => {
      await assert.rejects(server.open({ signal: AbortSignal.abort(new Error('stop')) }).iam.deleteUser('x'), /stop/);
      assert.equal(server.received.length, 0);
    });
  });

  it('never repeats a parameter value that AWS quotes in its refusal', async () => {
    const value = new Secret('{"accessKeyId":"AKIA1234567890123456","secretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}');
    const reply: Reply = (response, received) => jsonError(400, 'ValidationException', `Value '${String(JSON.parse(received.body).Value)}' at 'value' failed to satisfy constraint`)(response, received);
    await on(reply, async (server) => {
      const failure = await failureOf(server.open().ssm('us-west-2').putParameter({ name: 'a', value, description: '', overwrite: true }));
      assert.equal(failure.kind, 'validation');
      assert.ok(!inspect(failure, { depth: 10, showHidden: true }).includes('wJalrXUtnFEMI'));
    });
  });
});

describe('kinds of errors', () => {
  const cases: readonly (readonly [number, string, string])[] = [
    [409, 'EntityAlreadyExists', 'already-exists'],
    [409, 'DeleteConflict', 'conflict'],
    [409, 'LimitExceeded', 'limit-exceeded'],
    [403, 'AccessDenied', 'denied'],
    [403, 'ExpiredToken', 'expired-credentials'],
    [403, 'InvalidClientTokenId', 'invalid-credentials'],
    [403, 'SignatureDoesNotMatch', 'invalid-credentials'],
    [400, 'RequestTimeTooSkewed', 'clock-skewed'],
    [400, 'MalformedPolicyDocument', 'validation'],
    [418, 'SomethingNew', 'other'],
  ];
  for (const [status, code, kind] of cases) {
    it(`calls ${status} ${code} ${kind}, with AWS's own code`, async () => {
      await on(queryError(status, code, 'words that do not matter'), async (server) => {
        const failure = await failureOf(server.open().iam.tagUser('x', {}));
        assert.deepEqual([failure.kind, failure.code, failure.status, failure.requestId], [kind, code, status, '11111111-2222']);
      });
    });
  }

  it('takes a bad signature for a skewed clock when the answer carries another time', async () => {
    const reply: Reply = (response, received) => {
      response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString());
      queryError(403, 'SignatureDoesNotMatch')(response, received);
    };
    await on(reply, async (server) => assert.equal((await failureOf(server.open().iam.tagUser('x', {}))).kind, 'clock-skewed'));
  });

  it('tells a model that is not ready from throttling, both being 429', async () => {
    await on(jsonError(429, 'ModelNotReadyException'), async (server) => {
      assert.equal((await failureOf(server.open().runtime('us-west-2').converse('m', 'hi', 1))).kind, 'not-ready');
    });
  });
});

describe('identity and endpoint', () => {
  it('signs as another identity through `as`, in the same log', async () => {
    await on(queryAnswer('GetUser', user), async (server) => {
      const aws = server.open();
      await aws.iam.getUser('x');
      await aws.as({ accessKeyId: 'AKIAOTHER', secretAccessKey: new Secret('other') }).iam.getUser('x');
      assert.match(String(server.received[0]!.headers.authorization), /Credential=AKIAEXAMPLE\//);
      assert.match(String(server.received[1]!.headers.authorization), /Credential=AKIAOTHER\//);
      assert.equal(aws.calls.length, 2);
    });
  });

  it('names the run in the User-Agent of every service', async () => {
    await on(jsonError(400, 'ValidationException'), async (server) => {
      const aws = server.open({ userAgent: 'bedrock-access/0.1.0 run/4711' });
      await Promise.allSettled([aws.iam.getUser('x'), aws.sts.getCallerIdentity(), aws.ssm('us-west-2').listTags('a'), aws.bedrock('us-west-2').listFoundationModels(), aws.runtime('us-west-2').converse('m', 'hi', 1)]);
      assert.equal(server.received.length, 5);
      for (const { headers } of server.received) assert.match(String(headers['user-agent']), / bedrock-access\/0\.1\.0 run\/4711$/);
    });
  });

  it('prefers the endpoint of the service over the general one', async () => {
    await on(jsonAnswer({ modelSummaries: [] }), async (server) => {
      const environment = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's', AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_BEDROCK: server.url };
      assert.deepEqual(await server.open({ environment }).bedrock('us-west-2').listFoundationModels(), []);
    });
  });

  it('does not use a bearer token in place of the given keys', async () => {
    await on(jsonAnswer({ modelSummaries: [] }), async (server) => {
      await server.open().bedrock('us-west-2').listFoundationModels();
      assert.match(String(server.received[0]!.headers.authorization), /^AWS4-HMAC-SHA256 /);
    });
  });
});
