// The whole system as a user starts it, with its parts in separate processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { toGrayscale } from '../../src/convert/index.ts';
import { connectPostgres, type Postgres } from '../../src/ledger/connect.ts';
import { sandboxExports } from '../../src/sandbox/run.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { s3Event } from '../../testing/events.ts';
import { tinyPng } from '../../testing/pipeline.ts';

const anyPorts = { SANDBOX_S3_PORT: '0', SANDBOX_DB_PORT: '0', SANDBOX_API_PORT: '0' };

function run(args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, ['bin/grayscale.js', ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    child,
    stdout: text(child.stdout),
    stderr: text(child.stderr),
    exit: once(child, 'exit'),
  };
}

test('--keep continues with the database, the bucket and the queue, also on other ports', async () => {
  const keepFolder = await mkdtemp(join(tmpdir(), 'kept-'));
  const config = readConfig({ ...anyPorts, SANDBOX_WORKERS: '1' });
  const image = await tinyPng(7);
  const start = async (key: string) => {
    const kept = await startSandbox(config, () => {}, { keepFolder, withApi: false });
    const { store, bucket: Bucket } = kept;
    const postgres = connectPostgres({ url: kept.databaseUrl, ssl: 'disable', maxConnections: 1 });
    try {
      await store.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: image }));
      const keys = async () =>
        (await postgres.query('SELECT file_name FROM image_metadata ORDER BY id')).rows.map(
          ({ file_name }) => file_name,
        );
      await expect.poll(keys, { timeout: 20_000 }).toContain(`grayscale/${key}`);
      const { Contents = [] } = await store.s3.send(new ListObjectsV2Command({ Bucket }));
      return { rows: await keys(), objects: Contents.map(({ Key }) => Key) };
    } finally {
      await postgres.close();
      await kept.close();
    }
  };
  await start('first.png');
  expect(await start('second.png')).toEqual({
    rows: ['grayscale/first.png', 'grayscale/second.png'],
    objects: ['first.png', 'grayscale/first.png', 'grayscale/second.png', 'second.png'],
  });
  await rm(keepFolder, { recursive: true });
}, 90_000);

describe('the demo', () => {
  test('converts the samples, prints the milliseconds of each stage and exits 0', async () => {
    const demo = run(['sandbox', '--demo'], anyPorts);
    const [exitCode] = await demo.exit;
    expect(await demo.stderr).toBe('');
    const output = await demo.stdout;
    for (const name of ['dunes.jpg', 'logo.png', 'chart.webp']) {
      expect(output).toMatch(
        new RegExp(`^${name} +converted +grayscale/${name}( +\\d+\\.\\d){8}$`, 'm'),
      );
    }
    expect(exitCode).toBe(0);
  }, 90_000);

  test.each([['SANDBOX_S3_PORT'], ['SANDBOX_DB_PORT']])(
    'reports in a sentence that the port of %s is in use',
    async (variable) => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as { port: number };
      const demo = run(['sandbox', '--demo'], { ...anyPorts, [variable]: String(port) });
      const [exitCode] = await demo.exit;
      expect(await demo.stderr).toBe(
        `Port ${port} is already in use. Set ${variable} to a free port, or to 0 to pick one automatically.\n`,
      );
      expect(exitCode).toBe(1);
      other.close();
    },
  );
});

describe('the sandbox', () => {
  test('explains how to use it, and closes everything on Ctrl-C', async () => {
    const sandbox = run(['sandbox'], anyPorts);
    let output = '';
    sandbox.child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    while (!output.includes('Ctrl-C stops everything')) await sleep(50);
    sandbox.child.kill('SIGINT');
    const [exitCode] = await sandbox.exit;
    expect(exitCode).toBe(0);
    expect(output).toMatch(
      /aws --endpoint-url http:\/\/127\.0\.0\.1:\d+ s3 cp PHOTO\.jpg s3:\/\/uploads\//,
    );
    const [, port] =
      /export DATABASE_URL='postgresql:\/\/postgres:postgres@127\.0\.0\.1:(\d+)/.exec(output) ?? [];
    const gone = connectPostgres({
      host: '127.0.0.1',
      port: Number(port),
      ssl: 'disable',
      maxConnections: 1,
    });
    await expect(gone.query('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  }, 90_000);
});

describe('a sandbox', () => {
  let sandbox: Sandbox;
  let postgres: Postgres;
  beforeAll(async () => {
    const config = readConfig({ ...anyPorts, LOG_LEVEL: 'ERROR' });
    // Another system's queue, or that of an earlier start: uploads would be sent to it.
    vi.stubEnv('QUEUE_URL', 'http://127.0.0.1:1/elsewhere');
    sandbox = await startSandbox(config, () => {}, { visibilityTimeoutSeconds: 6 });
    vi.unstubAllEnvs();
    postgres = connectPostgres({ url: sandbox.databaseUrl, ssl: 'disable', maxConnections: 1 });
  });
  afterAll(async () => {
    await postgres.close();
    await sandbox.close();
  });

  test('runs every command of the README with the variables that it prints', async () => {
    const readme = await readFile('README.md', 'utf8');
    const folder = await mkdtemp(join(tmpdir(), 'readme-'));
    await writeFile(join(folder, 'event.json'), JSON.stringify(s3Event()));
    await cp('samples', join(folder, 'samples'), { recursive: true });
    const blocks = [...readme.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
    const cells = [...readme.matchAll(/\| `(npx grayscale [^`]+)` \|/g)].map(
      ([, cell = '']) => cell,
    );
    const commands = [...blocks, ...cells]
      // These start the system, change AWS, or need psql; the sandbox has no second release.
      .filter((command) => !/npm |psql|--compare/.test(command))
      .map((command) =>
        command
          .replaceAll(/http:\/\/127\.0\.0\.1:8080/g, sandbox.api?.url ?? '')
          .replaceAll('BUCKET/PREFIX', `${sandbox.bucket}/`)
          .replaceAll(/[[\]]/g, '')
          .replaceAll('npx grayscale', `'${process.execPath}' '${resolve('bin/grayscale.js')}'`),
      );
    expect(commands.length).toBeGreaterThan(7);
    for (const command of commands) {
      const script = `set -e\n${sandboxExports(sandbox)}\n${command}`;
      const child = spawn('bash', ['-c', script], { cwd: folder, env: { PATH: process.env.PATH } });
      const [stdout, stderr, [exitCode]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      expect([command, exitCode, exitCode === 0 || stdout + stderr]).toEqual([command, 0, true]);
    }
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  test('converts uploads through its API in the function, and reports them as they happen', async () => {
    const url = sandbox.api?.url ?? '';
    const live = await fetch(`${url}/v1/live`);
    const events = live.body?.pipeThrough(new TextDecoderStream()).getReader();
    let received = '';
    const waitFor = async (part: string) => {
      while (!received.includes(part)) received += (await events?.read())?.value ?? '';
    };
    await waitFor('hello');
    const body = new Uint8Array(await tinyPng(90, 60, 30));
    const uploaded = await fetch(`${url}/v1/uploads?key=event.png`, { method: 'POST', body });
    expect(uploaded.status).toBe(202);
    await waitFor('grayscale/event.png');
    await events?.cancel();

    const { outcome } = (await uploaded.json()) as { outcome: string };
    const list = (await (await fetch(url + outcome)).json()) as {
      images: { links: { gray: string } }[];
    };
    const gray = await fetch(url + list.images[0]?.links.gray);
    const expected = await toGrayscale(body);
    expect(Buffer.from(await gray.arrayBuffer())).toEqual(Buffer.from(expected.bytes));

    const { pid } = sandbox.api?.child ?? {};
    if (pid) process.kill(pid, 'SIGKILL');
    await expect
      .poll(
        () =>
          fetch(`${url}/healthz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
  }, 60_000);

  const put = (Key: string, Body: Uint8Array) =>
    sandbox.store.s3.send(new PutObjectCommand({ Bucket: sandbox.bucket, Key, Body }));

  /** A part that was just killed may not have restarted yet. */
  function killIfAlive(pid: number | undefined): void {
    try {
      if (pid) process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  const ofKeys = "WHERE source_key LIKE 'kills/%'";

  async function rowCount(): Promise<number> {
    try {
      const count = 'SELECT count(*)::int AS n FROM image_metadata';
      return (await postgres.query(`${count} ${ofKeys}`)).rows[0].n;
    } catch {
      return 0; // The database has just been killed.
    }
  }

  test('loses no upload while its functions and its database are killed repeatedly', async () => {
    const total = 150;
    const photo = await tinyPng(120, 60, 30);
    const keys = Array.from(
      { length: total },
      (_, i) => `kills/${i % 10 === 0 ? 'bad' : 'good'} ${i}.png`,
    );
    const uploads = (async () => {
      for (const key of keys) {
        await put(key, key.includes('bad') ? Buffer.from(`not an image: ${key}`) : photo);
        await sleep(10);
      }
    })();
    for (let kill = 0; kill < 6; kill++) {
      await sleep(300);
      const victim = kill % 3 === 2 ? sandbox.database : sandbox.functions[kill % 2];
      killIfAlive(victim?.pid);
    }
    await uploads;

    // Messages of a killed function are redelivered after the visibility timeout.
    const deadline = Date.now() + 90_000;
    while ((await rowCount()) < total && Date.now() < deadline) await sleep(250);

    const rowsOfKeys = `SELECT source_key, status, code FROM image_metadata ${ofKeys}`;
    const { rows } = await postgres.query(rowsOfKeys);
    expect(rows.map((row) => row.source_key).sort()).toEqual([...keys].sort());
    for (const row of rows) {
      expect(row.status).toBe(row.source_key.includes('bad') ? 'failed' : 'converted');
    }
    const list = new ListObjectsV2Command({ Bucket: sandbox.bucket, Prefix: 'grayscale/kills/' });
    const { Contents = [] } = await sandbox.store.s3.send(list);
    expect(Contents).toHaveLength(keys.filter((key) => key.includes('good')).length);
    const output = await sandbox.store.s3.send(
      new GetObjectCommand({ Bucket: sandbox.bucket, Key: `grayscale/${keys[1]}` }),
    );
    expect(Buffer.from((await output.Body?.transformToByteArray()) ?? [])).toEqual(
      Buffer.from((await toGrayscale(photo)).bytes),
    );
    const dead = new GetQueueAttributesCommand({
      QueueUrl: sandbox.store.deadLetterQueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages'],
    });
    const { Attributes } = await sandbox.store.sqs.send(dead);
    expect(Attributes?.ApproximateNumberOfMessages).toBe('0');
  }, 150_000);
});
