import { vi } from 'vitest';
import type { StoreAndQueue } from '../src/sandbox/store-and-queue.ts';
import { createDatabase, type TestDatabase } from './postgres.ts';
import { startS3 } from './s3.ts';

/** The services that the function uses. */
export interface LambdaEnvironment {
  server: StoreAndQueue;
  database: TestDatabase;
  close(): Promise<void>;
}

/** A real store, queue and database, and the variables that point the function to them. */
export async function openLambdaEnvironment({
  announcesRemovals = false,
} = {}): Promise<LambdaEnvironment> {
  const [server, database] = await Promise.all([startS3({ announcesRemovals }), createDatabase()]);
  vi.stubEnv('AWS_ENDPOINT_URL', server.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('S3_BUCKET', 'uploads');
  // Sends logs and metrics to the console, where tests can read them.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  return {
    server,
    database,
    async close() {
      vi.unstubAllEnvs();
      await server.close();
      await database.drop();
    },
  };
}

/** Keeps log lines off the screen and returns them as they arrive. */
export function captureLog(): string[] {
  const lines: string[] = [];
  for (const stream of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, stream).mockImplementation((line: unknown) => void lines.push(String(line)));
  }
  return lines;
}
