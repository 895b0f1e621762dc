import type { LedgerSampler, TimeWindow } from '../../stats/index.ts';
import {
  type CompareReport,
  type DistributionReport,
  type Grouping,
  type LambdaPrices,
  parseSide,
  reportComparison,
  reportDistribution,
  reportStats,
  reportTimeline,
  type StatsReport,
  sampleRows,
  sampleSides,
  type TimelineReport,
} from '../../stats/index.ts';

/** A request for a report. */
export type ReportRequest =
  | { name: 'stats'; window: TimeWindow; by: Grouping }
  | { name: 'timeline'; window: TimeWindow; buckets: number }
  | { name: 'distribution'; window: TimeWindow }
  | { name: 'compare'; window: TimeWindow; baseline: string; candidate: string; tolerance: number };

/** The result type of each report. */
export interface Reports {
  stats: StatsReport;
  timeline: TimelineReport;
  distribution: DistributionReport;
  compare: CompareReport;
}

interface ReportParts {
  sampler: LedgerSampler;
  prices: LambdaPrices;
}

/** Makes the same report as `grayscale stats`. */
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
  // Invalid times were already rejected with the query.
  const sideOf = (name: string) => parseSide(name, window.untilMs) ?? { name };
  const named = { baseline: sideOf(baseline), candidate: sideOf(candidate) };
  return reportComparison(await sampleSides(named, { window, sampler }), { tolerance });
}
