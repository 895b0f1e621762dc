import { median, percentile, sortedSample } from '../src/stats/samples/index.ts';
import { short } from './figures.ts';
import type { Results } from './results.ts';
import { type Table, tablesOf } from './tables.ts';
import { peers } from './workers/peers.ts';

/** Measurements under a title, one row per name. */
interface Plot {
  title: string;
  unit: string;
  strips: { name: string; values: number[] }[];
}

/** A self-contained page: every measurement as a point, quartiles as a box. */
export function renderReport(results: Results): string {
  const { machine, startedAt, command, inputs, rounds } = results;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Grayscale bench ${escapeHtml(startedAt)}</title>
<meta name="viewport" content="width=device-width">
<style>${style}</style></head><body>
<h1>Grayscale bench</h1>
<p>${escapeHtml(startedAt)}, <code>${escapeHtml(command)}</code>, ${escapeHtml(inputs)}, ${rounds} rounds, all peers in turn.</p>
<p>${escapeHtml(`${machine.cores} cores of ${machine.cpu}, ${machine.system}; load before: ${machine.load.map(short).join(', ')}`)}.<br>${escapeHtml(versions.join(', '))}.</p>
<p>Each point is one measurement; the box shows the quartiles, the line in it the median. Ratios are taken
round by round, and their intervals by bootstrap (95 %). A scale is logarithmic where it spans more
than a factor of eight.</p>
${tablesOf(results).map(renderTable).join('\n')}
${plotsOf(results).map(renderPlot).join('\n')}
</body></html>
`;
}

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
svg{width:100%;height:auto;margin:0 0 1.5rem}svg text{font:12px system-ui,sans-serif;fill:#333}
table{border-collapse:collapse;font-size:13px;display:block;overflow-x:auto}td,th{border-bottom:1px solid #ddd;white-space:nowrap;padding:.2rem .6rem;text-align:left;font-variant-numeric:tabular-nums}
h2{font-size:1.05rem;margin-top:2rem}`;

function plotsOf({ mix = [], cold = [], job = [], memory = [] }: Results): Plot[] {
  const conversions = mix.map(({ input, output, megapixels, peers: each }) => ({
    title: `${input} to ${output}`,
    unit: 'CPU ms per megapixel',
    strips: each.map(({ peer, cpuMs }) => ({
      name: peers[peer].title,
      values: cpuMs.values.map((ms) => ms / megapixels),
    })),
  }));
  const wall = (title: string, measured: typeof cold | typeof job) => ({
    title,
    unit: 'ms of wall time',
    strips: measured.map(({ name, wallMs: { values } }) => ({ name, values })),
  });
  const jobs = [...Map.groupBy(job, ({ uploads }) => uploads)];
  const peaks = [...Map.groupBy(memory, ({ input }) => input)];
  return [
    ...conversions,
    wall('A cold process', cold),
    ...jobs.map(([uploads, each]) => wall(`The whole job, ${uploads}, per image`, each)),
    ...peaks.map(([input, each]) => ({
      title: `Peak memory, ${input}`,
      unit: 'MB',
      strips: each.map(({ peer, peakMb }) => ({ name: peers[peer].title, values: peakMb.values })),
    })),
  ].filter(({ strips }) => strips.length > 0);
}

const geometry = { width: 900, labels: 210, right: 60, row: 30, top: 10, axis: 34 };

function renderPlot({ title, unit, strips }: Plot): string {
  const { width, labels, right, row, top, axis } = geometry;
  const values = strips.flatMap((strip) => strip.values);
  const scale = scaleOf(values, [labels, width - right]);
  const bottom = top + strips.length * row;
  const ticks = scale.ticks.map(
    (tick) =>
      `<line x1="${scale.at(tick)}" x2="${scale.at(tick)}" y1="${top}" y2="${bottom}" stroke="#e4e4e4"/>` +
      `<text x="${scale.at(tick)}" y="${bottom + 15}" text-anchor="middle">${short(tick)}</text>`,
  );
  return `<h2>${escapeHtml(title)}</h2>
<svg viewBox="0 0 ${width} ${bottom + axis}" role="img" aria-label="${escapeHtml(title)}">${ticks.join('')}
${strips.map((strip, index) => renderStrip(strip, top + (index + 0.5) * row, scale.at)).join('\n')}
<text x="${width - right}" y="${bottom + 30}" text-anchor="end">${escapeHtml(unit)}</text></svg>`;
}

function renderStrip(
  { name, values }: Plot['strips'][number],
  y: number,
  at: (value: number) => number,
) {
  const sample = sortedSample(values);
  const [low, high] = [at(percentile(sample, 0.25)), at(percentile(sample, 0.75))];
  const middle = at(median(sample));
  const box =
    `<rect x="${low}" y="${y - 8}" width="${Math.max(1, high - low)}" height="16" fill="#cfe0f5"/>` +
    `<line x1="${middle}" x2="${middle}" y1="${y - 9}" y2="${y + 9}" stroke="#123" stroke-width="2"/>`;
  // Overlapping points are spread a little, the same way each time.
  const points = values.map(
    (value, index) =>
      `<circle cx="${at(value)}" cy="${y + (((index * 5) % 9) - 4)}" r="2.5" fill="#1f5fa8" fill-opacity=".6"/>`,
  );
  const label = `<text x="${geometry.labels - 10}" y="${y + 4}" text-anchor="end">${escapeHtml(name)} (n = ${values.length})</text>`;
  return label + box + points.join('');
}

/** A linear axis from zero, or a logarithmic one if the largest value is over eight times the smallest. */
export function scaleOf(values: number[], [from, to]: [number, number]) {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const round = (value: number) => Math.round(value * 10) / 10;
  if (min > 0 && max / min > 8) {
    const [low, high] = [Math.log(min / 1.15), Math.log(max * 1.15)];
    const at = (value: number) =>
      round(from + ((Math.log(value) - low) / (high - low)) * (to - from));
    const decades = [-2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) =>
      [1, 2, 5].map((n) => n * 10 ** power),
    );
    return { at, ticks: decades.filter((tick) => tick >= min / 1.15 && tick <= max * 1.15) };
  }
  const step =
    [1, 2, 5, 10].map((n) => n * 10 ** Math.floor(Math.log10(max / 5))).find((n) => n >= max / 5) ??
    max;
  const ticks = Array.from({ length: Math.floor((max * 1.05) / step) + 1 }, (_, n) => n * step);
  return { at: (value: number) => round(from + (value / (max * 1.05)) * (to - from)), ticks };
}

function renderTable({ title, columns, rows }: Table): string {
  const cells = (row: string[], tag: string) =>
    row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n');
  return `<h2>${escapeHtml(title)}</h2><table><tr>${cells(columns, 'th')}</tr>\n${body}</table>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
