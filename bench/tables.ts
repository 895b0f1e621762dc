import { geometricMean, short, withInterval } from './figures.ts';
import type { Results } from './results.ts';
import { peers } from './workers/peers.ts';

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
  return [conversions(results), means(results), cold(results), job(results), sizes(results)].filter(
    ({ rows }) => rows.length > 0,
  );
}

const interval = 'in brackets the 95 % interval of the median';

function conversions({ conversions: measured = [] }: Results): Table {
  return {
    title: `Conversions: milliseconds of CPU time per megapixel; ${interval}`,
    columns: [
      'input',
      'output',
      'program',
      'n',
      'CPU ms/MP',
      'wall ms',
      'ours / theirs',
      'bytes, ours / theirs',
      'max difference from Pillow',
    ],
    rows: measured.flatMap(({ input, megapixels, output, peers: each }) =>
      each.map(({ peer, cpuMs, wallMs, cpuRatio, bytesRatio, farthest }) => [
        input,
        output,
        peers[peer].title,
        String(cpuMs.n),
        short(cpuMs.median / megapixels),
        short(wallMs.median),
        peer === 'ours' ? '' : withInterval(cpuRatio),
        peer === 'ours' ? '' : bytesRatio.toFixed(3),
        farthest === undefined ? '' : String(farthest),
      ]),
    ),
  };
}

function means({ conversions: measured = [] }: Results): Table {
  const cells = measured.flatMap(({ output, peers: each }) =>
    each.map((result) => ({ output, ...result })),
  );
  const groups = Map.groupBy(
    cells.filter(({ peer }) => peer !== 'ours'),
    ({ output, peer }) => `${output}|${peer}`,
  );
  return {
    title: 'Over all inputs: geometric means of the ratios',
    columns: ['output', 'compared with', 'inputs', 'CPU, ours / theirs', 'bytes, ours / theirs'],
    rows: [...groups.values()].map((group) => [
      group[0]?.output ?? '',
      group[0] ? peers[group[0].peer].title : '',
      String(group.length),
      short(geometricMean(group.map(({ cpuRatio }) => cpuRatio.median))),
      geometricMean(group.map(({ bytesRatio }) => bytesRatio)).toFixed(3),
    ]),
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
      'The whole job, per image: fetched, converted, stored and recorded (ours: four concurrently, batches of ten)',
    columns: [
      'program',
      'n',
      'CPU ms',
      'wall ms',
      'images/s',
      'CPU, ours / theirs',
      'wall, ours / theirs',
    ],
    rows: measured.map(({ name, cpuMs, wallMs, cpuRatio, wallRatio }) => [
      name,
      String(cpuMs.n),
      withInterval(cpuMs),
      withInterval(wallMs),
      short(1_000 / wallMs.median),
      name === 'ours' ? '' : withInterval(cpuRatio),
      name === 'ours' ? '' : withInterval(wallRatio),
    ]),
  };
}

function sizes({ sizes: measured = [] }: Results): Table {
  return {
    title: 'Cost by size: generated photographs, JPEG to PNG, a new process each',
    columns: ['megapixels', 'program', 'n', 'CPU ms/MP', 'peak MB'],
    rows: measured.map(({ peer, megapixels, cpuMsPerMegapixel, peakMb }) => [
      String(megapixels),
      peers[peer].title,
      String(cpuMsPerMegapixel.n),
      withInterval(cpuMsPerMegapixel),
      peakMb === undefined ? '' : short(peakMb),
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
