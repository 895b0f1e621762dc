import { stages } from '../pipeline/index.ts';
import type { RowStage, SampledRow } from './ledger-sampler.ts';

/** The stages in rows, in order. */
export const rowStages = stages.filter((stage) => stage !== 'record');

/**
 * The processing time of an image: all stages except the wait in the queue, which depends on load.
 * Null if nothing was timed, as in rows of the original system.
 */
export function durationMs({ stagesMs }: Pick<SampledRow, 'stagesMs'>): number | null {
  const worked = rowStages.filter((stage) => stage !== 'queue').map((stage) => stagesMs[stage]);
  if (worked.every((ms) => ms === null)) return null;
  return worked.reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
}

/** The durations of conversions only: failures end early and would make it look fast. */
export function conversionTimes(rows: SampledRow[]): number[] {
  return known(conversions(rows).map(durationMs));
}

export function stageTimes(rows: SampledRow[], stage: RowStage): number[] {
  return known(conversions(rows).map(({ stagesMs }) => stagesMs[stage]));
}

/** Milliseconds per megapixel. */
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
