/** A file was not written because its disk has no room for it. */
export class DiskFullError extends Error {
  readonly code = 'DISK_FULL';

  constructor(path: string, cause: Error) {
    super(
      `Expected room on the disk for "${path}" but there is none (${cause.message}). Free some space, or write to another disk.`,
      { cause },
    );
    this.name = 'DiskFullError';
  }
}

/** A full disk, a used quota, and a limit of the shell on the size of files. */
const codes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The error of a write to this path, as `DiskFullError` where a lack of space caused it. */
export function asDiskFull(error: unknown, path: string): unknown {
  const isFull = error instanceof Error && 'code' in error && codes.has(String(error.code));
  return isFull ? new DiskFullError(path, error) : error;
}
