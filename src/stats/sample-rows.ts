import type { LedgerSample, LedgerSampler, TimeWindow } from './ledger-sampler.ts';
import { createRandom } from './samples/index.ts';

/** Read within a second, and enough for a p99 with an interval of a few percent. */
const maxRows = 20_000;

/** The rows that a report is made of: all, or as many as tell enough. The same table, the same rows. */
export function sampleRows(sampler: LedgerSampler, window: TimeWindow): Promise<LedgerSample> {
  return sampler.sample(window, { maxRows, random: createRandom(1) });
}
