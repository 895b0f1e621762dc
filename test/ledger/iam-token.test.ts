import { afterEach, expect, test, vi } from 'vitest';
import { createTokenSigner } from '../../src/ledger/iam-token.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test.each([
  ['app', 'a session/of+some=role'],
  ["it's (a) *role*!", undefined],
  ['Rolle äöü', 'token'],
])('the login of %j is signed as the SDK does', async (username, sessionToken) => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-27T08:00:00Z') });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
  vi.stubEnv('AWS_PROFILE', undefined);
  const login = {
    ...{ hostname: 'gray.c1.eu-central-1.rds.amazonaws.com', port: 5_432 },
    ...{ username, region: 'eu-central-1' },
  };
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken };
  const bySdk = await createTokenSigner(login)();
  const parts = (token: string) => [...new URL(`https://${token}`).searchParams].sort();
  const token = await createTokenSigner(login, credentials)();
  expect(parts(token)).toEqual(parts(bySdk));
  expect(token.split('?')[0]).toBe(bySdk.split('?')[0]);
});
