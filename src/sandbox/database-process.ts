// A part of the sandbox, in a process of its own: PostgreSQL in WebAssembly behind its ordinary
// wire protocol, its files in a folder, so that a killed one comes back with all it had committed.
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const [dataDir = '', port = '0'] = process.argv.slice(2);

const db = await PGlite.create({ dataDir });
const server = new PGLiteSocketServer({
  db,
  host: '127.0.0.1',
  port: Number(port),
  maxConnections: 50,
});

await server.start();
process.send?.({ ready: true });

async function stop() {
  await server.stop();
  await db.close();
  process.exit(0);
}

process.on('SIGTERM', stop);
// The sandbox itself is gone.
process.on('disconnect', stop);
