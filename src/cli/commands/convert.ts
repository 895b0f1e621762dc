import { resolve } from 'node:path';
import { Command } from 'commander';
import { openConverter, openFileConversion } from '../../app/open-converter.ts';
import { type Config, readConfig, recipeOf } from '../../config/index.ts';
import type { Recipe, RecipeOptions } from '../../convert/index.ts';
import { printError } from '../../process/terminal.ts';
import { convertFiles, type JobResult, planFiles } from '../convert-files.ts';
import { convertStream } from '../convert-stream.ts';
import { endHungDecoder } from '../end-hung-decoder.ts';
import type { ExitCode } from '../exit-code.ts';
import { integerParser } from '../option-values.ts';
import { createReport } from '../output/convert-report.ts';
import { defaultFolder, formatOfOutput, type Job, planConversions } from '../plan-conversions.ts';
import { recipeFlags } from '../recipe-flags.ts';
import { untilStopped } from '../stop-signal.ts';
import { UsageError } from '../usage-error.ts';
import { checkWatched, watchFiles } from '../watch-files.ts';

interface Options extends RecipeOptions {
  out?: string;
  recursive?: boolean;
  overwrite?: boolean;
  keepTimes?: boolean;
  watch?: boolean;
  dryRun?: boolean;
  concurrency?: number;
  quiet?: boolean;
  json?: boolean;
}

/** `grayscale convert` */
export function convertCommand(setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('convert')
    .description('Convert images: files, folders, or - for standard input to standard output.')
    .argument('<input...>', 'files and folders, or -')
    .option(
      '-o, --out <path>',
      'output file for a single input, - for standard output, otherwise output folder (default: grayscale)',
    );
  for (const option of recipeFlags()) command.addOption(option);
  return command
    .option('-r, --recursive', 'also convert the images in subfolders')
    .option('--overwrite', 'replace existing outputs (default: keep them)')
    .option('--keep-times', 'give outputs the modification times of their inputs')
    .option('--watch', 'convert new and changed files of folders until Ctrl-C')
    .option('--dry-run', 'only list what would be converted, and where to')
    .option('--concurrency <number>', 'max images converted concurrently', integerParser(1, 1_000))
    .option('--quiet', 'print failures only')
    .option('--json', 'print the results as one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  grayscale convert photo.jpg --out gray.png
  grayscale convert scans/ -r --out gray/ --format webp
  grayscale convert --watch scans/ --out gray/
  grayscale convert chart.png -m decolor -o gray.png
  cat photo.jpg | grayscale convert - > gray.png

Exit code: 0 all converted, or existing outputs kept; 1 some failed; 2 usage error.`,
    )
    .action(async (inputs: string[], options: Options) => {
      const { out } = options;
      const isStream = out === '-' || (inputs.includes('-') && out === undefined);
      setExitCode(await (isStream ? convertStream : convertPaths)(inputs, options, readConfig()));
    });
}

async function convertPaths(inputs: string[], options: Options, config: Config): Promise<ExitCode> {
  const format = formatOfOutput(options.out, options.format) ?? config.recipe.format;
  if (options.watch) return await watchPaths(inputs, { ...options, format }, config);
  const { out, recursive = false, overwrite = false, dryRun = false } = options;
  if (options.keepTimes && inputs.includes('-')) {
    throw new UsageError(
      'Expected files with --keep-times: standard input has no modification time.',
    );
  }
  const jobs = await planConversions(inputs, { out, format, recursive });
  if (dryRun) {
    const planned = await planFiles(jobs, overwrite);
    const report = startReport(options, jobs.length);
    for (const result of planned) report.add(result);
    report.finish([]);
    return exitCodeOf(planned);
  }
  return await untilStopped(async (signal) => {
    const report = startReport(options, jobs.length);
    signal.addEventListener('abort', report.stopping);
    const convert = await openConversion({ ...options, format }, config, jobs.length);
    const results = await convert
      .run(jobs, { overwrite, signal, onResult: report.add })
      .finally(convert.close);
    const done = new Set(results.map(({ input }) => input));
    const notDone = jobs.map(({ input }) => input).filter((input) => !done.has(input));
    report.finish(notDone);
    endIfHung(results);
    return notDone.length > 0 ? 1 : exitCodeOf(results);
  });
}

type WatchedOptions = Options & { format: Recipe['format'] };

async function watchPaths(
  inputs: string[],
  options: WatchedOptions,
  config: Config,
): Promise<ExitCode> {
  const { out, format, recursive = false, overwrite = false } = options;
  if (options.dryRun) throw new UsageError('Expected either --watch or --dry-run.');
  const folders = await checkWatched(inputs, resolve(out ?? defaultFolder));
  const report = startReport(options, undefined);
  const newest = new Map<string, JobResult>();
  const onResult = (result: JobResult) => {
    newest.set(result.input, result);
    report.add(result);
  };
  if (!options.quiet) printError('Watching for new and changed files. Press Ctrl-C to stop.');
  try {
    await untilStopped(async (signal) => {
      const convert = await openConversion(options, config, Number.MAX_SAFE_INTEGER);
      await watchFiles(folders, {
        recursive,
        plan: () => planConversions(inputs, { out, format, recursive }),
        convert: (jobs, isWritten) =>
          convert.run(jobs, { overwrite: overwrite || isWritten, signal, onResult }),
        signal,
      }).finally(convert.close);
    });
  } finally {
    report.finish([]);
    endIfHung([...newest.values()]);
  }
  return exitCodeOf([...newest.values()]);
}

function startReport({ json = false, quiet = false }: Options, total: number | undefined) {
  return createReport({ json, quiet, total });
}

type RunOptions = Pick<Parameters<typeof convertFiles>[2], 'overwrite' | 'signal' | 'onResult'>;

async function openConversion(options: WatchedOptions, config: Config, fileCount: number) {
  const converter = await openConverter(fileCount);
  const parts = openFileConversion(config);
  const recipe = recipeOf(config, options);
  const { keepTimes, concurrency = config.capacity.concurrency } = options;
  return {
    run: (jobs: Job[], run: RunOptions) =>
      convertFiles(jobs, parts, { converter, recipe, concurrency, keepTimes, ...run }),
    close: converter.close,
  };
}

function exitCodeOf(results: JobResult[]): ExitCode {
  return results.every(({ status }) => status !== 'failed') ? 0 : 1;
}

function endIfHung(results: JobResult[]): void {
  const isTimeout = (result: JobResult) =>
    result.status === 'failed' && result.code === 'CONVERSION_TIMEOUT';
  if (results.some(isTimeout)) endHungDecoder();
}
