import { summarize } from './conversions/summarize.ts';
import { figureOf, short, withInterval } from './figures.ts';
import type { Results } from './results.ts';
import { type Output, type PeerName, peerNames, peers } from './workers/peers.ts';

/** A table: its title, its columns, and one array per row. */
export interface Table {
  title: string;
  columns: string[];
  rows: string[][];
}

/** All measurements as text. */
export function renderTables(results: Results): string {
  return tablesOf(results).map(renderTable).join('\n');
}

export function tablesOf(results: Results): Table[] {
  return [
    mix(results),
    kinds(results, 'png'),
    kinds(results, 'jpeg'),
    cold(results),
    job(results),
    memory(results),
  ].filter(({ rows }) => rows.length > 0);
}

function mix({ mix: measured = [] }: Results): Table {
  return {
    title:
      'The mix: our CPU time divided by theirs; geometric means, weighted by the share of each kind',
    columns: ['output', 'compared with', 'kinds', 'CPU', 'worst kind', 'its CPU', 'bytes'],
    rows: summarize(measured).map(({ output, peer, inputs, cpuRatio, bytesRatio, worst }) => [
      output,
      peers[peer].title,
      String(inputs),
      short(cpuRatio),
      worst.input,
      short(worst.cpuRatio),
      bytesRatio.toFixed(3),
    ]),
  };
}

function kinds({ mix: measured = [] }: Results, output: Output): Table {
  const results = measured.filter((result) => result.output === output);
  const rivals = peerNames.filter(
    (name) =>
      name !== 'ours' && results.some((result) => result.peers.some(({ peer }) => peer === name)),
  );
  return {
    title: `Each kind to ${output}: our CPU time in ms per megapixel with its 95 % interval, and divided by theirs`,
    columns: [
      ...['kind', 'share', 'MP', 'ours, ms/MP', ...rivals.map((name) => peers[name].title)],
      'bytes, ours / Pillow',
      ...(output === 'png' ? ['max difference from Pillow'] : []),
    ],
    rows: results.map(({ input, share, megapixels, peers: each }) => {
      const of = (name: PeerName) => each.find(({ peer }) => peer === name);
      const cpuRatios = rivals.map((name) => of(name)?.cpuRatio.median);
      return [
        input,
        `${Math.round(share * 1_000) / 10} %`,
        short(megapixels),
        withInterval(figureOf((of('ours')?.cpuMs.values ?? []).map((ms) => ms / megapixels))),
        ...cpuRatios.map((ratio) => (ratio === undefined ? '' : short(ratio))),
        of('pillow')?.bytesRatio.toFixed(3) ?? '',
        ...(output === 'png' ? [of('ours')?.farthest?.toString() ?? ''] : []),
      ];
    }),
  };
}

function cold({ cold: measured = [] }: Results): Table {
  return {
    title: 'A cold process: start, clients of S3 and PostgreSQL, one image',
    columns: ['program', 'n', 'CPU ms', 'wall ms', 'CPU, ours / theirs'],
    rows: measured.map(({ name, cpuMs, wallMs, cpuRatio }) => [
      name,
      String(cpuMs.n),
      withInterval(cpuMs),
      withInterval(wallMs),
      name === 'ours' ? '' : withInterval(cpuRatio),
    ]),
  };
}

function job({ job: measured = [] }: Results): Table {
  return {
    title:
      'The whole job, per image: fetched, converted, stored and recorded; ratios of ours, one at a time',
    columns: [
      ...['uploads', 'program', 'n', 'CPU ms', 'wall ms', 'images/s'],
      ...['CPU, ours / theirs', 'wall, ours / theirs'],
    ],
    rows: measured.map(({ uploads, name, cpuMs, wallMs, cpuRatio, wallRatio }) => [
      uploads,
      name,
      String(cpuMs.n),
      withInterval(cpuMs),
      withInterval(wallMs),
      short(1_000 / wallMs.median),
      withInterval(cpuRatio),
      withInterval(wallRatio),
    ]),
  };
}

function memory({ memory: measured = [] }: Results): Table {
  return {
    title: 'Peak memory of one conversion to PNG in a new process; the largest of each format',
    columns: ['kind', 'MP', 'program', 'n', 'peak MB'],
    rows: measured.map(({ input, megapixels, peer, peakMb }) => [
      input,
      short(megapixels),
      peers[peer].title,
      String(peakMb.n),
      withInterval(peakMb),
    ]),
  };
}

/** Renders it as Markdown. */
export function renderTable({ title, columns, rows }: Table): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return ['', title, '', line(columns), rule, ...rows.map(line), ''].join('\n');
}
