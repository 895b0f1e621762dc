import type { LoadReport } from './load.ts';
import type { LoadSample } from './sample-load.ts';

const panel = { left: 70, top: 50, width: 640, height: 90, gap: 34 };

const panels: { title: string; of: keyof LoadSample; colour: string }[] = [
  { title: 'oldest message, s', of: 'oldestSeconds', colour: '#1f3a5f' },
  { title: 'outcomes per second', of: 'outcomesPerSecond', colour: '#3c7a4e' },
  { title: 'largest worker, MB resident', of: 'workerMb', colour: '#b5541c' },
  { title: 'connections to PostgreSQL', of: 'connections', colour: '#7a3c77' },
  { title: 'delay of the server’s event loop, ms (p99)', of: 'serverDelayMs', colour: '#555' },
];

/** A panel for each measure over the same time axis, as a self-contained image. */
export function drawLoad({ burst, steadyPerSecond, steadyFrom, samples }: LoadReport): string {
  const seconds = Math.max(1, samples.at(-1)?.second ?? 0);
  const x = (second: number) => panel.left + (second / seconds) * panel.width;
  const bottom = panel.top + panels.length * (panel.height + panel.gap);
  const title = `A burst of ${burst.toLocaleString('en-US')} uploads, then ${steadyPerSecond.toFixed(0)} per second`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 ${bottom + 20}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="760" height="${bottom + 20}" fill="#fff"/>
<text x="${panel.left}" y="22" font-size="15">${title}</text>
<path d="M${x(steadyFrom).toFixed(1)} ${panel.top - 10}V${bottom - panel.gap}" stroke="#bbb" stroke-dasharray="4 3"/>
${panels.map((one, row) => drawPanel(one, row, { samples, x })).join('\n')}
${[0, 0.25, 0.5, 0.75, 1].map((share) => timeMark(share * seconds, x, bottom)).join('\n')}
</svg>
`;
}

function drawPanel(
  { title, of, colour }: (typeof panels)[number],
  row: number,
  { samples, x }: { samples: LoadSample[]; x: (second: number) => number },
): string {
  const top = panel.top + row * (panel.height + panel.gap);
  const max = Math.max(1e-9, ...samples.map((sample) => sample[of]));
  const points = samples.map((sample) => {
    const y = top + panel.height * (1 - sample[of] / max);
    return `${x(sample.second).toFixed(1)},${y.toFixed(1)}`;
  });
  return `<path d="M${panel.left} ${top}v${panel.height}h${panel.width}" fill="none" stroke="#666"/>
<text x="${panel.left - 6}" y="${top + 10}" text-anchor="end">${short(max)}</text>
<text x="${panel.left - 6}" y="${top + panel.height}" text-anchor="end">0</text>
<text x="${panel.left + 8}" y="${top - 4}" fill="${colour}">${title}</text>
<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
}

function timeMark(second: number, x: (second: number) => number, bottom: number): string {
  return `<text x="${x(second).toFixed(1)}" y="${bottom - panel.gap + 18}" text-anchor="middle">${second.toFixed(0)} s</text>`;
}

function short(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}
