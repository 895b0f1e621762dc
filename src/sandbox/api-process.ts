// A part of the sandbox in its own process: the HTTP API and the dashboard, on the sandbox's store
// and database. PostgreSQL in WebAssembly passes no notifications between clients, so the API
// learns outcomes from the function's log lines, which the sandbox forwards.
import { openServer } from '../app/open-server.ts';
import { readConfig } from '../config/index.ts';
import { createLog } from '../process/log.ts';
import { print } from '../process/terminal.ts';
import { startServer } from '../server/server.ts';
import { readOutcome } from './log-reader.ts';
import { type Part, runPart } from './run-part.ts';

await runPart(startApi);

async function startApi(): Promise<Part> {
  const config = readConfig();
  const { host, port } = config.server;
  const parts = await openServer(config);
  const log = createLog(config, print);
  const server = await startServer(parts, { host, port, log, usesNotifications: false });
  parts.warmUp();
  return {
    stop: () => server.close(),
    receive(line) {
      const outcome = readOutcome(line);
      if (outcome) server.countOutcome({ ...outcome, stages: outcome.stagesMs });
    },
  };
}
