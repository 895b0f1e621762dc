import { once } from 'node:events';
import { composeServer } from '../compose-server.ts';
import type { Config } from '../config.ts';
import { createLog } from './log.ts';
import { type PolledPlace, pollBucket } from './poll.ts';
import { startServer } from './server.ts';

export interface RunOptions {
  /** Looked through for uploads that no event announced. */
  poll: PolledPlace | undefined;
  print: (line: string) => void;
}

/** Runs the server until it is told to stop, then lets it finish what it has begun. */
export async function runServer(config: Config, { poll, print }: RunOptions): Promise<void> {
  const log = createLog(config, print);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const parts = await composeServer(config);
  const { host, port } = config;
  const server = await startServer(parts, { host, port, log, listens: true });
  parts.warmUp();
  log('info', 'listening', { url: server.url, docs: `${server.url}/docs`, bucket: parts.bucket });
  const { signal } = stop;
  const onOutcome = server.outcome;
  const polling = poll && pollBucket(poll, { parts, onOutcome, log, signal });
  if (!signal.aborted) await once(signal, 'abort');
  log('info', 'stopping');
  await polling;
  await server.close();
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}
