import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git.ts';
import { unreleasedChanges } from './set-version.ts';

/** Nothing was changed. The message says why, and what to do. */
export class ReleaseRefusedError extends Error {
  override readonly name = 'ReleaseRefusedError';
}

/**
 * Returns the version to release. Throws `ReleaseRefusedError` if the arguments, the working tree,
 * the tags or the changelog do not allow it.
 */
export async function checkRelease(root: string, args: string[]): Promise<string> {
  const { version: current } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const [version = '', ...rest] = args;
  if (rest.length > 0 || !versionPattern.test(version)) {
    refuse(
      `Expected one version such as 1.2.3 or 1.2.3-rc.1 but received "${args.join(' ')}". Run: npm run release -- ${current}`,
    );
  }
  if (isBefore(version, current)) {
    refuse(
      `Expected a version of at least ${current}, that of package.json, but received ${version}.`,
    );
  }
  const dirty = await git(root, 'status', '--porcelain');
  if (dirty !== '') {
    refuse(
      `Expected a clean working tree but found changes. Commit or stash them, then run this again:\n${dirty}`,
    );
  }
  if ((await git(root, 'tag', '--list', `v${version}`)) !== '') {
    refuse(`The tag v${version} exists: ${version} is released. Choose a later version.`);
  }
  if (unreleasedChanges(await readFile(join(root, 'CHANGELOG.md'), 'utf8')) === '') {
    refuse('Expected changes below "## Unreleased" in CHANGELOG.md but found none. Describe them.');
  }
  return version;
}

const versionPattern =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** Compares the three numbers only: the tag keeps a prerelease from being released twice. */
function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split('-')[0]?.split('.').map(Number) ?? []);
  const index = a?.findIndex((number, place) => number !== b?.[place]) ?? -1;
  return index >= 0 && (a?.[index] ?? 0) < (b?.[index] ?? 0);
}

function refuse(message: string): never {
  throw new ReleaseRefusedError(message);
}
