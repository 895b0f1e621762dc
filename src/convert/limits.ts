/** What an image may take at most. All are checked before a pixel is decoded. */
export interface Limits {
  maxBytes: number;
  /** Width times height times the frames that are converted. */
  maxPixels: number;
  /** Pages or frames in the file, converted or not. */
  maxPages: number;
}

export const defaultLimits: Limits = Object.freeze({
  maxBytes: 100 * 2 ** 20,
  maxPixels: 100_000_000,
  maxPages: 1_000,
});

/** Fills in the defaults. Throws `RangeError` for what would switch a limit off unnoticed. */
export function resolveLimits(limits: Partial<Limits> = {}): Limits {
  const resolved = { ...defaultLimits, ...limits };
  for (const [name, value] of Object.entries(resolved)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(
        `Expected a whole number of at least 1 for ${name} but received ${value}`,
      );
    }
  }
  return resolved;
}
