import { relative } from 'node:path';
import type { GrayImage } from '../../convert/index.ts';
import { formatProgress, startStatusLine } from '../../process/status-line.ts';
import { print, printable, printError, printJson } from '../../process/terminal.ts';
import type { JobResult } from '../convert-files.ts';
import { type ConvertSummary, formatGroups, formatTotals, summarize } from './convert-summary.ts';

interface ReportOptions {
  json: boolean;
  /** Print failures only. */
  quiet: boolean;
  /** Not known in advance while folders are watched. */
  total: number | undefined;
}

/** Reports the progress of a run, and its summary. */
interface Report {
  add(result: JobResult): void;
  /** Explains what happens after Ctrl-C. */
  stopping(): void;
  /** Prints the summary; `notDone` lists the inputs that were not started. */
  finish(notDone: string[]): void;
}

/** Results go to standard output, as lines or as one JSON document; progress to standard error. */
export function createReport({ json, quiet, total }: ReportOptions): Report {
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const results: JobResult[] = [];
  const hasBar = process.stderr.isTTY && total !== undefined && total > 1 && !quiet;
  const line = hasBar ? startStatusLine() : undefined;
  const showProgress = () =>
    line?.show(formatProgress({ done: results.length, total: total ?? 0, elapsedMs: elapsedMs() }));
  showProgress();

  return {
    add(result) {
      results.push(result);
      showProgress();
      if (result.status === 'failed') {
        if (!json) printError(printable(formatResult(result)));
        // With a bar, only failures have a line; the summary groups the rest.
      } else if (!json && !quiet && !hasBar) print(printable(formatResult(result)));
    },
    stopping() {
      if (!process.stderr.isTTY) return;
      printError('Stopping after the images in progress. Press Ctrl-C again to end immediately.');
    },
    finish(notDone) {
      line?.stop();
      const summary = summarize(results, { elapsedMs: elapsedMs(), notDone: notDone.length });
      if (json) printJson({ results, summary });
      else if (!quiet && total !== 1) printSummary(summary, hasBar ? results : [], notDone);
    },
  };
}

function printSummary(summary: ConvertSummary, results: JobResult[], notDone: string[]): void {
  for (const group of formatGroups(results, nameOf)) print(printable(group));
  print(formatTotals(summary));
  const [next] = notDone;
  if (next === undefined) return;
  printError(printable(`stopped: ${notDone.length} not converted; the next is ${nameOf(next)}`));
}

/** The path relative to the working folder. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : relative('', path);
}

function formatResult(result: JobResult): string {
  const input = nameOf(result.input);
  switch (result.status) {
    case 'converted': {
      const { width, height } = result.image;
      const lost = describeLosses(result.image);
      const output = nameOf(result.output);
      return `converted  ${input} -> ${output}  ${width} x ${height}, ${result.elapsedMs.toFixed(0)} ms${lost}`;
    }
    case 'planned':
      return `planned    ${input} -> ${nameOf(result.output)}`;
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
