import { stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { Command } from 'commander';
import { type FileConversion, openFileConversion } from '../../app/open-converter.ts';
import { readConfig } from '../../config/index.ts';
import { type ComparedMethods, ConversionError, openComparison } from '../../convert/index.ts';
import { print, printable, printError } from '../../process/terminal.ts';
import { endHungDecoder } from '../end-hung-decoder.ts';
import type { ExitCode } from '../exit-code.ts';
import { readPathKind } from '../path-kind.ts';
import { UsageError } from '../usage-error.ts';

interface Options {
  out?: string;
  overwrite?: boolean;
}

/** `grayscale compare-methods` */
export function compareMethodsCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('compare-methods')
    .description(
      'Report how much of a photo’s colour contrast each method loses, and recommend a method.',
    )
    .argument('<photo>', 'an image file')
    .option('-o, --out <path>', 'PNG file for a sheet that shows the photo in every method')
    .option('--overwrite', 'replace the file if it exists')
    .addHelpText(
      'after',
      `
Contrast is lost where neighbouring colours differ visibly but their grays do not: docs/semantics.md.

Exit code: 0 compared, 1 the photo cannot be decoded, 2 usage error.`,
    )
    .action(async (photo: string, options: Options) => {
      setExitCode(await comparePhoto(photo, options, openFileConversion(readConfig())));
    });
}

async function comparePhoto(
  photo: string,
  { out, overwrite = false }: Options,
  parts: FileConversion,
): Promise<ExitCode> {
  await checkPhoto(photo);
  if (out !== undefined) await checkOutput(out, photo, overwrite);
  try {
    const compared = await compare(photo, parts);
    print(formatTable(compared));
    if (out !== undefined) await writeSheet(out, { ...compared, overwrite, ...parts });
    return 0;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    printError(printable(`${error.code}: ${error.message}`));
    if (error.code === 'CONVERSION_TIMEOUT') endHungDecoder();
    return 1;
  }
}

async function checkPhoto(photo: string): Promise<void> {
  const kind = await readPathKind(photo);
  if (kind === 'nothing') throw new UsageError(`Expected a photo but "${photo}" does not exist.`);
  if (kind !== 'file')
    throw new UsageError(`Expected a photo but "${photo}" is not a regular file.`);
}

async function checkOutput(out: string, photo: string, overwrite: boolean): Promise<void> {
  if (extname(out).toLowerCase() !== '.png') {
    throw new UsageError(`Expected --out to name a PNG file but received "${out}".`);
  }
  const kind = await readPathKind(out);
  if (kind === 'nothing') return;
  if (kind !== 'file') {
    throw new UsageError(`Expected --out to name a file but "${out}" is not a regular file.`);
  }
  if (await isSameFile(out, photo)) {
    throw new UsageError(`"${out}" is the photo itself; choose another --out.`);
  }
  if (!overwrite) throw outputExistsError(out);
}

function outputExistsError(out: string): UsageError {
  return new UsageError(`"${out}" exists (--overwrite replaces it).`);
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(one, { bigint: true }), stat(other, { bigint: true })]);
  return a.dev === b.dev && a.ino === b.ino;
}

async function compare(
  photo: string,
  { store, limits, memory }: FileConversion,
): Promise<ComparedMethods> {
  const file = await store.read(refOf(photo), { maxBytes: limits.maxBytes });
  if (!file) throw new UsageError(`Expected a photo but "${photo}" does not exist.`);
  const { bytes } = file;
  if (!bytes) {
    throw new ConversionError(
      'FILE_TOO_LARGE',
      `Expected at most ${limits.maxBytes} bytes but the file has ${file.sizeBytes}. Raise MAX_BYTES to convert it.`,
    );
  }
  const image = await openComparison(bytes, limits);
  try {
    return await memory.use(image.memoryBytes, image.compare);
  } finally {
    image.close();
  }
}

function formatTable({ comparisons, recommended }: ComparedMethods): string {
  const rows = comparisons.map(({ method, contrastLoss, isFlagged }) => [
    method,
    `${(contrastLoss * 100).toFixed(1)} %`,
    method === recommended ? 'recommended' : isFlagged ? 'flagged' : '',
  ]);
  return [['method', 'contrast lost', ''], ...rows]
    .map(([method = '', lost = '', verdict]) =>
      `${method.padEnd(13)}  ${lost.padStart(13)}  ${verdict}`.trimEnd(),
    )
    .join('\n');
}

interface SheetOptions extends Pick<ComparedMethods, 'sheet'>, Pick<FileConversion, 'store'> {
  overwrite: boolean;
}

async function writeSheet(out: string, { sheet, store, overwrite }: SheetOptions): Promise<void> {
  const object = { bytes: sheet, contentType: 'image/png', metadata: {} };
  if (overwrite) await store.put(refOf(out), object);
  else if (!(await store.create(refOf(out), object))) throw outputExistsError(out);
}

function refOf(path: string) {
  return { bucket: dirname(resolve(path)), key: basename(path) };
}
