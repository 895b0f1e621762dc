import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** The folders of the packages with code in the output, for example `node_modules/pg`. */
export function packageFolders(...metafiles: Metafile[]): string[] {
  const inputs = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const folders = inputs.flatMap(
    ([path]) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  );
  return [...new Set(folders)].toSorted();
}

/** What the dashboard contains, without writing it: Vite does not report the packages in its output. */
export async function analyzeWeb(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['web/main.tsx', 'web/docs/main.ts'],
    tsconfig: 'web/tsconfig.json',
    outdir: root,
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    format: 'esm',
    loader: { '.css': 'empty' },
    logLevel: 'warning',
  });
  return metafile;
}

interface Sbom {
  serialNumber?: string;
  metadata: { timestamp?: string; component: { 'bom-ref': string; name: string } };
  components: { 'bom-ref': string; name: string; version: string }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/** `name@version` of the package whose `package.json` has this text. */
export function packageId(manifest: string): string {
  const { name, version } = JSON.parse(manifest);
  return `${name}@${version}`;
}

/** `name@version` of the packages in these folders. */
export async function packageIds(folders: string[]): Promise<string[]> {
  const manifests = folders.map((folder) => readFile(join(root, folder, 'package.json'), 'utf8'));
  return (await Promise.all(manifests)).map(packageId);
}

/**
 * An SBOM of these packages (`name@version`), in CycloneDX. The same packages give the same text.
 * Throws if the lock file does not have one of them.
 */
export async function sbomOf(versions: string[]): Promise<string> {
  installed ??= installedSbom();
  const all = await installed;
  const { component } = all.metadata;
  const refs = new Set([...versions, component['bom-ref']]);
  const components = all.components
    .filter((one) => refs.has(`${one.name}@${one.version}`))
    // npm calls them optional and for development only; here they are part of the program.
    .map((one) => ({ ...one, scope: 'required', properties: [] }));
  const missing = versions.filter((ref) => !components.some((one) => one['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`Expected an SBOM with ${missing.join(', ')}`);

  const { serialNumber: _, metadata, ...rest } = all;
  const { timestamp: __, ...about } = metadata;
  const { name } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const sbom = {
    ...rest,
    // npm uses the name of the folder.
    metadata: { ...about, component: { ...component, name } },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

let installed: Promise<Sbom> | undefined;

async function installedSbom(): Promise<Sbom> {
  const args = ['run', '--silent', 'sbom', '--', '--package-lock-only'];
  const { stdout } = await promisify(execFile)('npm', args, {
    cwd: root,
    maxBuffer: 2 ** 26,
    // Vite sets it to production, and npm would leave out the development dependencies.
    env: { ...process.env, NODE_ENV: '' },
    // npm is a batch file on Windows.
    shell: platform() === 'win32',
  });
  return JSON.parse(stdout);
}

/** The licenses of these packages, which their authors ask to be passed on. */
export async function licensesOf(folders: string[]): Promise<string> {
  const texts = await Promise.all(folders.map(licenseOf));
  return [...new Set(texts)].join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenseOf(folder: string): Promise<string> {
  const path = join(root, folder);
  const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
  const files = (await readdir(path)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const texts = await Promise.all(
    files.toSorted().map((file) => readFile(join(path, file), 'utf8')),
  );
  return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())]
    .join('\n\n')
    .concat('\n');
}
