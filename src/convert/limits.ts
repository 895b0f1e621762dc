/**
 * The limits of a conversion. Those of the source are checked before any pixel is decoded; those of
 * time and output end a running conversion.
 */
export interface Limits {
  maxBytes: number;
  /** Width times height times the number of converted frames. */
  maxPixels: number;
  /** Pages or frames in the file, converted or not. */
  maxPages: number;
  /** Wall time of one conversion in milliseconds, including the wait for a free thread. */
  timeoutMs: number;
  maxOutputBytes: number;
}

export const defaultLimits: Limits = Object.freeze({
  maxBytes: 100 * 2 ** 20,
  // 16,384 x 16,384: phones take 200 megapixels.
  maxPixels: 2 ** 28,
  maxPages: 1_000,
  timeoutMs: 120_000,
  maxOutputBytes: 512 * 2 ** 20,
});

/** Each limit as a program writes it, and as the environment of the other entry points does. */
export const limitNames: Readonly<Record<keyof Limits, string>> = {
  maxBytes: 'maxBytes (MAX_BYTES)',
  maxPixels: 'maxPixels (MAX_PIXELS; by default it follows MEMORY_BUDGET_MB)',
  maxPages: 'maxPages (MAX_PAGES)',
  timeoutMs: 'timeoutMs (MAX_CONVERSION_MS)',
  maxOutputBytes: 'maxOutputBytes (MAX_OUTPUT_BYTES)',
};

/** Fills in the defaults. Throws `RangeError` for values that would silently disable a limit. */
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
