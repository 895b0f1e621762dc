// What is installed, what may run during the installation, and which hosts the program connects to.
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
    // Packages bundled inside a package are pinned with it.
    expect(loose.filter(([path]) => !read('package-lock.json').packages[path].inBundle)).toEqual(
      [],
    );
  });

  test('no package sends statistics when it is installed, also by an npm without allowScripts', () => {
    expect(read('package.json').scarfSettings).toEqual({ enabled: false });
  });

  test('lets only listed packages run scripts during installation', () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
    const { allowScripts } = read('package.json');
    const unnamed = scripted
      .map(([path]) => nameOf(path))
      .filter((name) => !(name in allowScripts));
    expect([...new Set(unnamed)]).toEqual([]);
    expect(scripted.length).toBeGreaterThan(0);
  });
});

// All packages: npm omits `pg` when development dependencies are omitted.
test('an SBOM lists what is installed', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
    maxBuffer: 2 ** 26,
  });
  const { bomFormat, components } = JSON.parse(stdout);
  expect(bomFormat).toBe('CycloneDX');
  const names = components.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(['sharp', 'pg', 'hono']));
}, 60_000);

test('no code fetches a URL from its input', () => {
  const requests =
    /\bfetch\(|https?\.(?:get|request)|net\.connect|new (?:WebSocket|EventSource)|undici/;
  const modules = globSync('src/**/*.ts').filter((path) =>
    requests.test(readFileSync(path, 'utf8')),
  );
  expect(modules.toSorted()).toEqual(allowed);
});

/** Each with a reason. The SDK and the database driver connect to what the configuration names. */
const allowed = [
  // Answers CloudFormation at the given address. Only the deploying account can invoke it this way.
  'src/lambda/cloudformation.ts',
];
