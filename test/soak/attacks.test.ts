// The soak's checks of attacks must be able to fail: each row plants something that a check must find.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type BombReport, checkBomb } from './attacks/event-bombs.ts';
import { checkHeadFlood, type HeadFlood, sendHeads } from './attacks/head-flood.ts';
import { checkIdleClients, type IdleClients } from './attacks/idle-clients.ts';
import { checkReads } from './attacks/stall-store.ts';
import type { Violation } from './check-promise.ts';
import { checkHonestAnswers, startHonestClients } from './honest-clients.ts';

const reasonsOf = (violations: Violation[]) => violations.map(({ reason }) => reason).join('\n');

describe('idle clients', () => {
  const correct: IdleClients = {
    convert: [
      { status: 503, ms: 5 },
      { status: 200, ms: 80 },
    ],
    upload: [{ status: 202, ms: 90 }],
  };

  test('do no harm when honest clients are served', () => {
    expect(checkIdleClients(correct)).toEqual([]);
  });

  test.each<[string, Partial<IdleClients>, string]>([
    ['no answer', { convert: [{ status: undefined, ms: 15_000 }, ...correct.convert] }, 'nothing'],
    ['an error', { upload: [{ status: 500, ms: 10 }, ...correct.upload] }, 'answered 500'],
    ['503 alone', { convert: [{ status: 503, ms: 10 }] }, 'served none of 1 requests'],
  ])('are found by %s', (_, planted, reason) => {
    expect(reasonsOf(checkIdleClients({ ...correct, ...planted }))).toContain(reason);
  });
});

describe('a flood of HEAD requests', () => {
  const correct: HeadFlood = {
    statuses: [200, 503, 403],
    live: { status: 200, beginning: 'event: hello\ndata: {}\n\n' },
  };

  test.each<[string, Partial<HeadFlood>, string]>([
    ['a lost answer', { statuses: [200, undefined] }, '1 of 2 HEAD requests without'],
    ['a live feed without a place', { live: { status: 503, beginning: '' } }, 'answered 503'],
    ['a live feed that is silent', { live: { status: 200, beginning: '' } }, 'sent ""'],
  ])('is found by %s', (_, planted, reason) => {
    expect(checkHeadFlood(correct)).toEqual([]);
    expect(reasonsOf(checkHeadFlood({ ...correct, ...planted }))).toContain(reason);
  });
});

describe('an event bomb', () => {
  const correct: BombReport = {
    ...{ bomb: 'forged ETags', status: 413, maxHealthCpuMs: 90 },
    ...{ logBytes: 900, memoryGrowthBytes: 2 ** 20 },
  };

  test.each<[Partial<BombReport>, string]>([
    [{ status: undefined }, 'answered undefined'],
    [{ status: 500 }, 'answered 500'],
    [{ maxHealthCpuMs: 3_200 }, 'maxHealthCpuMs is 3200; expected at most 1000'],
    [{ logBytes: 166e6 }, 'logBytes is 166000000'],
    [{ memoryGrowthBytes: 500e6 }, 'memoryGrowthBytes is 500000000'],
  ])('is found by %j', (planted, reason) => {
    expect(checkBomb(correct)).toEqual([]);
    expect(reasonsOf(checkBomb({ ...correct, ...planted }))).toContain(reason);
  });
});

test('downloads that never end are found', () => {
  expect(checkReads([])).toEqual([]);
  expect(checkReads([40, 30_000])).toEqual([]);
  expect(reasonsOf(checkReads([40, undefined]))).toContain('kept 1 of 2 clients waiting');
});

describe('honest clients', () => {
  test.each<[Record<string, number>, string]>([
    [{ 200: 5, '500 {}': 1 }, 'answered 1 times: 500 {}'],
    [{ 200: 5, 'nothing: other side closed': 2 }, 'answered 2 times: nothing'],
    [{ 503: 9 }, 'was never served'],
  ])('report %j', (counts, reason) => {
    expect(checkHonestAnswers({ answers: { 'GET /': { 200: 5, 503: 2 } } })).toEqual([]);
    expect(reasonsOf(checkHonestAnswers({ answers: { 'GET /': counts } }))).toContain(reason);
  });
});

describe('on a server that misbehaves', () => {
  let server: Server;
  afterEach(() => void server.close());

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test('capacity that HEAD requests hold for ever is found', async () => {
    let places = 200;
    const url = await serve(({ method }, response) => {
      const isIn = places-- > 0;
      response.writeHead(isIn ? 200 : 503, { connection: 'close' });
      response.end(method === 'HEAD' ? undefined : 'event: hello\n\n');
    });
    expect(reasonsOf(checkHeadFlood(await sendHeads(url)))).toContain('answered 503 to a reader');
  });

  test('bytes that differ from those of the conversion are found', async () => {
    const url = await serve((_, response) => response.end('half'));
    const clients = await startHonestClients(url);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reasonsOf(checkHonestAnswers(await clients.stop()))).toContain('200 with other bytes');
  });
});
