import type { Limits, Recipe } from '../convert/index.ts';
import type { Budget } from './budget.ts';
import type { Clock, Converter, Ledger, ObjectStore } from './ports.ts';

/** What the pipeline works with. */
export interface PipelineParts {
  store: ObjectStore;
  ledger: Ledger;
  converter: Converter;
  now: Clock;
  recipe: Recipe;
  limits: Limits;
  /** One place for each key under way. */
  places: Budget;
  /** Bytes that sources may take together, from their download until their outputs are stored. */
  transfers: Budget;
  /** Bytes that conversions may take together. */
  memory: Budget;
  /** Absent: the source's own bucket. */
  outputBucket?: string | undefined;
  /** Put before a source's key to name its output, such as `grayscale/`. */
  outputPrefix: string;
  processorVersion: string;
  /** Whether an output and its rows stay when the source is removed; by default they do. */
  onSourceDeleted?: 'keep' | 'delete';
}
