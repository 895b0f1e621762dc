// The store and the database of the whole job, in a separate process, so that their cost does not count as
// ours.
import { migrateDatabase } from '../../src/app/migrate-database.ts';
import { readConfig } from '../../src/config/index.ts';
import { credentials, region, startStoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { startPostgres } from '../../testing/postgres-server.ts';

const postgres = await startPostgres();
const store = await startStoreAndQueue({
  port: 0,
  bucket: process.argv[2] ?? '',
  visibilityTimeoutSeconds: 600,
});
const databaseUrl = `${postgres.url}?sslmode=disable`;
await migrateDatabase(readConfig({ DATABASE_URL: databaseUrl }));

process.once('disconnect', async () => {
  await Promise.all([store.close(), postgres.stop()]);
  process.exit(0);
});
process.send?.({
  DATABASE_URL: databaseUrl,
  AWS_ENDPOINT_URL: store.endpoint,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});
