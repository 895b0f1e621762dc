/**
 * The limits of a conversion. Those of the source are checked before any pixel is decoded; those of
 * time and output end a running conversion.
 */
export interface Limits {
  /** Size of the file in bytes. Default: 100 MiB. */
  maxBytes: number;
  /** Width times height times the number of converted frames. Default: 2 ** 28. */
  maxPixels: number;
  /** Pages or frames in the file, converted or not. Default: 1,000. */
  maxPages: number;
  /**
   * Wall time of one conversion in milliseconds, including the wait for a free thread but not the
   * time to read the input. Default: two minutes.
   */
  timeoutMs: number;
  /** Size of the output in bytes. Default: 512 MiB. */
  maxOutputBytes: number;
}

/** What a caller can set for one conversion, apart from its recipe. */
export interface ConversionOptions extends Partial<Limits> {
  /** Stops the conversion, which then fails with the signal’s reason. */
  signal?: AbortSignal | undefined;
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

/**
 * Fills in the defaults. Throws `RangeError` for unknown names, and for values that would silently
 * disable a limit.
 */
export function resolveLimits(limits: Partial<Limits> = {}): Limits {
  for (const name of Object.keys(limits)) {
    if (Object.hasOwn(defaultLimits, name)) continue;
    const names = Object.keys(defaultLimits).join(', ');
    throw new RangeError(`Expected the limits ${names} or signal but received ${name}`);
  }
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
