/** The package was made for another processor or system than the one it runs on. */
class WrongPlatformError extends Error {
  readonly code = 'WRONG_PLATFORM';

  constructor(platform: string, cause: Error) {
    const arch = platform.split('-').at(-1);
    super(
      `Expected the image library for ${platform} but this package holds that of another platform: set the architecture of the function to what it was packaged for, or package it with \`npm run package -- --arch ${arch}\`.`,
      { cause },
    );
    this.name = 'WrongPlatformError';
    // Lambda writes the stack to the log: where it was thrown helps nobody.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** Rethrows why the function could not be loaded, in one sentence where its binaries are the reason. */
export function explainStart(error: unknown): never {
  // What sharp says when it found no binary at all; one that is there but broken has a line of its own.
  const [, platform] =
    /^Could not load the "sharp" module using the (\S+) runtime\nPossible solutions/.exec(
      error instanceof Error ? error.message : '',
    ) ?? [];
  if (platform === undefined) throw error;
  throw new WrongPlatformError(platform, error as Error);
}
