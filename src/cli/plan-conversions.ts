import { basename, dirname, extname, join, resolve } from 'node:path';
import { inputFormats, type OutputFormat, outputFormats, type Recipe } from '../convert/index.ts';
import { FileError } from './file-error.ts';
import { findSources, type Source } from './find-sources.ts';
import { readPathKind } from './path-kind.ts';
import { UsageError } from './usage-error.ts';

/** One image to convert, and its output path. */
export interface Job {
  /** An absolute path, or - for standard input. */
  input: string;
  /** An absolute path. */
  output: string;
  /** Named by the user rather than found in a folder, so it must be an image. */
  isNamed: boolean;
  /** Why it cannot be converted, if that is known beforehand. */
  problem?: FileError;
}

interface PlanOptions {
  out: string | undefined;
  format: Recipe['format'];
  recursive: boolean;
}

/** The default output folder, the same as in the bucket. */
export const defaultFolder = 'grayscale';

/**
 * Plans which images to convert and where to write each: to `out` itself for a single file,
 * otherwise to the same relative path below the folder `out`. Throws {@link UsageError}.
 */
export async function planConversions(inputs: string[], options: PlanOptions): Promise<Job[]> {
  const { out, format, recursive } = options;
  for (const path of [...inputs, out]) {
    if (path === '') throw new UsageError('Expected the path of a file or folder but received "".');
  }
  if (inputs.includes('-')) return [await standardInputJob(inputs, options)];

  const distinct = [...new Map(inputs.map((input) => [resolve(input), input])).values()];
  const outFolder = resolve(out ?? defaultFolder);
  const sources = await findSources(distinct, { outFolder, recursive });
  const single = await singleOutput(sources, out);
  if (!single) return planJobs(sources, outFolder, format);
  return sources.map(({ relativePath: _, path, ...source }) => ({
    input: path,
    output: single,
    ...source,
  }));
}

/** The format of an output file's extension. Throws if it contradicts the requested format. */
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

/** Whether a file name has an image's extension. */
export function isImageName(path: string): boolean {
  return imageExtensions.has(extensionOf(path));
}

/** Images of unsupported formats are reported as failures; other files in a folder are ignored. */
const imageExtensions = new Set<string>([
  ...Object.values(inputFormats).flatMap(({ extensions }) => extensions),
  ...['exr', 'hdr', 'xcf', 'svgz'],
]);

function extensionOf(path: string): string {
  return extname(path).slice(1).toLowerCase();
}

async function standardInputJob(inputs: string[], { out }: PlanOptions): Promise<Job> {
  if (inputs.length > 1)
    throw new UsageError('Expected - as the only input: standard input is one image.');
  if (out === undefined || (await readPathKind(out)) === 'folder') {
    throw new UsageError(
      'Expected --out to name a file: an image from standard input has no file name.',
    );
  }
  return { input: '-', output: await outputFile(out), isNamed: true };
}

/** The output file, if `out` names one; undefined if it names a folder. */
async function singleOutput(
  sources: Source[],
  out: string | undefined,
): Promise<string | undefined> {
  if (out === undefined || /[/\\]$/.test(out)) return undefined;
  const kind = await readPathKind(out);
  if (kind === 'folder') return undefined;
  const isOneFile = sources.length === 1 && sources[0]?.isNamed;
  if (isOneFile) return kind === 'nothing' && !extname(out) ? undefined : await outputFile(out);
  if (kind === 'nothing' && !isImageName(out)) return undefined;
  throw new UsageError(
    `Expected --out to be a folder for several inputs but "${out}" names a file; "${out}/" names a folder.`,
  );
}

/**
 * Rejects names with the extension of a format that cannot be written: the content would not match.
 */
async function outputFile(out: string): Promise<string> {
  const written: string[] = Object.values(outputFormats).flatMap(({ extensions }) => extensions);
  if (isImageName(out) && !written.includes(extensionOf(out))) {
    throw new UsageError(
      `Expected --out to have the extension of an output format (${written.join(', ')}) but received "${out}".`,
    );
  }
  if ((await readPathKind(out)) !== 'other') return resolve(out);
  throw new UsageError(`Expected --out to name a file but "${out}" is not a regular file.`);
}

function planJobs(sources: Source[], outFolder: string, format: Recipe['format']): Job[] {
  const isFile = ({ problem }: Source) => problem === undefined;
  const files = outputPaths(sources.filter(isFile), outFolder, format);
  const uses = Map.groupBy(files.values(), (path) => path);
  return sources.map((source): Job => {
    const { path: input, relativePath, isNamed, problem } = source;
    const output = files.get(source) ?? join(outFolder, relativePath);
    if (problem) return { input, output, isNamed, problem };
    return uses.get(output)?.length === 1
      ? { input, output, isNamed }
      : { input, output, isNamed, problem: nameTakenError(output) };
  });
}

function nameTakenError(output: string): FileError {
  return new FileError(
    'NAME_TAKEN',
    `Another input would also be written to "${output}". Convert this one separately, with another --out.`,
  );
}

/**
 * `photos/a.jpg` becomes `a.png`. If two images would get the same name, for example `a.jpg` and
 * `a.tif`, both keep their full names: `a.jpg.png`, `a.tif.png`.
 */
function outputPaths(
  sources: Source[],
  outFolder: string,
  format: Recipe['format'],
): Map<Source, string> {
  const shortPath = ({ relativePath }: Source) =>
    join(
      outFolder,
      dirname(relativePath),
      basename(relativePath, extname(relativePath)) + extensionFor(relativePath, format),
    );
  const uses = Map.groupBy(sources, (source) => shortPath(source).toLowerCase());
  return new Map(
    sources.map((source) => {
      const { relativePath } = source;
      const path = shortPath(source);
      const isAlone = uses.get(path.toLowerCase())?.length === 1;
      return [
        source,
        isAlone ? path : join(outFolder, relativePath + extensionFor(relativePath, format)),
      ];
    }),
  );
}

/** With `source`, an image keeps its extension if that format can be written. */
function extensionFor(relativePath: string, format: Recipe['format']): string {
  if (format !== 'source') return `.${outputFormats[format].extensions[0]}`;
  return formatOfName(relativePath) ? extname(relativePath) : '.png';
}
