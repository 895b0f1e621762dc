import { resolve } from 'node:path';
import { openFileConversion } from '../app/open-converter.ts';
import { type Config, recipeOf } from '../config/index.ts';
import { ConversionError, type RecipeOptions, toGrayscale } from '../convert/index.ts';
import { printable, printError } from '../process/terminal.ts';
import { readInput } from './convert-files.ts';
import { endHungDecoder } from './end-hung-decoder.ts';
import type { ExitCode } from './exit-code.ts';
import { FileError } from './file-error.ts';
import { writeStandardOutput } from './output/standard-output.ts';
import { findReplacedName, readPathKind } from './path-kind.ts';
import { UsageError } from './usage-error.ts';

/** Converts one image to standard output; nothing but the image is written there. */
export async function convertStream(
  inputs: string[],
  options: RecipeOptions & {
    json?: boolean;
    watch?: boolean;
    dryRun?: boolean;
    keepTimes?: boolean;
  },
  config: Config,
): Promise<ExitCode> {
  const input = await findInput(inputs);
  const { json, watch, dryRun, keepTimes } = options;
  const flags = {
    '--json': json,
    '--watch': watch,
    '--dry-run': dryRun,
    '--keep-times': keepTimes,
  };
  const name = Object.entries(flags).find(([, isSet]) => isSet)?.[0];
  if (name !== undefined) {
    throw new UsageError(
      `Expected --out to name a file or folder together with ${name}: otherwise the image goes to standard output.`,
    );
  }
  if (process.stdout.isTTY) {
    throw new UsageError(
      'Expected standard output to be redirected but it is a terminal. Name an output file with --out.',
    );
  }
  try {
    const { limits, store } = openFileConversion(config);
    const source = await readInput(input, store, limits.maxBytes);
    const image = await toGrayscale(source, recipeOf(config, options), limits);
    return (await writeStandardOutput(image.bytes)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ConversionError || error instanceof FileError)) throw error;
    printError(printable(`${error.code}: ${error.message}`));
    if (error.code === 'CONVERSION_TIMEOUT') endHungDecoder();
    return 1;
  }
}

async function findInput(inputs: string[]): Promise<string> {
  const [input = '-', ...others] = inputs;
  if (inputs.includes('-') && others.length > 0)
    throw new UsageError('Expected - as the only input: standard input is one image.');
  if (input === '-') return input;
  const path = await findReplacedName(resolve(input));
  if (others.length === 0 && (await readPathKind(path)) === 'file') return path;
  throw new UsageError(
    'Expected one file with --out -: standard output takes one image. Name a folder with --out.',
  );
}
