import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../testing/cli.ts';
import { s3Event, s3TestEvent, sqsEvent } from '../../testing/events.ts';
import { createDatabase } from '../../testing/postgres.ts';

describe('grayscale inspect-event', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grayscale-events-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const inspect = (text: string, env = {}) =>
    runCli(['inspect-event', '-'], { input: Buffer.from(text), env });

  test('prints what happens to each record', async () => {
    const object = { bucket: 'b', key: 'a b.png', versionId: 'v1', sizeBytes: 7 };
    const file = join(folder, 'event.json');
    await writeFile(
      file,
      JSON.stringify(
        sqsEvent(s3Event(object, { ...object, key: 'grayscale/x' }), s3TestEvent(), '?'),
      ),
    );
    const { exitCode, stdout } = await runCli(['inspect-event', file]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout.toString())).toEqual([
      { bucket: 'b', key: 'a b.png', versionId: 'v1', sizeBytes: 7, action: 'process' },
      expect.objectContaining({
        key: 'grayscale/x',
        action: 'ignore',
        reason: expect.stringContaining('grayscale/'),
      }),
      expect.objectContaining({
        key: null,
        action: 'ignore',
        reason: expect.stringContaining('s3:TestEvent'),
      }),
      { bucket: null, key: null, action: 'refuse', reason: expect.any(String) },
    ]);
  });

  const marked = `\uFEFF${JSON.stringify(s3Event({ key: 'ä' }))}`;

  test.each([
    ['UTF-8', Buffer.from(marked)],
    ['UTF-16', Buffer.from(marked, 'utf16le')],
    ['big-endian UTF-16', Buffer.from(marked, 'utf16le').swap16()],
  ])('reads standard input with the byte order mark of %s', async (_, input) => {
    const { stdout } = await runCli(['inspect-event', '-'], { input });
    expect(JSON.parse(stdout.toString())).toMatchObject([{ key: 'ä', action: 'process' }]);
  });

  test('reads JSON lines as one event each', async () => {
    const lines = ['a', 'b'].map((key) => `${JSON.stringify(s3Event({ key }))}\r\n`);
    const { exitCode, stdout } = await inspect(lines.join('\n'));
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject([{ key: 'a' }, { key: 'b' }]);
  });

  test('reports that an event has no records', async () => {
    const { exitCode, stdout, stderr } = await inspect('{"Records": []}');
    expect([exitCode, stdout.toString(), stderr]).toEqual([
      0,
      '[]\n',
      'The event contains no records.\n',
    ]);
  });

  test('reads the configuration as the function does', async () => {
    const event = JSON.stringify(s3Event({ bucket: 'b', key: 'gray/x' }));
    const own = await inspect(event, { OUTPUT_PREFIX: 'gray' });
    expect(JSON.parse(own.stdout.toString())).toMatchObject([{ action: 'ignore' }]);
    const foreign = await inspect(event, { S3_BUCKET: 'another' });
    expect(JSON.parse(foreign.stdout.toString())).toMatchObject([{ action: 'refuse' }]);
  });

  test.each([
    ['invalid JSON', '-', '{"Records": [', /Standard input is not JSON/],
    ['invalid JSON in one line', '-', '{}\n{"a\n{}', /Standard input is not JSON/],
    [
      'nothing',
      '-',
      '',
      /Standard input is not JSON: .*one event as delivered, or one event per line/,
    ],
    ['a missing file', '/nowhere/event.json', '', /Cannot read "\/nowhere\/event\.json"/],
  ])('reports that %s is unreadable, and exits 2', async (_, file, input, message) => {
    const { exitCode, stderr } = await runCli(['inspect-event', file], {
      input: Buffer.from(input),
    });
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('grayscale migrate', () => {
  test('migrates a database to the newest schema, and reports the second time that it is up to date', async () => {
    const database = await createDatabase({ migrated: false });
    const env = { DATABASE_URL: database.url };
    const first = await runCli(['migrate'], { env });
    expect(first.stdout.toString()).toBe(
      'applied 0001_image-metadata\napplied 0002_ledger\napplied 0003_views\napplied 0004_api\napplied 0005_lists-at-scale\napplied 0006_output-checksum\napplied 0007_lists-by-groups\napplied 0008_fewer-indexes\napplied 0009_colourfulness\n',
    );
    const second = await runCli(['migrate'], { env });
    expect(second.stdout.toString()).toBe('The schema is up to date.\n');
    expect(await database.rows()).toEqual([]);
    await database.drop();
  });

  test('reports how it reads the times of the original, and corrects them on request', async () => {
    const database = await createDatabase({ migrated: false });
    const env = { DATABASE_URL: database.url };
    await database.query(
      'CREATE TABLE image_metadata (id SERIAL PRIMARY KEY, file_name VARCHAR(255) NOT NULL, timestamp TIMESTAMP)',
    );
    await database.query("INSERT INTO image_metadata VALUES (1, 'grayscale/a.jpg', '2026-07-01')");
    const run = async (...args: string[]) => await runCli(['migrate', ...args], { env });
    expect((await run()).stdout.toString()).toMatch(
      /^read the times of 1 row of the original program in the server's time zone, .*--time-zone\n/,
    );
    const wrong = await run('--time-zone', 'Mars');
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('but received "Mars"'),
    ]);
    expect((await run('--time-zone', 'Asia/Tokyo')).stdout.toString()).toBe(
      'corrected the times of 1 row of the original program, in Asia/Tokyo\nThe schema is up to date.\n',
    );
    await database.drop();
  });

  test('names the missing variable, and exits 2', async () => {
    const { exitCode, stderr } = await runCli(['migrate']);
    expect(stderr).toContain('DB_HOST: expected');
    expect(exitCode).toBe(2);
  });

  test('reports that no database answers, and exits 1', async () => {
    const { exitCode, stderr } = await runCli(['migrate'], {
      env: { DB_HOST: '127.0.0.1', DB_PORT: '1' },
    });
    expect(stderr).toMatch(
      /Expected PostgreSQL at 127\.0\.0\.1:1 to accept a connection but it does not/,
    );
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  });
});
