import { dot, lineY, rectY, ruleY, text } from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import type { TimelineReport } from '../../src/stats/index.ts';
import { formatCount, formatMs } from '../elements/units.ts';
import { Chart, formatTick } from './chart.tsx';

const percentiles = [
  { name: 'p50', dash: '', width: 2 },
  { name: 'p95', dash: '6 3', width: 1.5 },
  { name: 'p99', dash: '1.5 3', width: 1.5 },
] as const;

/** Times over the period, to show whether and when conversions became slower. */
export function PercentilesOverTime({ timeline }: { timeline: TimelineReport }) {
  const timed = timeline.buckets.filter((bucket) => bucket.durationMs !== null);
  const worst = Math.max(...timed.map(({ durationMs }) => durationMs?.p95 ?? 0));
  const options = useMemo(() => {
    const points = percentiles.flatMap(({ name, dash, width }) =>
      timeline.buckets.map(({ from, durationMs }) => ({
        time: new Date(from),
        ms: durationMs?.[name] ?? Number.NaN,
        name,
        dash,
        width,
      })),
    );
    const last = percentiles.flatMap(
      ({ name }) => points.findLast((point) => point.name === name && point.ms >= 0) ?? [],
    );
    return {
      marginRight: 36,
      x: { label: null, domain: domainOf(timeline) },
      y: { label: 'ms', zero: true, grid: true, ticks: 5, tickFormat: formatTick },
      marks: [
        ...percentiles.map(({ name, dash, width }) =>
          lineY(
            points.filter((point) => point.name === name),
            {
              x: 'time',
              y: 'ms',
              stroke: 'currentColor',
              strokeWidth: width,
              strokeDasharray: dash,
            },
          ),
        ),
        // Dots, because a point between two gaps has no line segment to show it.
        dot(points, { x: 'time', y: 'ms', r: 1.5, fill: 'currentColor' }),
        text(last, { x: 'time', y: 'ms', text: 'name', dx: 6, textAnchor: 'start' }),
      ],
    };
  }, [timeline]);
  return (
    <Chart
      isWide
      title="Percentiles over time"
      summary={`Conversion time without the queue. Highest p95: ${formatMs(worst)}.`}
      options={options}
    />
  );
}

/** The number of images and failures over the period. */
export function OutcomesOverTime({ timeline }: { timeline: TimelineReport }) {
  const { buckets } = timeline;
  const busiest = Math.max(...buckets.map(({ converted }) => converted));
  const failed = buckets.reduce((sum, bucket) => sum + bucket.failed, 0);
  const options = useMemo(() => {
    const bars = buckets.map(({ from, to, converted, failed, skipped }) => ({
      x1: new Date(from),
      x2: new Date(to),
      converted,
      rest: converted + skipped,
      all: converted + skipped + failed,
    }));
    const bar = { x1: 'x1', x2: 'x2', inset: 0.5 } as const;
    return {
      x: { label: null, domain: domainOf(timeline) },
      y: { label: 'images', grid: true, ticks: 5, tickFormat: formatTick },
      marks: [
        rectY(bars, { ...bar, y1: 0, y2: 'converted', fill: 'var(--chart-soft)' }),
        rectY(bars, { ...bar, y1: 'converted', y2: 'rest', stroke: 'currentColor', fill: 'none' }),
        rectY(bars, { ...bar, y1: 'rest', y2: 'all', fill: 'currentColor' }),
        ruleY([0], { stroke: 'currentColor' }),
      ],
    };
  }, [timeline, buckets]);
  return (
    <Chart
      title="Throughput"
      summary={`At most ${formatCount(busiest)} converted per bar, ${formatCount(failed)} failed in total.`}
      legend={legend}
      options={options}
    />
  );
}

const legend = [
  { name: 'converted', mark: 'soft' },
  { name: 'skipped', mark: 'outlined' },
  { name: 'failed', mark: 'strong' },
] as const;

function domainOf({ since, until }: TimelineReport): [Date, Date] {
  return [new Date(since), new Date(until)];
}
