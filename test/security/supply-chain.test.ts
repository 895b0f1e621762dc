// What is installed, what of it may run while it is installed, and whom the program talks to.
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

interface LockedPackage {
  version?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  link?: boolean;
  dev?: boolean;
}

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const locked = Object.entries(
  read('package-lock.json').packages as Record<string, LockedPackage>,
).filter(([path]) => path !== '');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 13);

describe('the lock file', () => {
  test('pins each package by its content', () => {
    const loose = locked.filter(
      ([, { integrity, link }]) => !link && !integrity?.startsWith('sha512-'),
    );
    // What a package brings along inside itself is pinned with it.
    expect(loose.filter(([path]) => !read('package-lock.json').packages[path].inBundle)).toEqual(
      [],
    );
  });

  test('lets only packages that are named run scripts while they are installed', () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
    const { allowScripts } = read('package.json');
    const unnamed = scripted
      .map(([path]) => nameOf(path))
      .filter((name) => !(name in allowScripts));
    expect([...new Set(unnamed)]).toEqual([]);
    expect(scripted.length).toBeGreaterThan(0);
  });
});

// All of it: npm forgets `pg` where it is told to leave out what only development needs.
test('an SBOM names what is installed', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
    maxBuffer: 2 ** 26,
  });
  const { bomFormat, components } = JSON.parse(stdout);
  expect(bomFormat).toBe('CycloneDX');
  const names = components.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['sharp', 'pg', 'hono']));
}, 60_000);

test('nothing fetches a URL that input names', () => {
  const talks =
    /\bfetch\(|https?\.(?:get|request)|net\.connect|new (?:WebSocket|EventSource)|undici/;
  const talkers = globSync('src/**/*.ts').filter((path) => talks.test(readFileSync(path, 'utf8')));
  expect(talkers.toSorted()).toEqual(whoTalks);
});

/** Each with a reason; the SDK and the database's driver talk to what the configuration names. */
const whoTalks = [
  // Answers CloudFormation at the address that it gives; only the deploying account can invoke it so.
  'src/lambda/cloudformation.ts',
];
