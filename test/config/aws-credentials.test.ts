import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findAwsCredentials } from '../../src/config/aws-credentials.ts';

const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
const none = '/nonexistent/.aws';

test('the credentials of a function are those in its environment', () => {
  const env = {
    ...{ ...keys, AWS_SESSION_TOKEN: 'token', AWS_REGION: 'eu-central-1', PATH: '/bin' },
    ...{ AWS_DEFAULT_REGION: 'eu-central-1', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    ...{ AWS_LAMBDA_FUNCTION_NAME: 'gray', AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' },
    // Set by Powertools when it is loaded.
    AWS_SDK_UA_APP_ID: 'PT/NO-OP/2.36.0/PTENV/NA',
    ...{ AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1:2000', AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR' },
  };
  expect(findAwsCredentials(env, none)).toEqual({
    ...{ accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'token' },
  });
  expect(findAwsCredentials(keys, none)).toEqual({ accessKeyId: 'id', secretAccessKey: 'secret' });
});

test.each([
  ['without a key', { AWS_SECRET_ACCESS_KEY: 'secret' }],
  ['without a secret', { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: '' }],
  ['with a profile', { ...keys, AWS_PROFILE: 'other' }],
  ['with a role', { ...keys, AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn' }],
  ['with credentials that expire', { ...keys, AWS_CREDENTIAL_EXPIRATION: '2026-11-27T00:00:00Z' }],
  ['with another kind of endpoint', { ...keys, AWS_USE_FIPS_ENDPOINT: 'true' }],
  [
    'with endpoints that are to be ignored',
    { ...keys, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
  ],
  ['with a setting that is not known here', { ...keys, AWS_FUTURE_SETTING: 'x' }],
])('%s, the SDK decides', (_, env) => {
  expect(findAwsCredentials(env, none)).toBeUndefined();
});

test('with files of settings, the SDK decides', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aws-'));
  try {
    expect(findAwsCredentials(keys, folder)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
