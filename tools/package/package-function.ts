import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ZipOptions, zipSync } from 'fflate';
import { type Bundle, bundle } from './bundle.ts';
import { licensesOf, packageFolders, packageId, packageIds, sbomOf } from './bundled-packages.ts';
import { type Architecture, entryPoints, limits, requiredFiles } from './contents.ts';
import { installUnbundled } from './install.ts';

const root = join(import.meta.dirname, '../..');

export interface FunctionPackage {
  path: string;
  unzippedBytes: number;
  zippedBytes: number;
  sha256: string;
}

/** Builds the function's zip for a processor: the same sources always give the same bytes. */
export async function packageFunction(
  arch: Architecture,
  { folder = join(root, 'dist') } = {},
): Promise<FunctionPackage> {
  const [{ files: bundled, metafile }, installed, migrations] = await Promise.all([
    bundle(entryPoints),
    installUnbundled(arch),
    readMigrations(),
  ]);
  const about = await describeContents(metafile, installed);
  const files = new Map([...bundled, ...installed, ...migrations, ...about]);
  // Lambda and Node treat .js files as ES modules because of this.
  files.set('package.json', Buffer.from('{"type":"module"}\n'));

  const zip = zipSync(Object.fromEntries([...files].toSorted(byName)), zipOptions());
  const unzippedBytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  check([...files.keys()], { arch, unzippedBytes, zippedBytes: zip.length });

  const path = join(folder, `function-${arch}.zip`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, zip);
  const sha256 = createHash('sha256').update(zip).digest('hex');
  return { path, unzippedBytes, zippedBytes: zip.length, sha256 };
}

/** An SBOM of all packages in the zip, and the licenses of those that are bundled. */
async function describeContents(
  metafile: Bundle['metafile'],
  installed: Map<string, Uint8Array>,
): Promise<[string, Uint8Array][]> {
  const folders = packageFolders(metafile);
  const manifests = [...installed].filter(([name]) => isPackageManifest.test(name));
  const ids = manifests.map(([, bytes]) => packageId(Buffer.from(bytes).toString()));
  const [sbom, licenses] = await Promise.all([
    packageIds(folders).then((bundled) => sbomOf([...bundled, ...ids])),
    licensesOf(folders),
  ]);
  return [
    ['sbom.cdx.json', Buffer.from(sbom)],
    ['THIRD-PARTY-LICENSES.txt', Buffer.from(licenses)],
  ];
}

const isPackageManifest = /(^|\/)node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/;

function zipOptions(): ZipOptions {
  return {
    // The earliest date that a zip can store, in local time as the format requires.
    mtime: new Date(1980, 0, 1),
    // Unix permissions, readable by any user that Lambda runs the function as.
    os: 3,
    attrs: 0o100644 << 16,
  };
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

async function readMigrations(): Promise<[string, Uint8Array][]> {
  const names = await readdir(join(root, 'migrations'));
  return await Promise.all(
    names.map(async (name): Promise<[string, Uint8Array]> => {
      return [`migrations/${name}`, await readFile(join(root, 'migrations', name))];
    }),
  );
}

function check(
  names: string[],
  { arch, ...sizes }: { arch: Architecture; unzippedBytes: number; zippedBytes: number },
): void {
  const missing = requiredFiles(arch).filter(
    (pattern) => !names.some((name) => pattern.test(name)),
  );
  if (missing.length > 0) {
    throw new Error(`Expected files in the zip that are not there: ${missing.join(', ')}`);
  }
  const foreign = names.filter(
    (name) => /\/@img\/sharp-/.test(name) && !name.includes(`-linux-${arch}/`),
  );
  if (foreign.length > 0) {
    throw new Error(`Expected binaries for linux-${arch} alone but found ${foreign.join(', ')}`);
  }
  for (const size of ['unzippedBytes', 'zippedBytes'] as const) {
    if (sizes[size] < limits[size]) continue;
    throw new Error(`Expected ${size} below ${limits[size]} but they are ${sizes[size]}`);
  }
}
