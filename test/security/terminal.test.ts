// Names with terminal control characters, through every command: they are visible, and have no
// effect on the terminal.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../src/process/log.ts';
import { printable, printableJson } from '../../src/process/terminal.ts';
import { createLogReader, outcomeTable } from '../../src/sandbox/log-reader.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { type CliResult, runCli } from '../../testing/cli.ts';
import { eventBridgeEvent } from '../../testing/events.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { serverEnvironment } from '../../testing/server.ts';

/** Escape, carriage return, line feed, bell, a C1 control and a direction override. */
const evil = 'e\u001b[2J\r\nfake: all is well\u0007\u009b31m\u202egnp';
const escaped = String.raw`e\x1b[2J\x0d\x0afake: all is well\x07\x9b31m\u202egnp`;
/** This store's list is XML, which loses carriage returns. */
const listed = evil.replace('\r', '');
// biome-ignore lint/suspicious/noControlCharactersInRegex: the test searches for them.
const controlCharacters = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

let folder: string;
let store: StoreAndQueue;
let database: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  env = { ...serverEnvironment(store, database), S3_BUCKET: 'uploads' };
  folder = await mkdtemp(join(tmpdir(), 'grayscale-terminal-'));
  await mkdir(join(folder, 'images'));
  await writeFile(join(folder, 'images', `${evil}.png`), await tinyPng(1));
  await writeFile(join(folder, 'images', `${evil}2.png`), 'not an image');
  await writeFile(join(folder, `${evil}.json`), JSON.stringify(eventBridgeEvent({ key: evil })));
  await writeFile(join(folder, `${evil}.txt`), `${evil}`);
  const Key = `${listed}.png`;
  await store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body: 'not an image' }));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
  await store.close();
});

const run = async (args: string[], more: Record<string, string> = {}) =>
  await runCli(args, { cwd: folder, env: { ...env, ...more } });

function expectHarmless({ stdout, stderr }: Pick<CliResult, 'stdout' | 'stderr'>): string {
  const text = `${stdout}${stderr}`;
  expect(text).not.toMatch(controlCharacters);
  expect(text).not.toMatch(/^fake/m);
  return text;
}

describe('on the command line', () => {
  test.each<[string, string[], Record<string, string>?]>([
    ['convert', ['convert', 'images']],
    ['convert again', ['convert', 'images']],
    ['convert of nothing', ['convert', `${evil}.none`]],
    [
      'convert to an invalid name',
      ['convert', 'images', '--format', 'png', '--out', `${evil}.jpg`],
    ],
    ['compare-methods', ['compare-methods', evil]],
    [
      'compare-methods with an invalid output',
      ['compare-methods', `images/${evil}.png`, '-o', evil],
    ],
    ['inspect-event of nothing', ['inspect-event', evil]],
    ['inspect-event of invalid JSON', ['inspect-event', `${evil}.txt`]],
    ['an unknown option', ['convert', `--${evil}`]],
    ['an invalid value', ['convert', 'images', '--quality', evil]],
    ['an unknown command', [evil]],
    ['backfill with an invalid time', ['backfill', 's3://uploads/', '--since', evil]],
    ['stats with an invalid time', ['stats', '--since', evil]],
    ['stats of versions', ['stats', '--compare', evil, evil]],
    ['doctor with an invalid variable', ['doctor'], { MAX_BYTES: evil }],
    ['serve at an invalid address', ['serve', '--host', evil]],
    ['serve with an invalid variable', ['serve'], { PORT: evil }],
    ['sandbox with an invalid variable', ['sandbox', '--demo'], { SANDBOX_API_PORT: evil }],
    ['migrate', ['migrate'], { DATABASE_URL: '', DB_HOST: evil }],
    ['verify of another bucket', ['verify', `s3://${evil}/`]],
  ])('%s writes it visibly', async (_, args, more) => {
    expect(expectHarmless(await run(args, more))).toContain(escaped);
  });

  test.each<[string, string[]]>([
    ['backfill', ['backfill', 's3://uploads/']],
    ['retry', ['retry', '--failed']],
  ])('%s shows the keys that fail', async (_, args) => {
    const text = expectHarmless(await run(args));
    expect(text).toContain(
      `failed  ${escaped.replace(String.raw`\x0d`, '')}.png: UNSUPPORTED_FORMAT`,
    );
  });

  test('doctor escapes the name of a bucket', async () => {
    expectHarmless(await run(['doctor'], { S3_BUCKET: evil }));
  });

  test('verify shows the keys of its findings', async () => {
    await database.query('TRUNCATE image_metadata');
    expect(expectHarmless(await run(['verify', 's3://uploads/']))).toContain(String.raw`e\x1b[2J`);
  });

  test('a checkpoint of another backfill is described on separate lines', async () => {
    const path = join(folder, 'other.json');
    const amounts = { queued: 0, converted: 0, skipped: 0, failed: 0, unsettled: 0 };
    const plan = { bucket: 'b', prefix: evil, only: 'all', since: '', recipe: 'x', to: 'y' };
    const counts = Object.fromEntries(
      [
        ...['current', 'failed', 'stale', 'missing', 'ownOutput'],
        ...['older', 'folderMarker', 'otherType', 'refused'],
      ].map((kind) => [kind, { objects: 0, bytes: 0 }]),
    );
    await writeFile(path, JSON.stringify({ version: 1, plan, counts, taken: amounts }));
    const output = expectHarmless(await run(['backfill', 's3://uploads/', '--checkpoint', path]));
    expect(output).toMatch(/belongs to another backfill:\n {2}bucket: /);
    expect(output).toContain(`the file has "${escaped}"`);
  });

  test.each([
    ['convert', ['convert', 'images', '--overwrite', '--json']],
    ['inspect-event', ['inspect-event', `${evil}.json`]],
    ['verify', ['verify', 's3://uploads/', '--json']],
  ])('%s writes JSON that parses to the original name', async (_, args) => {
    const { stdout, stderr } = await run(args);
    expectHarmless({ stdout, stderr });
    const documents = args[0] === 'verify' ? stdout.toString().trim().split('\n') : [`${stdout}`];
    const names = JSON.stringify(documents.map((document) => JSON.parse(document)));
    expect(names).toContain(JSON.stringify('\u0007\u009b31m\u202egnp').slice(1, -1));
  });
});

test('the sandbox shows what the function logs, and lines that are not log entries', () => {
  const lines: string[] = [];
  const log = createLogReader((line) => lines.push(line));
  log.follow();
  const stagesMs = {};
  log.read(evil.replace('\n', ''));
  log.read(JSON.stringify({ message: 'failed', key: evil, code: 'X', reason: evil, stagesMs }));
  log.read(JSON.stringify({ level: 'ERROR', message: 'refused', key: evil, reason: evil }));
  log.read(JSON.stringify({ level: 'ERROR', message: evil }));
  lines.push(...outcomeTable([{ status: 'failed', key: evil, code: evil, stagesMs }]).split('\n'));
  for (const line of lines) expect(line).not.toMatch(/[\n]|^fake/);
  expectHarmless({ stdout: Buffer.from(lines.join('\n')), stderr: '' });
  expect(lines.filter((line) => line.includes(escaped))).toHaveLength(3);
});

test('the server’s log is JSON in printable characters', () => {
  const lines: string[] = [];
  createLog({ logging: { level: 'INFO', metricsNamespace: '' } }, (line) => lines.push(line))(
    'error',
    'refused',
    { key: evil },
  );
  expect(lines.join()).not.toMatch(controlCharacters);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ key: evil });
});

test.each(['plain', 'ä 日本 🎉', 'a\\b', '👩‍👩‍👧'])('%s is printed unchanged', (text) => {
  expect(printable(text)).toBe(text);
  expect(JSON.parse(printableJson(text))).toBe(text);
});

test('a lone surrogate and a byte order mark are visible', () => {
  expect(printable('\ud800\ufeff')).toBe(String.raw`\ud800\ufeff`);
});

test('no other module writes to the terminal', async () => {
  const sources = new URL('../../src/', import.meta.url);
  const names = (await readdir(sources, { recursive: true })).filter((name) => /\.ts$/.test(name));
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(new URL(name, sources), 'utf8')] as const),
  );
  const writing = texts.filter(([, text]) =>
    /\bconsole\.|\bstd(out|err)\.write\(|stderr\.write|terminal\.write/.test(text),
  );
  expect(writing.map(([name]) => name).toSorted()).toEqual([
    'cli/output/standard-output.ts', // The bytes of an image.
    'lambda/start-handler.ts', // A line of JSON for CloudWatch.
    'process/status-line.ts', // A line that is overwritten; its text is our own.
    'process/terminal.ts',
  ]);
});
