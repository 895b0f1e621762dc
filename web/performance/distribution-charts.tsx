import { dot, lineY, rectY, ruleX, ruleY } from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import type { DistributionReport } from '../../src/stats/index.ts';
import { formatMs, formatQuantity } from '../elements/units.ts';
import { Chart, formatTick } from './chart.tsx';

interface DistributionProps {
  distribution: DistributionReport;
}

const msAxis = { type: 'log', label: 'ms', tickFormat: formatTick, ticks: 5 } as const;

/** The distribution of times, with the slow tail. */
export function DurationHistogram({ distribution: { histogram } }: DistributionProps) {
  const fullest = histogram.reduce((max, bin) => (bin.count > max.count ? bin : max), noBin);
  const options = useMemo(
    () => ({
      x: msAxis,
      y: { label: 'images', grid: true, ticks: 5, tickFormat: formatTick },
      marks: [
        rectY(histogram, { x1: 'from', x2: 'to', y: 'count', inset: 0.5, fill: 'currentColor' }),
        ruleY([0], { stroke: 'currentColor' }),
      ],
    }),
    [histogram],
  );
  return (
    <Chart
      title="Distribution"
      summary={`Most frequent: ${formatMs(fullest.from)} to ${formatMs(fullest.to)} (${formatQuantity(fullest.count, 'image')}).`}
      options={options}
    />
  );
}

const noBin = { from: 0, to: 0, count: 0 };

/** The share of images that are finished within a given time. */
export function DurationShares({ distribution: { ecdf } }: DistributionProps) {
  const share = (target: number) => ecdf.find((point) => point.share >= target)?.value ?? 0;
  const median = share(0.5);
  const options = useMemo(
    () => ({
      x: { ...msAxis, grid: true },
      y: { label: 'share', percent: true, domain: [0, 100], grid: true, ticks: 5 },
      marks: [
        lineY(ecdf, { x: 'value', y: 'share', curve: 'step-after', stroke: 'currentColor' }),
        ruleX([median], { stroke: 'currentColor', strokeDasharray: '2 3' }),
      ],
    }),
    [ecdf, median],
  );
  return (
    <Chart
      title="Cumulative distribution"
      summary={`p50 ${formatMs(median)}, p90 ${formatMs(share(0.9))}.`}
      options={options}
    />
  );
}

/** Whether slow images are merely large. */
export function TimeBySize({ distribution: { points } }: DistributionProps) {
  const largest = Math.max(0, ...points.map(({ megapixels }) => megapixels));
  const options = useMemo(
    () => ({
      x: {
        type: 'log',
        label: 'megapixels',
        tickFormat: formatTick,
        ticks: 5,
        grid: true,
      } as const,
      y: { ...msAxis, grid: true },
      marks: [
        dot(points, {
          x: 'megapixels',
          y: 'durationMs',
          r: 2,
          fill: 'currentColor',
          fillOpacity: 0.35,
        }),
      ],
    }),
    [points],
  );
  return (
    <Chart
      title="Duration by image size"
      summary={`${formatQuantity(points.length, 'image')} of up to ${largest.toFixed(1)} megapixels.`}
      options={options}
    />
  );
}
