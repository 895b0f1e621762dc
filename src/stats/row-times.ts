import { stages } from '../pipeline/index.ts';
import type { RowStage, SampledRow } from './ledger-sampler.ts';

/** The stages that rows hold, in the order in which they happen. */
export const rowStages = stages.filter((stage) => stage !== 'record');

/**
 * How long an image was worked on: all its stages but the wait in the queue, which is the queue's
 * and the crowd's. Null where nothing was timed, as in rows of the original.
 */
export function durationMs({ stagesMs }: Pick<SampledRow, 'stagesMs'>): number | null {
  const worked = rowStages.filter((stage) => stage !== 'queue').map((stage) => stagesMs[stage]);
  if (worked.every((ms) => ms === null)) return null;
  return worked.reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
}

/** The durations of conversions; failures end early and would make it look fast. */
export function conversionTimes(rows: SampledRow[]): number[] {
  return known(conversions(rows).map(durationMs));
}

export function stageTimes(rows: SampledRow[], stage: RowStage): number[] {
  return known(conversions(rows).map(({ stagesMs }) => stagesMs[stage]));
}

/** Milliseconds a megapixel. */
export function megapixelTimes(rows: SampledRow[]): number[] {
  return known(
    conversions(rows).map((row) => {
      const ms = durationMs(row);
      return ms === null || !row.megapixels ? null : ms / row.megapixels;
    }),
  );
}

export function conversions(rows: SampledRow[]): SampledRow[] {
  return rows.filter(({ status }) => status === 'converted');
}

export function known<Value>(values: (Value | null)[]): Value[] {
  return values.filter((value) => value !== null);
}

export function sum(values: (number | null)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
