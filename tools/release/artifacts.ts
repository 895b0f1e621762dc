import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { architectures } from '../package/contents.ts';
import { packageFunction } from '../package/package-function.ts';
import { ReleaseRefusedError } from './check-release.ts';
import { sectionOf } from './set-version.ts';

interface Release {
  version: string;
  /** Is replaced. */
  folder: string;
}

/**
 * Writes what is published: the npm package, the function’s zips, their SBOMs, the image’s tags, the
 * release notes and the checksums of all of them.
 */
export async function writeArtifacts(root: string, { version, folder }: Release): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await fromCache(() => pack(root, folder));
  const sbom = `grayscale-image-processor-${version}.sbom.cdx.json`;
  await copyFile(join(root, 'dist/sbom.cdx.json'), join(folder, sbom));
  for (const arch of architectures) {
    const { path } = await fromCache(() => packageFunction(arch, { folder }));
    const { 'sbom.cdx.json': contents } = unzipSync(await readFile(path));
    if (!contents) throw new Error(`Expected an SBOM in ${path}`);
    await writeFile(path.replace(/\.zip$/, '.sbom.cdx.json'), contents);
  }
  const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8');
  await writeFile(join(folder, 'notes.md'), `${sectionOf(changelog, version)}\n`);
  await writeFile(join(folder, 'image-tags.txt'), `${imageTags(version).join('\n')}\n`);
  await writeFile(join(folder, 'SHA256SUMS'), await checksumsOf(folder));
}

/** The exact version, and for a full release the ranges that it is the newest of. */
export function imageTags(version: string): string[] {
  const [major, minor] = version.split('.');
  if (version.includes('-')) return [version];
  // 0.2 may break what 0.1 did, so no tag spans them.
  const ranges = major === '0' ? [`0.${minor}`] : [`${major}.${minor}`, `${major}`];
  return [version, ...ranges, 'latest'];
}

async function pack(root: string, folder: string): Promise<void> {
  await promisify(execFile)('npm', ['pack', '--pack-destination', folder], {
    cwd: root,
    // npm is a batch file on Windows.
    shell: platform() === 'win32',
  });
}

/** In the format of `sha256sum --check`. */
async function checksumsOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).toSorted();
  const lines = names.map(async (name) => {
    const sha256 = createHash('sha256').update(await readFile(join(folder, name)));
    return `${sha256.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

/** Says what to do if npm would have to download a package. */
async function fromCache<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!/ENOTCACHED/.test(`${(error as Error).message}`)) throw error;
    throw new ReleaseRefusedError(
      `A release uses no network, but a package is missing in npm's cache. Run \`npm run package -- --arch arm64\` and \`npm run package -- --arch x64\` once, then run this again. npm reported:\n${(error as Error).message}`,
    );
  }
}
