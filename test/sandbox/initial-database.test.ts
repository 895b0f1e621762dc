// The files of an empty database are created once for all sandboxes of a user.
import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChild } from '../../src/sandbox/child.ts';
import { freePort } from '../../src/sandbox/port.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'initial-database-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a database starts from the files of an earlier one, and without them if they are damaged', async () => {
  expect(await startDatabase('first')).toMatch(/^PostgreSQL/);
  const kept = join(folder, 'cache/grayscale');
  const [file = '', ...others] = await readdir(kept);
  expect(others).toEqual([]);
  const { size, mtimeMs } = await stat(join(kept, file));

  expect(await startDatabase('second')).toMatch(/^PostgreSQL/);
  expect((await stat(join(kept, file))).mtimeMs).toBe(mtimeMs);

  await truncate(join(kept, file), Math.floor(size / 2));
  expect(await startDatabase('third')).toMatch(/^PostgreSQL/);
  expect((await stat(join(kept, file))).size).toBeGreaterThan(size * 0.9);
}, 60_000);

/** Returns the version that the server reports. */
async function startDatabase(name: string): Promise<string> {
  const port = await freePort(0, 'the port of the test');
  const database = await startChild({
    module: 'database-process',
    args: [join(folder, name), String(port)],
    env: { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') },
    onLine() {},
  });
  try {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    await client.connect();
    const { rows } = await client.query('SELECT version() AS version');
    await client.end();
    return rows[0].version;
  } finally {
    await database.stop();
  }
}
