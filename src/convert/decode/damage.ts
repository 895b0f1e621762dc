/** Pixels of a file that are missing or wrong. */
export interface Damage {
  /** Completes “its data is damaged or truncated”: where, and what was found. */
  reason: string;
  /** The share of the image’s pixels that are missing, above 0 and at most 1, if it can be known. */
  missingShare?: number;
}

/** What is known about an image’s pixels; `whole` if every pixel is there. */
export type Verdict = Damage | 'whole' | 'unknown';
