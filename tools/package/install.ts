import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import {
  type Architecture,
  binaryLoader,
  bundledPackages,
  excludedFiles,
  unbundled,
} from './contents.ts';

const root = join(import.meta.dirname, '../..');

interface LockedPackage {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  dev?: boolean;
}

interface LockFile {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
}

/**
 * Installs the packages that are not bundled as npm does on Lambda’s Linux, and returns their files: the
 * versions of package-lock.json, verified by checksum, with the binaries of the processor.
 */
export async function installUnbundled(arch: Architecture): Promise<Map<string, Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'grayscale-package-'));
  try {
    const lock: LockFile = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
    const wanted = lockOf(lock, [...Object.keys(unbundled), binaryLoader]);
    await write(folder, 'package-lock.json', wanted);
    await write(folder, 'package.json', wanted.packages['']);
    const args = ['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', [...args, '--os=linux', `--cpu=${arch}`, '--libc=glibc'], {
      cwd: folder,
      // npm is a batch file on Windows.
      shell: platform() === 'win32',
    });
    return await readInstalled(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The part of a lock file that these packages need. */
function lockOf(lock: LockFile, names: string[]): LockFile {
  const { dependencies, devDependencies } = lock.packages[''] ?? {};
  const ranges = { ...dependencies, ...devDependencies };
  const packages: LockFile['packages'] = {
    '': { dependencies: Object.fromEntries(names.map((name) => [name, ranges[name] ?? ''])) },
  };
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const path = `node_modules/${name}`;
    const locked = lock.packages[path];
    if (!locked || packages[path]) continue;
    const { dev: _, ...needed } = locked;
    packages[path] = needed;
    waiting.push(...Object.keys({ ...locked.dependencies, ...locked.optionalDependencies }));
  }
  return { lockfileVersion: lock.lockfileVersion, packages };
}

async function readInstalled(folder: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = await readdir(join(folder, 'node_modules'), {
    recursive: true,
    withFileTypes: true,
  });
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).replaceAll('\\', '/');
    if (isIncluded(name)) files.set(name, await readFile(path));
  }
  return files;
}

function isIncluded(name: string): boolean {
  const inside = name.slice('node_modules/'.length);
  if (inside.startsWith('.')) return false;
  const licenses = bundledPackages.map((packageName): [string, RegExp] => [
    packageName,
    /^LICENSE/,
  ]);
  for (const [packageName, files] of [...Object.entries(unbundled), ...licenses]) {
    if (inside.startsWith(`${packageName}/`))
      return files.test(inside.slice(packageName.length + 1));
  }
  return !excludedFiles.test(inside);
}

function write(folder: string, file: string, content: unknown): Promise<void> {
  return writeFile(join(folder, file), JSON.stringify(content));
}
