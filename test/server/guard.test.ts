import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Problem } from '../../src/server/api/schemas.ts';
import { read, startApi, type TestApi } from '../../testing/server.ts';

const token = 'correct-horse-battery-staple';
const eventsToken = 'webhook-secret-of-the-store';

const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`;

describe('with a token', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ API_TOKEN: token, EVENTS_TOKEN: eventsToken });
  });
  afterAll(() => api.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    api.request(path, { headers });

  test.each([
    ['as Bearer', `Bearer ${token}`],
    ['as Bearer in lower case', `bearer ${token}`],
    ['as the password of Basic', basic(token)],
  ])('admits a client that sends it %s', async (_, authorization) => {
    expect((await get('/v1/images', { authorization })).status).toBe(200);
  });

  test.each([
    ['nothing', ''],
    ['another', `Bearer ${token}x`],
    ['a part', `Bearer ${token.slice(0, -1)}`],
    ['an empty one', 'Bearer '],
    ['another password', basic('wrong')],
    ['no password', `Basic ${Buffer.from(token).toString('base64').slice(2)}`],
    ['another scheme', `Digest ${token}`],
    ['the token alone', token],
    ['a very long one', `Bearer ${'x'.repeat(10_000)}`],
    ['the token for events', `Bearer ${eventsToken}`],
  ])('refuses a client that sends %s', async (_, authorization) => {
    const response = await get('/v1/images', authorization ? { authorization } : {});
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    const problem = await read<Problem>(response);
    expect(problem.code).toBe('UNAUTHORIZED');
    expect(JSON.stringify(problem)).not.toContain(token);
  });

  test('is never logged, in any form', async () => {
    await get('/v1/images', { authorization: `Bearer ${token}` });
    await get(`/v1/images?cursor=${token}`, { authorization: basic(token) });
    await get('/v1/images', { authorization: `Bearer ${token.slice(0, -1)}` });
    await api.request('/v1/convert', {
      method: 'POST',
      body: 'not an image',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
    });
    const sent = `cursor=${token}`;
    const logged = JSON.stringify(api.logged).replaceAll(sent, '');
    expect(logged).not.toContain(token.slice(0, -1));
    expect(logged).not.toContain(Buffer.from(`anyone:${token}`).toString('base64'));
  });

  test.each(['/', '/docs', '/openapi.json', '/metrics', '/v1', '/v1/live', '/nope'])(
    'is also required for %s',
    async (path) => {
      expect((await get(path)).status).toBe(401);
    },
  );

  test('a client without one is counted and logged', async () => {
    await get('/v1/images', { authorization: 'Bearer wrong' });
    expect(api.logged).toContainEqual(
      expect.objectContaining({
        message: 'refused',
        fields: expect.objectContaining({ path: '/v1/images', status: 401 }),
      }),
    );
    const metrics = await get('/metrics', { authorization: `Bearer ${token}` });
    expect(await metrics.text()).toContain('status="401"');
  });

  test.each(['/healthz', '/readyz'])('is not required by %s', async (path) => {
    expect((await get(path)).status).toBe(200);
  });

  test('events have a separate token', async () => {
    const send = (authorization: string) =>
      api.request('/v1/events', {
        method: 'POST',
        body: '{"Records":[]}',
        headers: { authorization },
      });
    expect((await send(`Bearer ${eventsToken}`)).status).toBe(200);
    expect((await send(`Bearer ${token}`)).status).toBe(401);
  });

  test('any host name is accepted', async () => {
    const headers = { host: 'gray.example.com', authorization: `Bearer ${token}` };
    expect((await get('/v1/images', headers)).status).toBe(200);
  });
});

describe('without a token', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  test.each(['localhost', 'localhost:8080', '127.0.0.1:9', '[::1]:8080'])(
    'accepts the host name %s',
    async (host) => {
      expect((await api.request('/v1/images', { headers: { host } })).status).toBe(200);
    },
  );

  test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:8080', ''])(
    'rejects the host name %j, which anyone can point to this machine',
    async (host) => {
      const response = await api.request('/v1/images', { headers: { host } });
      expect(response.status).toBe(421);
      expect(await response.json()).toMatchObject({ code: 'MISDIRECTED_HOST' });
    },
  );

  test.each([
    ['another site', 'https://evil.example', 403],
    ['another port', 'http://localhost:9999', 403],
    ['a hidden origin', 'null', 403],
    ['its own page', 'http://localhost:8080', 404],
  ])('a change requested from %s gets %i', async (_, origin, status) => {
    const headers = { origin, host: 'localhost:8080' };
    const response = await api.request('/v1/images/999', { method: 'DELETE', headers });
    expect(response.status).toBe(status);
  });

  const foreign = { origin: 'https://evil.example' };
  const image = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
  const otherPort = { ...image, 'sec-fetch-site': 'same-site' };
  const link = { ...image, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const frame = { ...link, 'sec-fetch-dest': 'iframe' };

  test.each([
    ['GET', '/v1/live', foreign, 403],
    ['HEAD', '/v1/live', foreign, 403],
    ['GET', '/v1/live', image, 403],
    ['HEAD', '/v1/live', image, 403],
    ['GET', '/v1/live', otherPort, 403],
    ['GET', '/v1/live', link, 403],
    ['GET', '/v1/images/999/gray?width=160', image, 403],
    ['GET', '/v1/images/999/source', foreign, 403],
    ['GET', '/v1/stats', image, 403],
    ['GET', '/metrics', image, 403],
    ['OPTIONS', '/v1/images/999', foreign, 403],
    ['DELETE', '/v1/images/999', image, 403],
    ['POST', '/v1/convert', link, 403],
    ['GET', '/v1/images/999', frame, 403],
    ['GET', '/v1/images/999', link, 404],
    ['GET', '/docs', link, 200],
    ['GET', '/docs', { ...image, 'sec-fetch-site': 'none' }, 200],
    ['GET', '/docs', { ...image, 'sec-fetch-site': 'same-origin' }, 200],
  ])('%s %s of a page that sends %j gets %i', async (method, path, headers, status) => {
    const given = Object.fromEntries(Object.entries({ ...headers, host: 'localhost:8080' }));
    const response = await api.request(path, { method, headers: given });
    expect(response.status).toBe(status);
    if (status === 403 && method !== 'HEAD') {
      expect(await response.json()).toMatchObject({ code: 'CROSS_SITE' });
    }
  });

  test('counts what it refuses, and limits the log lines of a flood', async () => {
    for (let i = 0; i < 200; i++) {
      await api.request('/v1/images', { headers: { host: 'evil.example' } });
    }
    const refused = api.logged.filter(({ message }) => message === 'refused');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(20);
    expect(refused[0]).toMatchObject({
      level: 'warn',
      fields: { method: 'GET', path: expect.any(String), status: expect.any(Number) },
    });
    const metrics = await (await api.request('/metrics')).text();
    const line =
      /grayscale_http_request_seconds_count\{method="GET",route="[^"]*",status="421"\} (\d+)/;
    expect(Number(line.exec(metrics)?.[1])).toBeGreaterThanOrEqual(200);
  });

  test.each(['/', '/docs', '/v1/images', '/nope', '/healthz'])(
    'every response has the security headers: %s',
    async (path) => {
      const { headers } = await api.request(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
    },
  );

  test.each([
    ['/v1/images', 'no-store'],
    ['/v1/images/999', 'no-store'],
    ['/v1/live', 'no-cache'],
    ['/docs', 'no-cache'],
    ['/openapi.json', null],
  ])('%s has the Cache-Control %j', async (path, cacheControl) => {
    const { headers } = await api.request(path, { method: 'HEAD' });
    expect(headers.get('cache-control')).toBe(cacheControl);
    expect(headers.get('strict-transport-security')).toBe(null);
  });

  test('an unsupported method gets 405 with the supported methods of the path', async () => {
    const response = await api.request('/v1/images', { method: 'POST' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
    expect(await response.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
  });

  test.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/.git/config',
    '/a\0b',
    '/assets//x',
  ])('the path %j finds no file', async (path) => {
    const response = await api.request(path);
    expect(response.status).toBe(404);
  });
});
