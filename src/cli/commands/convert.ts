import { Command } from 'commander';
import { openConverter, openFileConversion } from '../../app/open-converter.ts';
import { type Config, readConfig, recipeOf } from '../../config/index.ts';
import { ConversionError, type RecipeOptions, toGrayscale } from '../../convert/index.ts';
import { printable, printError } from '../../process/terminal.ts';
import { convertFiles, readStandardInput } from '../convert-files.ts';
import { endHungDecoder } from '../end-hung-decoder.ts';
import type { ExitCode } from '../exit-code.ts';
import { integerParser } from '../option-values.ts';
import { createReport } from '../output/convert-report.ts';
import { writeStandardOutput } from '../output/standard-output.ts';
import { formatOfOutput, planConversions } from '../plan-conversions.ts';
import { recipeFlags } from '../recipe-flags.ts';
import { untilStopped } from '../stop-signal.ts';
import { UsageError } from '../usage-error.ts';

interface Options extends RecipeOptions {
  out?: string;
  recursive?: boolean;
  overwrite?: boolean;
  concurrency?: number;
  json?: boolean;
}

/** `grayscale convert` */
export function convertCommand(setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('convert')
    .description('Convert images: files, folders, or - for standard input to standard output.')
    .argument('<input...>', 'files and folders, or -')
    .option(
      '-o, --out <path>',
      'output file for a single input, otherwise output folder (default: grayscale)',
    );
  for (const option of recipeFlags()) command.addOption(option);
  return command
    .option('-r, --recursive', 'also convert the images in subfolders')
    .option('--overwrite', 'replace existing outputs (default: keep them)')
    .option('--concurrency <number>', 'max images converted concurrently', integerParser(1, 1_000))
    .option('--json', 'print the results as one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  grayscale convert photo.jpg --out gray.png
  grayscale convert scans/ --recursive --out gray/ --format webp
  grayscale convert chart.png --method decolor --out chart-gray.png
  curl https://example.com/photo.jpg | grayscale convert - > gray.png

Exit code: 0 all converted, or existing outputs kept; 1 some failed; 2 usage error.`,
    )
    .action(async (inputs: string[], options: Options) => {
      const run = inputs.includes('-') && options.out === undefined ? convertStream : convertPaths;
      setExitCode(await run(inputs, options, readConfig()));
    });
}

async function convertPaths(inputs: string[], options: Options, config: Config): Promise<ExitCode> {
  const format = formatOfOutput(options.out, options.format) ?? config.recipe.format;
  const { out, recursive = false, overwrite = false, json = false } = options;
  const jobs = await planConversions(inputs, { out, format, recursive });
  const report = createReport({ json, total: jobs.length });
  const results = await untilStopped(async (signal) => {
    const converter = await openConverter(jobs.length);
    return await convertFiles(jobs, openFileConversion(config), {
      converter,
      recipe: recipeOf(config, { ...options, format }),
      overwrite,
      concurrency: options.concurrency ?? config.capacity.concurrency,
      signal,
      onResult: report.add,
    }).finally(converter.close);
  });
  report.finish();
  if (results.some((each) => each.status === 'failed' && isTimeout(each.code))) endHungDecoder();
  const isDone = results.length === jobs.length;
  return isDone && results.every(({ status }) => status !== 'failed') ? 0 : 1;
}

/** Converts standard input to standard output; nothing but the image is written there. */
async function convertStream(
  inputs: string[],
  options: Options,
  config: Config,
): Promise<ExitCode> {
  if (inputs.length > 1)
    throw new UsageError('Expected - as the only input: standard input is one image.');
  if (options.json) {
    throw new UsageError(
      'Expected --out together with --json: otherwise image and JSON would both go to standard output.',
    );
  }
  if (process.stdout.isTTY) {
    throw new UsageError(
      'Expected standard output to be redirected but it is a terminal. Name an output file with --out.',
    );
  }
  try {
    const { limits } = openFileConversion(config);
    const source = await readStandardInput(limits.maxBytes);
    const image = await toGrayscale(source, recipeOf(config, options), limits);
    return (await writeStandardOutput(image.bytes)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    printError(printable(`${error.code}: ${error.message}`));
    if (isTimeout(error.code)) endHungDecoder();
    return 1;
  }
}

function isTimeout(code: string): boolean {
  return code === 'CONVERSION_TIMEOUT';
}
