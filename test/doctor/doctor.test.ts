// The doctor’s checks on a real database and a real store, both healthy and broken.
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  examineClock,
  examineDatabase,
  examineEngine,
  examineStore,
  type Finding,
  type StoreProbe,
} from '../../src/doctor/index.ts';
import { prepareApplicationRole } from '../../src/ledger/application-role.ts';
import { connectPostgres } from '../../src/ledger/connect.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { createPostgresProbe } from '../../src/ledger/probe.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { createS3Probe } from '../../src/storage/s3-probe.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';

const problemsIn = (findings: Finding[]) => findings.filter(({ state }) => state !== 'good');
const messagesOf = (findings: Finding[]) => findings.map(({ what }) => what).join('\n');

describe('the database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  test('is healthy when it is migrated and its owner connects', async () => {
    const findings = await examineDatabase(async () => createPostgresProbe(database));
    expect(problemsIn(findings)).toEqual([]);
    expect(messagesOf(findings)).toMatch(
      /^PostgreSQL 18\.\d+ is reachable as "postgres", not encrypted$/m,
    );
    expect(messagesOf(findings)).toContain('the schema is up to date');
    expect(messagesOf(findings)).toMatch(/\d+ of \d+ connections/);
  });

  test('has missing migrations, or is ahead of this release', async () => {
    const empty = await createDatabase({ migrated: false });
    const lacking = await examineDatabase(async () => createPostgresProbe(empty));
    expect(problemsIn(lacking)).toMatchObject([
      {
        state: 'bad',
        what: expect.stringMatching(/^pending migrations: 0001_image-metadata, /),
        cure: expect.stringContaining('grayscale migrate'),
      },
    ]);
    await empty.drop();
    const removed = await createDatabase();
    await removed.query('DROP TABLE image_metadata CASCADE');
    await expect(migrate(removed)).rejects.toThrow(
      /image_metadata or a column is missing: restore/,
    );
    const lost = await examineDatabase(async () => createPostgresProbe(removed));
    expect(problemsIn(lost)).toMatchObject([
      { state: 'bad', cure: expect.stringContaining('Restore it from a backup') },
    ]);
    await removed.drop();
    await database.query(
      "INSERT INTO grayscale_migrations (name, run_on) VALUES ('9999_of-tomorrow', now())",
    );
    const ahead = await examineDatabase(async () => createPostgresProbe(database));
    await database.query("DELETE FROM grayscale_migrations WHERE name LIKE '9999%'");
    expect(problemsIn(ahead)).toMatchObject([
      { state: 'warning', what: 'the schema is newer than this release: 9999_of-tomorrow' },
    ]);
  });

  test('gives the function’s role the rights it needs, while a read-only role lacks some', async () => {
    const role = `doctor_${process.pid}`;
    await prepareApplicationRole(database, role);
    const url = new URL(database.url);
    url.username = role;
    url.password = '';
    const asRole = connectPostgres({ url: url.href, ssl: 'disable', maxConnections: 1 });
    const sufficient = await examineDatabase(async () => createPostgresProbe(asRole));
    const removing = await examineDatabase(async () => createPostgresProbe(asRole), {
      isDeletionEnabled: true,
    });
    await database.query(`REVOKE INSERT, UPDATE ON image_metadata FROM ${role}`);
    const restricted = await examineDatabase(async () => createPostgresProbe(asRole));
    await asRole.close();
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
    expect(problemsIn(sufficient)).toEqual([]);
    expect(messagesOf(sufficient)).toContain(
      'lacks DELETE on image_metadata, which only the API needs',
    );
    expect(problemsIn(removing)).toMatchObject([
      { state: 'bad', cure: `GRANT DELETE ON image_metadata TO "${role}";` },
    ]);
    expect(problemsIn(restricted).map(({ cure }) => cure)).toEqual([
      `GRANT INSERT ON image_metadata TO "${role}";`,
      `GRANT UPDATE ON image_metadata TO "${role}";`,
    ]);
  });

  test('is missing', async () => {
    const nowhere = connectPostgres({
      host: '127.0.0.1',
      port: 1,
      ssl: 'disable',
      maxConnections: 1,
    });
    const findings = await examineDatabase(async () => createPostgresProbe(nowhere));
    await nowhere.close();
    expect(findings).toMatchObject([
      { state: 'bad', what: expect.stringContaining('Expected PostgreSQL at 127.0.0.1:1') },
    ]);
  });

  test('is short of connections', async () => {
    const facts = { ...(await createPostgresProbe(database).readFacts()) };
    facts.connections = { used: 95, max: 100 };
    const findings = await examineDatabase(async () => ({ readFacts: async () => facts }));
    expect(problemsIn(findings)).toMatchObject([
      { state: 'warning', what: '95 of 100 connections are in use' },
    ]);
  });

  test('reports its server’s time', async () => {
    const { nowMs } = await createPostgresProbe(database).readFacts();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query('SELECT now() AS now');
    await client.end();
    expect(Math.abs(rows[0].now.getTime() - nowMs)).toBeLessThan(10_000);
  });
});

describe('the store', () => {
  const places = { bucket: 'uploads', outputBucket: 'outputs', outputPrefix: 'grayscale/' };
  let store: StoreAndQueue;
  let probe: StoreProbe;
  beforeAll(async () => {
    store = await startS3();
    await store.s3.send(new CreateBucketCommand({ Bucket: 'outputs' }));
    probe = createS3Probe(store.s3);
  });
  afterAll(() => store.close());

  test('is healthy, and no test object is left in it', async () => {
    expect(messagesOf(await examineStore(probe, places))).toContain('it holds no sources yet');
    const Key = 'a.png';
    await store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: 'x' }));
    const findings = await examineStore(probe, places);
    expect(messagesOf(findings)).toContain('"uploads" can be listed and read');
    expect(messagesOf(findings)).toContain('"outputs/grayscale/" can be written and read');
    // The test server does not check this.
    expect(messagesOf(findings)).toContain('conditional writes are ignored');
    expect(problemsIn(findings)).toMatchObject([
      { state: 'warning', what: expect.stringContaining('checksum is stored anyway') },
    ]);
    const { KeyCount } = await store.s3.send(new ListObjectsV2Command({ Bucket: 'outputs' }));
    expect(KeyCount).toBe(0);
  });

  test('must keep tags when outputs have those of their sources', async () => {
    const tagged = { ...places, carriesTags: true };
    expect(problemsIn(await examineStore(probe, tagged))).toContainEqual(
      expect.objectContaining({ state: 'bad', cure: expect.stringContaining('OUTPUT_CARRY') }),
    );
    const writeTags: StoreProbe['writeTags'] = async (_, tags) => tags;
    const findings = await examineStore({ ...probe, writeTags }, tagged);
    expect(messagesOf(findings)).toContain('objects can be tagged');
  });

  test('must allow outputs to be deleted when outputs follow their sources', async () => {
    const remove = async () => Promise.reject(new Error('AccessDenied'));
    const findings = await examineStore(
      { ...probe, remove },
      { ...places, isDeletionEnabled: true },
    );
    expect(problemsIn(findings)).toContainEqual(
      expect.objectContaining({
        state: 'bad',
        cure: expect.stringContaining('s3:DeleteObject on'),
      }),
    );
  });

  test('reports its time', async () => {
    const { nowMs = 0 } = await probe.reach('uploads');
    expect(Math.abs(nowMs - Date.now())).toBeLessThan(10_000);
  });

  test('reports a missing bucket', async () => {
    await expect(probe.reach('elsewhere')).rejects.toThrow();
    const findings = await examineStore(probe, { ...places, outputBucket: 'elsewhere' });
    expect(problemsIn(findings)).toMatchObject([
      { state: 'bad', cure: expect.stringContaining('s3:PutObject') },
    ]);
  });

  // Faults of other stores, which the test server does not have.
  test.each<[string, Partial<StoreProbe>, object]>([
    [
      'loses bytes',
      { read: async () => new Uint8Array(1) },
      { state: 'bad', what: 'an object read differs from the one written' },
    ],
    [
      'does not allow the test object to be deleted',
      { remove: async () => Promise.reject(new Error('AccessDenied')) },
      { state: 'warning', what: expect.stringContaining('could not be deleted') },
    ],
  ])('%s', async (_, fault, finding) => {
    const findings = await examineStore({ ...probe, ...fault }, places);
    expect(problemsIn(findings)).toContainEqual(expect.objectContaining(finding));
  });

  test('behaves like S3', async () => {
    const strict: StoreProbe = {
      ...probe,
      write: async (ref, bytes, { onlyIfNew, withWrongChecksum } = {}) =>
        onlyIfNew || withWrongChecksum ? 'refused' : await probe.write(ref, bytes),
    };
    const findings = await examineStore(strict, places);
    expect(messagesOf(findings)).toContain('conditional writes are supported');
    expect(messagesOf(findings)).toContain('a body that does not match its checksum is rejected');
    expect(problemsIn(findings)).toEqual([]);
  });

  test.each([
    ['PreconditionFailed', 'refused'],
    ['BadDigest', 'refused'],
    ['NotImplemented', 'not supported'],
  ])('answers a condition with %s', async (name, answer) => {
    const refusing = { send: () => Promise.reject(Object.assign(new Error(), { name })) };
    const write = createS3Probe(refusing as never).write;
    const ref = { bucket: 'uploads', key: 'a' };
    await expect(write(ref, new Uint8Array(), { onlyIfNew: true })).resolves.toBe(answer);
    await expect(write(ref, new Uint8Array())).rejects.toThrow();
  });
});

test('the engine converts the reference images correctly', async () => {
  const findings = await examineEngine();
  expect(problemsIn(findings)).toEqual([]);
  expect(messagesOf(findings)).toContain(
    'a reference lossless WebP converts to the expected bytes',
  );
});

test('an engine with different output is reported', async () => {
  const { referenceImages } = await import('../../src/doctor/reference-images.ts');
  const altered = { ...referenceImages, JPEG: { ...referenceImages.JPEG, sha256: '0'.repeat(64) } };
  expect(problemsIn(await examineEngine(altered))).toMatchObject([
    { state: 'bad', what: 'a reference JPEG converts to unexpected bytes' },
  ]);
});

test.each([
  [1_000, 'good', 'this machine and the store agree on the time'],
  [60_000, 'warning', "this machine's clock is 60 s behind the store's"],
  [-1_000_000, 'bad', "this machine's clock is 1000 s ahead of the store's"],
])('a clock that is %i ms off is %s', (offMs, state, what) => {
  const findings = examineClock([{ source: 'store', nowMs: 1e12 + offMs, localMs: 1e12 }]);
  expect(findings).toMatchObject([{ subject: 'clock', state, what }]);
});
