import { relative } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { GrayImage } from '../../convert/index.ts';
import { print, printable, printError, printJson } from '../../process/terminal.ts';
import type { JobResult } from '../convert-files.ts';

interface ReportOptions {
  json: boolean;
  total: number;
}

/** Reports the progress of a run, and its summary. */
interface Report {
  add(result: JobResult): void;
  finish(): void;
}

/** Results go to standard output, as lines or as one JSON document; progress to standard error. */
export function createReport({ json, total }: ReportOptions): Report {
  const startedAt = performance.now();
  const results: JobResult[] = [];
  const bar = process.stderr.isTTY && total > 1 ? startBar(total) : undefined;

  return {
    add(result) {
      results.push(result);
      bar?.increment();
      // A progress bar and a line for each success would garble each other.
      if (json || (bar && result.status !== 'failed')) return;
      const printLine = result.status === 'failed' ? printError : print;
      printLine(printable(formatResult(result)));
    },
    finish() {
      bar?.stop();
      const summary = summaryOf(results, performance.now() - startedAt);
      if (json) printJson({ results, summary });
      else if (total !== 1) print(totalsText(summary));
    },
  };
}

function startBar(total: number): SingleBar {
  const format = '{bar} {percentage}%  {value} of {total}  {eta_formatted} left';
  const bar = new SingleBar(
    { format, clearOnComplete: true, stream: process.stderr },
    Presets.rect,
  );
  bar.start(total, 0);
  return bar;
}

function formatResult(result: JobResult): string {
  const input = result.input === '-' ? 'standard input' : relative('', result.input);
  switch (result.status) {
    case 'converted': {
      const { width, height } = result.image;
      const lost = describeLosses(result.image);
      const output = relative('', result.output);
      return `converted  ${input} -> ${output}  ${width} x ${height}, ${result.elapsedMs.toFixed(0)} ms${lost}`;
    }
    case 'skipped':
      return `skipped    ${input}: ${result.reason}`;
    case 'failed':
      return `failed     ${input}: ${result.code}: ${result.message}`;
  }
}

function describeLosses({ losses, missingShare }: Pick<GrayImage, 'losses' | 'missingShare'>) {
  if (losses.length === 0) return '';
  const missing =
    missingShare === undefined ? '' : ` (${(missingShare * 100).toFixed(1)} % of the pixels)`;
  return `, lost: ${losses.map((loss) => (loss === 'truncated' ? loss + missing : loss)).join(', ')}`;
}

function summaryOf(results: JobResult[], elapsedMs: number) {
  const count = (status: JobResult['status']) =>
    results.filter((result) => result.status === status).length;
  const pixels = results.reduce(
    (sum, result) =>
      sum + (result.status === 'converted' ? result.image.width * result.image.height : 0),
    0,
  );
  return {
    converted: count('converted'),
    skipped: count('skipped'),
    failed: count('failed'),
    megapixels: pixels / 1e6,
    elapsedMs,
    megapixelsPerSecond: pixels / 1e3 / elapsedMs,
  };
}

function totalsText(summary: ReturnType<typeof summaryOf>): string {
  const { converted, skipped, failed, megapixels, elapsedMs, megapixelsPerSecond } = summary;
  return `${converted} converted, ${skipped} skipped, ${failed} failed: ${megapixels.toFixed(1)} megapixels in ${(elapsedMs / 1e3).toFixed(1)} s, ${megapixelsPerSecond.toFixed(1)} per second`;
}
