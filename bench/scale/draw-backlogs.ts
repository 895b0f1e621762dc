import type { BurstRun } from './simulate-burst.ts';

const plot = { left: 70, top: 40, width: 640, height: 260 };
const colours = ['#1f3a5f', '#b5541c', '#3c7a4e', '#7a3c77'];

/** Waiting messages over time, one line per run, as a self-contained image. */
export function drawBacklogs(runs: BurstRun[]): string {
  const seconds = Math.max(...runs.map((run) => run.seconds));
  const maxBacklog = Math.max(...runs.flatMap(({ backlog }) => backlog));
  // A burst takes minutes or an hour: a logarithmic axis shows both.
  const x = (second: number) =>
    plot.left + (Math.log10(1 + second) / Math.log10(1 + seconds)) * plot.width;
  const y = (messages: number) => plot.top + plot.height * (1 - messages / maxBacklog);
  const lines = runs.map((run, i) => lineOf(run, colours[i % colours.length] ?? '', { x, y, i }));
  const marks = [1, 10, 60, 300, 1_800, 3_600].filter((second) => second <= seconds);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 370" font-family="sans-serif" font-size="12">
<title>Waiting messages after a burst of 100,000 uploads</title>
<rect width="760" height="370" fill="#fff"/>
<text x="${plot.left}" y="22" font-size="15">100,000 uploads within a minute: waiting messages</text>
<path d="M${plot.left} ${plot.top}v${plot.height}h${plot.width}" fill="none" stroke="#666"/>
${[0, 0.5, 1].map((share) => yMark(Math.round(maxBacklog * share), y)).join('\n')}
${marks.map((second) => xMark(second, x)).join('\n')}
<text x="${plot.left + plot.width / 2}" y="350" text-anchor="middle">time since the first upload (logarithmic)</text>
${lines.join('\n')}
</svg>
`;
}

interface Scales {
  x: (second: number) => number;
  y: (messages: number) => number;
  i: number;
}

function lineOf(
  { backlog, maxConcurrency, seconds }: BurstRun,
  colour: string,
  { x, y, i }: Scales,
): string {
  const step = Math.max(1, Math.floor(backlog.length / 300));
  const points = backlog.flatMap((messages, second) =>
    second % step === 0 || second === backlog.length - 1 || second < 100
      ? `${x(second).toFixed(1)},${y(messages).toFixed(1)}`
      : [],
  );
  const label = `maxConcurrency ${maxConcurrency}: ${(seconds / 60).toFixed(1)} min`;
  return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>
<text x="${plot.left + 14}" y="${plot.top + 18 + 18 * i}" fill="${colour}">${label}</text>`;
}

function yMark(messages: number, y: (messages: number) => number): string {
  return `<text x="${plot.left - 6}" y="${(y(messages) + 4).toFixed(1)}" text-anchor="end">${messages.toLocaleString('en-US')}</text>`;
}

function xMark(second: number, x: (second: number) => number): string {
  const text = second < 60 ? `${second} s` : `${second / 60} min`;
  return `<text x="${x(second).toFixed(1)}" y="${plot.top + plot.height + 18}" text-anchor="middle">${text}</text>`;
}
