import type { SampledRow } from './ledger-sampler.ts';
import { conversions, conversionTimes, rowStages, stageTimes } from './row-times.ts';

/** What a report can be grouped by. */
export const groupings = ['stage', 'version', 'format', 'size'] as const;
export type Grouping = (typeof groupings)[number];

interface TimesGroup {
  name: string;
  times: number[];
}

/** Groups the times of conversions: stages in their order, sizes by size, the rest by count. */
export function groupTimes(rows: SampledRow[], by: Grouping): TimesGroup[] {
  return grouped[by](rows);
}

const grouped = {
  stage: (rows) => rowStages.map((stage) => ({ name: stage, times: stageTimes(rows, stage) })),
  version: (rows) => byCount(rows, ({ processorVersion }) => processorVersion ?? unknown),
  format: (rows) =>
    byCount(rows, ({ inputFormat, outputFormat }) =>
      inputFormat === null ? unknown : `${inputFormat} to ${outputFormat ?? unknown}`,
    ),
  size: (rows) => {
    const groups = byCount(rows, ({ megapixels }) => sizeClass(megapixels));
    return [...sizeClasses.map(({ name }) => name), unknown].flatMap((name) =>
      groups.filter((group) => group.name === name),
    );
  },
} satisfies Record<Grouping, (rows: SampledRow[]) => TimesGroup[]>;

const unknown = 'unknown';

/** By megapixels of the output: thumbnails, screens, phones, cameras. */
const sizeClasses = [
  { name: 'below 0.5 MP', below: 0.5 },
  { name: '0.5 to 2 MP', below: 2 },
  { name: '2 to 8 MP', below: 8 },
  { name: '8 to 24 MP', below: 24 },
  { name: '24 MP and more', below: Number.POSITIVE_INFINITY },
];

function sizeClass(megapixels: number | null): string {
  if (megapixels === null) return unknown;
  return sizeClasses.find(({ below }) => megapixels < below)?.name ?? unknown;
}

function byCount(rows: SampledRow[], nameOf: (row: SampledRow) => string): TimesGroup[] {
  return [...Map.groupBy(conversions(rows), nameOf)]
    .map(([name, members]) => ({ name, times: conversionTimes(members) }))
    .sort((a, b) => b.times.length - a.times.length || (a.name < b.name ? -1 : 1));
}
