import type { LedgerSampler, TimeWindow } from '../pipeline/index.ts';
import {
  type CompareReport,
  type DistributionReport,
  type Grouping,
  type LambdaPrices,
  readRange,
  reportComparison,
  reportDistribution,
  reportStats,
  reportTimeline,
  type Side,
  type StatsReport,
  sampleRows,
  type TimelineReport,
} from '../stats/index.ts';

/** What is asked of the statistics. */
export type ReportRequest =
  | { name: 'stats'; window: TimeWindow; by: Grouping }
  | { name: 'timeline'; window: TimeWindow; buckets: number }
  | { name: 'distribution'; window: TimeWindow }
  | { name: 'compare'; window: TimeWindow; baseline: string; candidate: string; tolerance: number };

/** What is answered. */
export interface Reports {
  stats: StatsReport;
  timeline: TimelineReport;
  distribution: DistributionReport;
  compare: CompareReport;
}

export interface ReportParts {
  sampler: LedgerSampler;
  prices: LambdaPrices;
}

/** The report that `grayscale stats` makes of the same. */
export async function makeReport(
  request: ReportRequest,
  parts: ReportParts,
): Promise<Reports[keyof Reports]> {
  const { window } = request;
  const { sampler, prices } = parts;
  if (request.name === 'compare') return await compare(request, sampler);
  const sample = await sampleRows(sampler, window);
  switch (request.name) {
    case 'stats':
      return reportStats(sample, { window, by: request.by, prices });
    case 'timeline':
      return reportTimeline(sample, { window, buckets: request.buckets });
    case 'distribution':
      return reportDistribution(sample, { window });
  }
}

async function compare(
  { window, baseline, candidate, tolerance }: Extract<ReportRequest, { name: 'compare' }>,
  sampler: LedgerSampler,
): Promise<CompareReport> {
  const sideOf = async (name: string): Promise<Side> => {
    const range = readRange(name, window.untilMs);
    const { rows } = await sampleRows(sampler, range ?? window);
    const isOf = ({ processorVersion }: { processorVersion: string | null }) =>
      range !== undefined || processorVersion === name;
    return { name, rows: rows.filter(isOf) };
  };
  const sides = { baseline: await sideOf(baseline), candidate: await sideOf(candidate) };
  return reportComparison(sides, { tolerance });
}
