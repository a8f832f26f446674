import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trustOf } from '../../src/policy/trust.ts';
import type { PolicyStatement } from '../../src/policy/types.ts';

const role = 'arn:aws:iam::123456789012:role/external-secrets';
const provider = 'arn:aws:iam::123456789012:oidc-provider/oidc.lolice.example';
const open = (...Statement: readonly PolicyStatement[]): readonly string[] => trustOf(role, { Version: '2012-10-17', Statement }).open;
const anyone = (Condition?: PolicyStatement['Condition']): PolicyStatement => ({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*', ...(Condition === undefined ? {} : { Condition }) });
const tokens = (Condition?: PolicyStatement['Condition']): PolicyStatement => ({ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: provider }, ...(Condition === undefined ? {} : { Condition }) });

describe('whom a trust policy lets in', () => {
  test('any principal, where nothing keeps a stranger out', () => {
    assert.deepEqual(open(anyone()), ['any principal of any AWS account']);
    assert.deepEqual(open(anyone({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } })), ['any principal of any AWS account']);
    assert.deepEqual(open(anyone({ StringEquals: { 'aws:PrincipalOrgID': 'o-12345' } })), []);
    assert.deepEqual(open(anyone(), { Effect: 'Deny', Action: '*', Principal: '*', Condition: { StringNotEquals: { 'aws:PrincipalAccount': '123456789012' } } }), []);
  });

  test('every identity of the account\'s own provider, where no subject is named', () => {
    assert.deepEqual(open(tokens()), [`every identity of the identity provider ${provider}`]);
    assert.deepEqual(open(tokens({ StringEquals: { 'oidc.lolice.example:aud': 'sts.amazonaws.com' } })), [`every identity of the identity provider ${provider}`]);
    assert.deepEqual(open(tokens({ StringEquals: { 'oidc.lolice.example:sub': 'system:serviceaccount:external-secrets:external-secrets' } })), []);
  });

  test('every certificate, where none is named, whatever the trust anchor', () => {
    const anchor = { 'aws:SourceArn': 'arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/8f2e0c1a-0000-4000-8000-000000000000' };
    const named = { 'aws:PrincipalTag/x509Subject/CN': 'eso' };
    const certificates = (Condition?: PolicyStatement['Condition']): PolicyStatement => ({ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Principal: { Service: 'rolesanywhere.amazonaws.com' }, ...(Condition === undefined ? {} : { Condition }) });
    const everyone = ['every certificate of a trust anchor of IAM Roles Anywhere'];
    assert.deepEqual(open(certificates()), everyone);
    assert.deepEqual(open(certificates({ ArnEquals: anchor })), everyone);
    assert.deepEqual(open(certificates({ StringLike: { 'aws:PrincipalTag/x509Subject/CN': '*' }, ArnEquals: anchor })), everyone);
    assert.deepEqual(open(certificates({ StringEquals: named })), []);
    assert.deepEqual(open(certificates({ StringEquals: named, ArnEquals: anchor })), []);
    assert.deepEqual(open({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }), []);
  });

  test('an account or a user of it', () => {
    const trust = trustOf(role, { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: ['arn:aws:iam::123456789012:root', 'arn:aws:iam::123456789012:user/eso'] } }] });
    assert.deepEqual(trust, { open: [], named: ['whoever in account 123456789012 has sts:AssumeRole on it', 'arn:aws:iam::123456789012:user/eso'] });
  });
});
