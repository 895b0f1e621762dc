import { vi } from 'vitest';
import type { StoreAndQueue } from '../src/sandbox/store-and-queue.ts';
import { createDatabase, type TestDatabase } from './postgres.ts';
import { startS3 } from './s3.ts';

/** What the function runs on. */
export interface LambdaEnvironment {
  server: StoreAndQueue;
  database: TestDatabase;
  close(): Promise<void>;
}

/** A real store, queue and database, and the variables that lead the function to them. */
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
  // Makes logs and metrics go to the console that tests can listen to.
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

/** Keeps what is logged from the screen; returns the lines, as they come. */
export function captureLog(): string[] {
  const lines: string[] = [];
  for (const stream of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, stream).mockImplementation((line: unknown) => void lines.push(String(line)));
  }
  return lines;
}
