// Run by `npm run release -- 0.2.0`: sets the version, writes what is published into release/VERSION,
// commits and tags. It publishes nothing and needs no network.
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { argv } from 'node:process';
import { writeArtifacts } from './release/artifacts.ts';
import { checkRelease, ReleaseRefusedError } from './release/check-release.ts';
import { git } from './release/git.ts';
import { setVersion } from './release/set-version.ts';

const root = join(import.meta.dirname, '..');

// npm then fails instead of downloading what is not in its cache.
process.env.npm_config_offline = 'true';

try {
  await release(argv.slice(2));
} catch (error) {
  if (!(error instanceof ReleaseRefusedError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function release(args: string[]): Promise<void> {
  const version = await checkRelease(root, args);
  const changed = await setVersion(root, version, new Date());
  const folder = join(root, 'release', version);
  try {
    await writeArtifacts(root, { version, folder });
  } catch (error) {
    await Promise.all([
      git(root, 'restore', ...changed),
      rm(folder, { recursive: true, force: true }),
    ]);
    throw error;
  }
  await git(root, 'commit', '--quiet', '--message', `chore: release ${version}`, ...changed);
  await git(root, 'tag', '--annotate', `v${version}`, '--message', version);
  console.log(
    `${relative(process.cwd(), folder)} is ready, and the commit has the tag v${version}.`,
  );
  console.log('CONTRIBUTING.md lists how to publish it.');
}
