// A part of the sandbox in its own process: PostgreSQL in WebAssembly, served over the usual wire
// protocol. Its files are in a folder, so a killed process restarts with all committed data.
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { cacheInitialFiles, readInitialFiles } from './initial-database.ts';
import { type Part, runPart } from './run-part.ts';

const [dataDir = '', port = '0'] = process.argv.slice(2);

/** Disk space that an empty database and its first rows need. */
const neededBytes = 64 * 2 ** 20;

await runPart(startServer);

async function startServer(): Promise<Part> {
  const db = await startDatabase();
  const server = new PGLiteSocketServer({
    db,
    host: '127.0.0.1',
    port: Number(port),
    maxConnections: 50,
  });
  await server.start();
  return {
    async stop() {
      await server.stop();
      await db.close();
    },
  };
}

async function startDatabase(): Promise<PGlite> {
  try {
    return await openDatabase();
  } catch (error) {
    const { bavail, bsize } = await statfs(dirname(dataDir));
    if (bavail * bsize > neededBytes) throw error;
    // On a full disk, PostgreSQL in WebAssembly fails with numeric errors that vary from run to
    // run.
    throw new Error(
      `Expected ${neededBytes / 2 ** 20} MB of disk space in "${dirname(dataDir)}" for the sandbox's database but the disk is full. Free some space, or set TMPDIR to a folder on another disk.`,
      { cause: error },
    );
  }
}

/**
 * Reusing the files of an earlier start takes a third of the time that PostgreSQL needs to create
 * them.
 */
async function openDatabase(): Promise<PGlite> {
  if (existsSync(dataDir)) return await PGlite.create({ dataDir });
  const files = await readInitialFiles();
  if (files) return await PGlite.create({ dataDir, loadDataDir: files });
  const created = await PGlite.create({ dataDir });
  await cacheInitialFiles(() => created.dumpDataDir('gzip'));
  return created;
}
