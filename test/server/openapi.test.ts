// Random requests, built from the OpenAPI document and from values that it excludes. Every response
// must be one that the document lists, and never an internal error.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument, routes } from '../../src/server/api/openapi.ts';
import { s3Event } from '../../testing/events.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { startApi, type TestApi } from '../../testing/server.ts';

const document = openApiDocument();

interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  description?: string;
  schema: { type?: string; enum?: (string | null)[]; minimum?: number; maximum?: number };
}

interface Operation {
  operationId?: string;
  parameters?: Parameter[];
  responses: Record<string, { content?: Record<string, unknown> }>;
}

const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  (['get', 'post', 'delete'] as const).flatMap((method) =>
    item[method] ? [{ path, method, operation: item[method] as unknown as Operation }] : [],
  ),
);

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
  for (const key of ['a.png', 'b/c.png']) {
    const body = new Uint8Array(await tinyPng(9, 8, 7));
    const headers = { 'content-length': String(body.length) };
    await api.request(`/v1/uploads?key=${key}`, { method: 'POST', body, headers });
    const event = s3Event({ bucket: 'uploads', key });
    await api.request('/v1/events', { method: 'POST', body: JSON.stringify(event) });
  }
});
afterAll(() => api.close());

test('the document has every route, each with a summary and its error responses', () => {
  expect(operations).toHaveLength(routes.length);
  for (const { operation } of operations) {
    expect(operation).toMatchObject({ summary: expect.any(String), tags: [expect.any(String)] });
  }
});

test('every operation has a unique ID, from which clients make a function', () => {
  const ids = operations.map(({ operation }) => operation.operationId ?? '');
  expect(new Set(ids).size).toBe(routes.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z]+$/);
});

test('every parameter is described, once', () => {
  for (const { path, operation } of operations) {
    for (const { name, description, schema } of operation.parameters ?? []) {
      expect({ path, name, description }).toEqual({ path, name, description: expect.any(String) });
      expect(schema).not.toHaveProperty('description');
    }
  }
});

test('the server serves the document', async () => {
  const response = await api.request('/openapi.json');
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
  expect(document.openapi).toBe('3.1.0');
});

test('the page for people lists every route, and needs no script', async () => {
  const page = await (await api.request('/docs/plain')).text();
  for (const { path, method } of operations) {
    expect(page).toContain(`<code>${method.toUpperCase()} ${path}</code>`);
  }
  expect(page).not.toMatch(/<script|style=/);
});

/** Values that cause errors in other programs. */
const hostileValues = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e999',
    'NaN',
    'null',
    'true',
    '9223372036854775808',
    '99999999999999999999',
  ],
  ...['\0', 'a\0b', '../../etc/passwd', '%', '%00', "'; DROP TABLE image_metadata; --", '\\', '_%'],
  ...[
    '<script>alert(1)</script>',
    '\r\nX-Injected: 1',
    '💥',
    '\ud800',
    'x'.repeat(3_000),
    '{"a":1}',
  ],
  ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-02-30T00:00:00Z', '999999d', '-5h'],
  ...['mix:1,2', 'mix:1e5,0,0', '#12', 'rec601,rec709', '[]', 'WyJuZXdlc3QiLDEsIjEiXQ'],
];

function anyValue({ schema, name }: Parameter): fc.Arbitrary<string> {
  const fitting = schema.enum
    ? fc.constantFrom(...schema.enum.map(String))
    : schema.type === 'integer'
      ? fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 10 }).map(String)
      : fc.constantFrom('a.png', 'b/', '24h', '2026-01-01T00:00:00Z', 'rec601', '#fff', 'uploads');
  const id = name === 'id' ? [fc.constantFrom('1', '2', '3')] : [];
  return fc.oneof(fitting, ...id, fc.constantFrom(...hostileValues), fc.string({ unit: 'binary' }));
}

function requestsOf({ path, operation }: (typeof operations)[number]) {
  const parameters = operation.parameters ?? [];
  const shape = Object.fromEntries(
    // `wait` takes up to a minute: images.test.ts covers it.
    parameters
      .filter(({ name }) => name !== 'wait')
      .map((parameter) => [parameter.name, anyValue(parameter)]),
  );
  const required = parameters
    .filter((parameter) => parameter.in === 'path')
    .map(({ name }) => name);
  const given = fc.record(shape, { requiredKeys: required });
  const more = fc.oneof(
    { weight: 9, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ surprise: '1' }) },
  );
  return fc
    .record({
      values: fc
        .tuple(given, more)
        .map((both): Record<string, string> => Object.assign({}, ...both)),
      body: fc.oneof(
        fc.constantFrom('', '{}', 'null', '[[[[[[]]]]]]', '{"Records":[{}]}', '{"Records":"x"}'),
        fc.json(),
        fc.uint8Array({ maxLength: 64 }),
      ),
      accept: fc.constantFrom(
        undefined,
        '*/*',
        'image/webp',
        'image/*;q=0.1, text/html',
        ',;q',
        'text/html',
      ),
    })
    .map(({ values, ...rest }) => ({ ...rest, url: urlOf(path, parameters, values) }));
}

function urlOf(path: string, parameters: Parameter[], values: Record<string, string>): string {
  const inPath = new Set(parameters.filter((each) => each.in === 'path').map(({ name }) => name));
  const inHeader = new Set(
    parameters.filter((each) => each.in === 'header').map(({ name }) => name),
  );
  const encode = (text: string) => encodeURIComponent(text.toWellFormed());
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encode(values[name] ?? '') || '%20');
  const query = Object.entries(values)
    .filter(([name]) => !inPath.has(name) && !inHeader.has(name))
    .map(([name, value]) => `${name}=${encode(value)}`);
  return query.length > 0 ? `${filled}?${query.join('&')}` : filled;
}

describe('any request to', () => {
  test.each(
    operations
      .filter(({ path }) => path !== '/v1/live')
      .map((each) => [each.method.toUpperCase(), each.path, each] as const),
  )(
    '%s %s gets a response that the document lists',
    async (_, __, each) => {
      await fc.assert(
        fc.asyncProperty(requestsOf(each), async ({ url, body, accept }) => {
          const hasBody = each.method === 'post';
          const bytes = Buffer.from(body as string);
          const response = await api.request(url, {
            method: each.method.toUpperCase(),
            headers: {
              ...(accept && { accept }),
              ...(hasBody && { 'content-length': String(bytes.length) }),
            },
            ...(hasBody && { body: new Uint8Array(bytes) }),
          });
          const text = await response.text();
          expect(response.status, text).toBeLessThan(500);
          // A path with random values may match another route, or none.
          if (response.status !== 404 && response.status !== 405) {
            expect(Object.keys(each.operation.responses)).toContain(String(response.status));
          }
          const type = response.headers.get('content-type')?.split(';')[0];
          if (response.status >= 400) {
            expect(type).toBe('application/problem+json');
            expect(JSON.parse(text)).toMatchObject({
              status: response.status,
              code: expect.stringMatching(/^[A-Z_]+$/),
              detail: expect.stringMatching(/./),
            });
          }
          expect(response.headers.get('x-injected')).toBeNull();
          expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        }),
        { numRuns: 60 },
      );
      expect(api.logged.filter(({ message }) => message === 'request failed')).toEqual([]);
    },
    60_000,
  );
});
