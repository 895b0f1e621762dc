import type { Stage } from '../pipeline/index.ts';

/** The stages that a row holds; `record` ends after it is written. */
export type RowStage = Exclude<Stage, 'record'>;

/** What statistics need of a row. Rows of the original know little: what is not known is null. */
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

/** From a moment on (included) to another (excluded), in milliseconds since the epoch. */
export interface TimeWindow {
  sinceMs: number;
  untilMs: number;
}

/** Images that got no output of their own, by code. */
export interface CodeCount {
  status: 'failed' | 'skipped';
  code: string;
  images: number;
}

/** The rows of a time, or so many of them, drawn at random, that they tell of all. */
export interface LedgerSample {
  rows: SampledRow[];
  /** Rows there are; an estimate where not all were read. */
  images: number;
  isWhole: boolean;
  /** Counted, not estimated from the sample, in which rare failures may be missing. */
  failures: CodeCount[];
}

export interface SampleOptions {
  /** No more rows than this are read. */
  maxRows: number;
  /** From 0 to 1: which rows are drawn where there are more. */
  random: () => number;
}

/** Reads what statistics need, within a time that does not grow with the table. */
export interface LedgerSampler {
  sample(window: TimeWindow, options: SampleOptions): Promise<LedgerSample>;
}
