import { barX, ruleX, ruleY, tickX } from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import type { StatsReport } from '../../src/stats/index.ts';
import { formatMs } from '../elements/units.ts';
import { Chart, formatTick } from './chart.tsx';

/** Time by stage. */
export function StageChart({ stats }: { stats: StatsReport }) {
  const stages = useMemo(() => stagesOf(stats), [stats]);
  const longest = stages
    .filter(({ name }) => name !== 'queue')
    .reduce((max, stage) => (stage.p50 > max.p50 ? stage : max), { name: 'none', p50: 0 });
  const options = useMemo(
    () => ({
      marginLeft: 64,
      x: { label: 'ms', grid: true, tickFormat: formatTick, ticks: 5 },
      y: { label: null, domain: stages.map(({ name }) => name) },
      marks: [
        barX(stages, { y: 'name', x: 'p50', fill: 'currentColor', inset: 4 }),
        ruleY(stages, { y: 'name', x1: 'p50', x2: 'p95', stroke: 'currentColor' }),
        tickX(stages, { y: 'name', x: 'p95', stroke: 'currentColor', strokeWidth: 2, inset: 6 }),
        ruleX([0], { stroke: 'currentColor' }),
      ],
    }),
    [stages],
  );
  return (
    <Chart
      title="Stages"
      summary={`Bars show p50, whiskers p95. Longest stage except the queue: ${longest.name}, ${formatMs(longest.p50)}.`}
      options={options}
    />
  );
}

function stagesOf({ groups }: StatsReport) {
  return groups.flatMap(({ name, timesMs }) =>
    timesMs ? [{ name, p50: timesMs.p50.ms, p95: timesMs.p95.ms }] : [],
  );
}
