// What a release changes and when it is refused, in a small repository. Its parts, packing and the
// zips, have their own tests.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { imageTags } from '../../tools/release/artifacts.ts';
import { checkRelease, ReleaseRefusedError } from '../../tools/release/check-release.ts';
import { sectionOf, setVersion } from '../../tools/release/set-version.ts';

const files = [
  'package.json',
  'package-lock.json',
  'src/version.ts',
  'postman/collection.json',
  'CHANGELOG.md',
];
const { version: current } = JSON.parse(readFileSync('package.json', 'utf8'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'release-'));
  for (const file of files) cpSync(file, join(folder, file));
  edit('CHANGELOG.md', (text) => text.replace(/^## Unreleased\n/m, '$&\n- A change.\n'));
  git('init', '--quiet');
  commit();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(join(folder, file), change(read(file)));

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' });
}

function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', 'test');
}

describe('a release is refused', () => {
  test.each([
    [[], 'Expected one version such as 1.2.3'],
    [['1.2'], 'Expected one version such as 1.2.3'],
    [['v9.0.0'], 'Expected one version such as 1.2.3'],
    [['9.0.0', '--force'], 'Expected one version such as 1.2.3'],
    [['0.0.9'], `at least ${current}`],
  ])('for the arguments %j', async (args, message) => {
    await expect(checkRelease(folder, args)).rejects.toThrow(message);
    await expect(checkRelease(folder, args)).rejects.toThrow(ReleaseRefusedError);
  });

  test('in a working tree with changes, which are listed', async () => {
    writeFileSync(join(folder, 'new.txt'), '');
    await expect(checkRelease(folder, ['9.0.0'])).rejects.toThrow(/clean working tree.*new\.txt/s);
  });

  test('if the version is released', async () => {
    git('tag', 'v9.0.0');
    await expect(checkRelease(folder, ['9.0.0'])).rejects.toThrow('The tag v9.0.0 exists');
  });

  test('without changes in the changelog', async () => {
    edit('CHANGELOG.md', () => '# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-01-01)\n\n- Old.\n');
    commit();
    await expect(checkRelease(folder, ['9.0.0'])).rejects.toThrow('below "## Unreleased"');
  });
});

test.each(['9.0.0', '9.0.0-rc.1', current])('a clean tree allows %s', async (version) => {
  expect(await checkRelease(folder, [version])).toBe(version);
});

test('sets the version in every file that contains it, and nothing else', async () => {
  const changed = await setVersion(folder, '9.8.7', new Date('2026-03-01T12:00:00Z'));
  expect(changed.toSorted()).toEqual(files.toSorted());
  const lock = JSON.parse(read('package-lock.json'));
  expect([
    JSON.parse(read('package.json')).version,
    lock.version,
    lock.packages[''].version,
  ]).toEqual(['9.8.7', '9.8.7', '9.8.7']);
  expect(read('src/version.ts')).toContain("version = '9.8.7';");
  expect(read('postman/collection.json')).toContain('"Version 9.8.7. Generated');
  expect(read('CHANGELOG.md')).toContain('## Unreleased\n\n## 9.8.7 (2026-03-01)\n\n- A change.\n');
  const lines = git('diff', '--numstat').trim().split('\n');
  expect(lines.map((line) => line.split('\t').slice(0, 2).map(Number))).toEqual([
    [2, 0],
    [2, 2],
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  expect(sectionOf(read('CHANGELOG.md'), '9.8.7')).toMatch(/^- A change\./);
  expect(sectionOf(read('CHANGELOG.md'), 'Unreleased')).toBe('');
});

test.each([
  ['0.2.1', ['0.2.1', '0.2', 'latest']],
  ['1.2.3', ['1.2.3', '1.2', '1', 'latest']],
  ['1.2.3-rc.1', ['1.2.3-rc.1']],
])('the image of %s has the tags %j', (version, tags) => {
  expect(imageTags(version)).toEqual(tags);
});
