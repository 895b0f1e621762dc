import './headline.css';
import type { ComponentChildren } from 'preact';
import type { Estimate, StatsReport } from '../../src/stats/index.ts';
import { formatBytes, formatChange, formatCount, formatMs, formatRate } from '../elements/units.ts';

/** The key figures. */
export function Headline({ stats }: { stats: StatsReport }) {
  const { images, converted, failed, skipped, durationMs, throughput, bytes, cost } = stats;
  const perThousand = (cost.usd / images) * 1_000;
  return (
    <dl class="headline performance-wide">
      <Figure name="Images" value={formatCount(images)}>
        {formatCount(converted)} converted, {formatCount(failed)} failed, {formatCount(skipped)}{' '}
        skipped
        {!stats.isWhole && `; based on a random sample of ${formatCount(stats.rows)}`}
      </Figure>
      {durationMs && <Time name="p50" estimate={durationMs.p50} />}
      {durationMs && <Time name="p95" estimate={durationMs.p95} />}
      {durationMs && <Time name="p99" estimate={durationMs.p99} />}
      <Figure name="Throughput" value={`${formatRate(throughput.imagesPerHour)} / h`}>
        {formatRate(throughput.megapixelsPerHour)} megapixels / h; busiest minute{' '}
        {formatCount(throughput.busiestMinute)}
      </Figure>
      <Figure name="Bytes" value={formatChange(bytes.source, bytes.output) || '–'}>
        {formatBytes(bytes.source)} in, {formatBytes(bytes.output)} out
      </Figure>
      <Figure name="Cost on Lambda" value={formatUsd(cost.usd)}>
        {formatUsd(perThousand)} per thousand images with {formatCount(cost.memoryMb)} MB;{' '}
        {cost.asOf}
      </Figure>
    </dl>
  );
}

function Time({ name, estimate: { ms, interval } }: { name: string; estimate: Estimate }) {
  return (
    <Figure name={name} value={formatMs(ms)}>
      {interval
        ? `95 % CI ${formatMs(interval.low)} to ${formatMs(interval.high)}`
        : 'too few images for an interval'}
    </Figure>
  );
}

interface FigureProps {
  name: string;
  value: string;
  children: ComponentChildren;
}

function Figure({ name, value, children }: FigureProps) {
  return (
    <div class="card">
      <dt>{name}</dt>
      <dd class="headline-value">{value}</dd>
      <dd class="soft">{children}</dd>
    </div>
  );
}

function formatUsd(usd: number): string {
  if (usd > 0 && usd < 0.0001) return '< $0.0001';
  return `$${usd.toLocaleString('en-US', { maximumSignificantDigits: 2 })}`;
}
