import type { Stage } from '../pipeline/index.ts';

/** The stages in a row. `record` is absent because it ends after the row is written. */
export type RowStage = Exclude<Stage, 'record'>;

/**
 * The fields of a row that statistics need. Rows of the original system have few; unknown ones are
 * null.
 */
export interface SampledRow {
  /** Milliseconds since the epoch. */
  recordedAtMs: number;
  status: 'converted' | 'failed' | 'skipped';
  code: string | null;
  processorVersion: string | null;
  inputFormat: string | null;
  outputFormat: string | null;
  sourceSizeBytes: number | null;
  outputSizeBytes: number | null;
  /** Of the output: width times height. */
  megapixels: number | null;
  stagesMs: Record<RowStage, number | null>;
}

/** A time range in milliseconds since the epoch; the start is included, the end excluded. */
export interface TimeWindow {
  sinceMs: number;
  untilMs: number;
}

/** Images that got no separate output, by code. */
export interface CodeCount {
  status: 'failed' | 'skipped';
  code: string;
  images: number;
}

/** All rows of a time window, or a random sample large enough to represent them. */
export interface LedgerSample {
  rows: SampledRow[];
  /** Number of rows in the window; an estimate if not all were read. */
  images: number;
  isWhole: boolean;
  /** Counted, not estimated: a sample may miss rare failures. */
  failures: CodeCount[];
}

export interface SampleOptions {
  /** Max rows to read. */
  maxRows: number;
  /** Returns numbers from 0 to 1; selects the rows if there are more than `maxRows`. */
  random: () => number;
}

/** Reads rows for statistics, in a time that does not grow with the table. */
export interface LedgerSampler {
  sample(window: TimeWindow, options: SampleOptions): Promise<LedgerSample>;
}
