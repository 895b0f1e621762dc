import type { LedgerSample, LedgerSampler, TimeWindow } from './ledger-sampler.ts';
import { createRandom } from './samples/index.ts';

/** Read within a second, and enough for a p99 with an interval of a few percent. */
const maxRows = 20_000;

/** Samples the rows for a report. The same table gives the same rows. */
export function sampleRows(sampler: LedgerSampler, window: TimeWindow): Promise<LedgerSample> {
  return sampler.sample(window, { maxRows, random: createRandom(1) });
}
