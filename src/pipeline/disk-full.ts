/** A file could not be written because the disk has no space left. */
export class DiskFullError extends Error {
  readonly code = 'DISK_FULL';

  constructor(path: string, cause: Error) {
    super(
      `Expected free disk space for "${path}" but the disk is full (${cause.message}). Free some space, or write to another disk.`,
      { cause },
    );
    this.name = 'DiskFullError';
  }
}

/** Disk full, quota exceeded, and the file size limit of the shell. */
const diskFullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * Converts a write error into a `DiskFullError` if missing space caused it; returns other errors
 * unchanged.
 */
export function asDiskFull(error: unknown, path: string): unknown {
  const isFull = error instanceof Error && 'code' in error && diskFullCodes.has(String(error.code));
  return isFull ? new DiskFullError(path, error) : error;
}
