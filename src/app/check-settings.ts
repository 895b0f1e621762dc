import { type Config, ConfigError } from '../config/index.ts';

// Without the parts that they are about, so that a command can check them before it loads anything.

/** Throws `ConfigError` without a bucket. */
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
    `S3_BUCKET: expected "${bucket}", as objects of other buckets are rejected, but received "${storage.bucket}"`,
  ]);
}

/** Throws `ConfigError` if the role of the application is that of this connection. */
export function checkApplicationRole({
  database: { applicationRole, user },
}: Pick<Config, 'database'>): void {
  if (applicationRole === undefined || applicationRole !== user) return;
  throw new ConfigError([
    `DB_APPLICATION_ROLE: expected a role other than DB_USER, which would lose its rights, but received "${applicationRole}"`,
  ]);
}
