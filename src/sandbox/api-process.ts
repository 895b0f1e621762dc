// A part of the sandbox, in a process of its own: the HTTP API and the dashboard, on the sandbox's
// store and database. PostgreSQL in WebAssembly passes no notifications from client to client, so
// the function's log lines, which the sandbox hands on, tell of outcomes.
import { composeServer } from '../compose-server.ts';
import { readConfig } from '../config.ts';
import { createLog } from '../server/log.ts';
import { startServer } from '../server/server.ts';
import { readOutcome } from './log-reader.ts';

const config = readConfig();
const { host, port } = config;
const parts = await composeServer(config);
const server = await startServer(parts, {
  host,
  port,
  log: createLog(config, console.log),
  listens: false,
});
parts.warmUp();

process.on('message', (line) => {
  const outcome = readOutcome(String(line));
  if (outcome) server.outcome({ ...outcome, stages: outcome.stagesMs });
});
process.send?.({ ready: true });

async function stop() {
  await server.close();
  process.exit(0);
}

process.on('SIGTERM', stop);
// The sandbox itself is gone.
process.on('disconnect', () => process.exit(1));
