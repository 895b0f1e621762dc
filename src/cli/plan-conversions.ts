import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { inputFormats, type OutputFormat, outputFormats, type Recipe } from '../convert/index.ts';
import { UsageError } from './usage-error.ts';

/** One picture to be converted and where it goes. */
export interface Job {
  /** An absolute path, or - for standard input. */
  input: string;
  /** An absolute path. */
  output: string;
  /** Named by the user rather than found in a folder: it must be a picture. */
  isNamed: boolean;
}

export interface PlanOptions {
  out: string | undefined;
  format: Recipe['format'];
  recursive: boolean;
}

/** Where outputs go when nothing is said: as in the bucket. */
const defaultFolder = 'grayscale';

/**
 * Which pictures the inputs mean, and where each goes: to `out` itself for a single file, else to
 * the same place below the folder `out`. Throws {@link UsageError}.
 */
export async function planConversions(inputs: string[], options: PlanOptions): Promise<Job[]> {
  const outFolder = resolve(options.out ?? defaultFolder);
  if (inputs.includes('-')) return [await standardInputJob(inputs, options)];

  const sources: Source[] = [];
  for (const input of inputs)
    sources.push(...(await sourcesOf(input, outFolder, options.recursive)));

  const single = await singleOutput(inputs, options.out);
  const outputs = single ? [single] : outputPaths(sources, outFolder, options.format);
  return sources.map(({ path, isNamed }, index) => ({
    input: path,
    output: outputs[index] as string,
    isNamed,
  }));
}

/** The format that an output file's name asks for. Throws when it contradicts the one asked for. */
export function formatOfOutput(
  out: string | undefined,
  format: Recipe['format'] | undefined,
): Recipe['format'] | undefined {
  const named = formatOfName(out ?? '');
  if (named && format && format !== 'source' && named !== format) {
    throw new UsageError(`Expected --out to name a ${format} file but received "${out}".`);
  }
  return format ?? named;
}

function formatOfName(path: string): OutputFormat | undefined {
  const extension = extname(path).slice(1).toLowerCase();
  return (Object.keys(outputFormats) as OutputFormat[]).find((name) =>
    (outputFormats[name].extensions as readonly string[]).includes(extension),
  );
}

/** Whether a file's name says that it is a picture. */
export function isPictureName(path: string): boolean {
  return pictureExtensions.has(extname(path).slice(1).toLowerCase());
}

/** Pictures that cannot be converted yet are failures, not something else that lies in the folder. */
const pictureExtensions = new Set<string>([
  ...Object.values(inputFormats).flatMap(({ extensions }) => extensions),
  ...['heic', 'heif', 'bmp', 'ico', 'jxl', 'jp2', 'psd', 'qoi', 'svg', 'tga', 'dng', 'cr2', 'nef'],
]);

interface Source {
  path: string;
  /** The place below the output folder, the input's own extension still on it. */
  place: string;
  isNamed: boolean;
}

async function standardInputJob(inputs: string[], { out }: PlanOptions): Promise<Job> {
  if (inputs.length > 1) throw new UsageError('Expected - alone: standard input is one picture.');
  if (out === undefined || (await kindOf(out)) === 'folder') {
    throw new UsageError(
      'Expected --out to name a file: what comes from standard input has no name.',
    );
  }
  return { input: '-', output: resolve(out), isNamed: true };
}

async function sourcesOf(input: string, outFolder: string, recursive: boolean): Promise<Source[]> {
  const path = resolve(input);
  const kind = await kindOf(path);
  if (kind === 'file') return [{ path, place: basename(path), isNamed: true }];
  if (kind === 'nothing')
    throw new UsageError(`Expected a file or folder but "${input}" is not there.`);
  const found = await filesIn(path, outFolder, recursive);
  return found.map((file) => ({ path: file, place: relative(path, file), isNamed: false }));
}

/** Hidden files are left alone, and so is the output folder where it lies within the input. */
async function filesIn(folder: string, outFolder: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      if (recursive && path !== outFolder)
        files.push(...(await filesIn(path, outFolder, recursive)));
    } else if ((await kindOf(path)) === 'file') {
      files.push(path);
    }
  }
  return files;
}

/** The output file that `out` names, where it does; undefined where it names a folder. */
async function singleOutput(
  inputs: string[],
  out: string | undefined,
): Promise<string | undefined> {
  if (out === undefined || /[/\\]$/.test(out)) return undefined;
  const [onlyInput] = inputs;
  const kind = await kindOf(out);
  const isOneFile = inputs.length === 1 && onlyInput && (await kindOf(onlyInput)) === 'file';
  if (isOneFile)
    return kind === 'folder' || (kind === 'nothing' && !extname(out)) ? undefined : resolve(out);
  if (kind === 'file') {
    throw new UsageError(
      `Expected --out to be a folder for several inputs but "${out}" is a file.`,
    );
  }
  return undefined;
}

/**
 * `photos/a.jpg` becomes `a.png`. Where that would put two pictures in one file, as for `a.jpg`
 * beside `a.tif`, both keep their whole names: `a.jpg.png`, `a.tif.png`.
 */
function outputPaths(sources: Source[], outFolder: string, format: Recipe['format']): string[] {
  const extensions = sources.map(({ place }) => extensionFor(place, format));
  const short = sources.map(({ place }, index) =>
    join(outFolder, dirname(place), basename(place, extname(place)) + extensions[index]),
  );
  const uses = Map.groupBy(short, (path) => path.toLowerCase());
  const paths = sources.map(({ place }, index) => {
    const path = short[index] as string;
    const isAlone = uses.get(path.toLowerCase())?.length === 1;
    return isAlone ? path : join(outFolder, place + extensions[index]);
  });
  const clash = paths.find((path, index) => paths.indexOf(path) !== index);
  if (clash === undefined) return paths;
  throw new UsageError(`Two inputs would both be written to "${clash}": convert them one by one.`);
}

/** With `source`, a picture keeps its extension where that is of a format that is written. */
function extensionFor(place: string, format: Recipe['format']): string {
  if (format !== 'source') return `.${outputFormats[format].extensions[0]}`;
  return formatOfName(place) ? extname(place) : '.png';
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
}
