import { createRequire } from 'node:module';
import { loadSharp } from '../convert/load-sharp.ts';

/**
 * Throws sharp’s error if it has no binary for this platform. sharp itself is loaded only by images
 * that need it, but a package for another processor must fail before its first image.
 */
export async function checkPlatform(
  platform = `${process.platform}-${process.arch}`,
): Promise<void> {
  try {
    createRequire(import.meta.url).resolve(`@img/sharp-${platform}/sharp.node`);
  } catch {
    // It may also have been built on this machine, or be for musl.
    await loadSharp();
  }
}

/** The package was built for another processor or system. */
class WrongPlatformError extends Error {
  readonly code = 'WRONG_PLATFORM';

  constructor(platform: string, cause: Error) {
    const arch = platform.split('-').at(-1);
    super(
      `Expected the image library for ${platform} but this package contains the one for another platform. Set the architecture of the function to that of the package, or package it with \`npm run package -- --arch ${arch}\`.`,
      { cause },
    );
    this.name = 'WrongPlatformError';
    // Lambda logs the stack, but where this error was thrown is of no use.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** Rethrows a load error of the function, in one sentence if its binaries are the cause. */
export function explainStart(error: unknown): never {
  // sharp's message if it found no binary at all; a broken binary has a separate message.
  const [, platform] =
    /^Could not load the "sharp" module using the (\S+) runtime\nPossible solutions/.exec(
      error instanceof Error ? error.message : '',
    ) ?? [];
  if (platform === undefined) throw error;
  throw new WrongPlatformError(platform, error as Error);
}
