import './performance-page.css';
import { Link, useSearchParams } from 'wouter-preact';
import { DurationHistogram, DurationShares, TimeBySize } from './distribution-charts.tsx';
import { Failures } from './failures.tsx';
import { Headline } from './headline.tsx';
import { QueueCounts } from './queue-counts.tsx';
import { StageChart } from './stage-chart.tsx';
import { OutcomesOverTime, PercentilesOverTime } from './time-charts.tsx';
import { useReports } from './use-reports.ts';
import { VersionComparison } from './version-comparison.tsx';

const ages = [
  ['1h', 'hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const;

/** Conversion times and their causes. Loaded on demand, because the charts are the largest part. */
export default function PerformancePage() {
  const [parameters, setParameters] = useSearchParams();
  const since = parameters.get('since') ?? '24h';
  const { reports, problem } = useReports(since);
  const set = (changes: Record<string, string>) =>
    setParameters((before) => new URLSearchParams({ ...Object.fromEntries(before), ...changes }), {
      replace: true,
    });
  return (
    <>
      <div class="performance-head">
        <h1>Performance</h1>
        <label>
          <span class="soft">Last</span>{' '}
          <select
            value={since}
            onChange={({ currentTarget }) => set({ since: currentTarget.value })}
          >
            {ages.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <QueueCounts />
      {problem && (
        <p class="notice" role="alert">
          {problem}
        </p>
      )}
      {!reports && !problem && <p class="soft">Loading …</p>}
      {reports && reports.stats.images === 0 && (
        <div class="card performance-empty">
          <h2>No conversions in this period</h2>
          <p>
            <Link href="/">Drop some images</Link>, or choose a longer period. Their latency is
            shown here.
          </p>
        </div>
      )}
      {reports && reports.stats.images > 0 && (
        <div class="performance">
          <Headline stats={reports.stats} />
          <PercentilesOverTime timeline={reports.timeline} />
          <StageChart stats={reports.stats} />
          <DurationHistogram distribution={reports.distribution} />
          <DurationShares distribution={reports.distribution} />
          <TimeBySize distribution={reports.distribution} />
          <OutcomesOverTime timeline={reports.timeline} />
          <Failures stats={reports.stats} since={since} />
          <VersionComparison
            versions={reports.versions.groups.map(({ name }) => name)}
            since={since}
            baseline={parameters.get('baseline')}
            candidate={parameters.get('candidate')}
            onChange={set}
          />
        </div>
      )}
    </>
  );
}
