import { type Config, ConfigError } from '../config/index.ts';

// These checks import none of the parts that they concern, so that a command runs them before it loads
// anything.

/** Throws `ConfigError` if no bucket is configured. */
export function checkBucket({ storage: { bucket } }: Pick<Config, 'storage'>): string {
  if (bucket !== undefined) return bucket;
  throw new ConfigError(['S3_BUCKET: expected the bucket of the uploads but it is not set']);
}

/** Throws `ConfigError` if another bucket is configured. */
export function checkConfiguredBucket(
  { storage }: Pick<Config, 'storage'>,
  bucket: string | undefined,
): void {
  if (storage.bucket === undefined || storage.bucket === bucket) return;
  throw new ConfigError([
    `S3_BUCKET: expected "${bucket}", because objects of other buckets are rejected, but received "${storage.bucket}"`,
  ]);
}

/** Throws `ConfigError` if the application's role is also the role of this connection. */
export function checkApplicationRole({
  database: { applicationRole, user },
}: Pick<Config, 'database'>): void {
  if (applicationRole === undefined || applicationRole !== user) return;
  throw new ConfigError([
    `DB_APPLICATION_ROLE: expected a role other than DB_USER, which would lose its rights, but received "${applicationRole}"`,
  ]);
}
