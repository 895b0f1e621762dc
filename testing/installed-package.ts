import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');

/** The packed package, installed in a project that is otherwise empty. */
export interface InstalledPackage {
  /** The folder of the project. */
  folder: string;
  tarball: string;
  /** Writes a file into the project, objects as JSON. */
  write(file: string, content: object | string): Promise<void>;
  remove(): Promise<void>;
}

/** Packs the package as for publishing, and installs it from the npm registry or its cache. */
export async function installPackage(): Promise<InstalledPackage> {
  const [folder, packed] = await Promise.all([
    mkdtemp(join(tmpdir(), 'package-')),
    mkdtemp(join(tmpdir(), 'packed-')),
  ]);
  await shell(root, 'npm', 'pack', '--foreground-scripts', '--pack-destination', packed);
  const [name = ''] = await readdir(packed);
  const tarball = join(packed, name);
  const write = (file: string, content: object | string) =>
    writeFile(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  const dependencies = { 'grayscale-image-processor': `file:${tarball}` };
  await write('package.json', { private: true, type: 'module', dependencies });
  await npmInstall(folder);
  return {
    folder,
    tarball,
    write,
    async remove() {
      await Promise.all([folder, packed].map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

/** Installs the project of this folder. */
export async function npmInstall(folder: string): Promise<void> {
  await shell(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
}

export async function shell(cwd: string, command: string, ...args: string[]) {
  try {
    // npm and npx are batch files on Windows.
    return await promisify(execFile)(command, args, { cwd, shell: platform() === 'win32' });
  } catch (error) {
    // The error only says which command failed; the compiler prints the reason on standard output.
    const { message, stdout } = error as Error & { stdout?: string };
    throw new Error(`${message}\n${stdout ?? ''}`, { cause: error });
  }
}
