// The files that a host of repositories reads are compared with the project.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const read = (path: string) => readFileSync(path, 'utf8');
const manifest = JSON.parse(read('package.json'));

interface Job {
  permissions?: Record<string, string>;
  strategy?: { matrix: Record<string, unknown[]> };
  steps: { uses?: string; run?: string }[];
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

const workflows = globSync('.github/workflows/*.yml').map(
  (path) => [path, parse(read(path)) as Workflow] as const,
);

describe.each(workflows)('%s', (_, { permissions, jobs }) => {
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('may only read, except for a job that says why', () => {
    expect(permissions).toEqual({ contents: 'read' });
    const more = Object.values(jobs).flatMap((job) => Object.keys(job.permissions ?? {}));
    expect(more.filter((name) => name !== 'contents' && name !== 'id-token')).toEqual([]);
  });

  test('runs scripts and files that exist', () => {
    const scripts = steps.flatMap(({ run = '' }) => run.match(/(?<=npm run )[\w:]+/g) ?? []);
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
    for (const { run } of steps) {
      if (run?.startsWith('.')) expect(statSync(run).mode & 0o111, run).not.toBe(0);
    }
  });

  test('names the version of each action', () => {
    for (const { uses } of steps) expect(uses ?? '@v1').toMatch(/@(v\d+|[0-9a-f]{40})$/);
  });
});

test('the tests run on the oldest and the newest major version of Node', () => {
  const { jobs } = parse(read('.github/workflows/ci.yml')) as Workflow;
  const [oldest] = /\d+/.exec(manifest.engines.node) ?? [];
  const [newest] = /\d+/.exec(manifest.devDependencies.node) ?? [];
  expect(jobs.test?.strategy?.matrix.node).toEqual([Number(oldest), Number(newest)]);
});

describe('.github/dependabot.yml', () => {
  const [npm] = parse(read('.github/dependabot.yml')).updates;
  const ignored: { 'dependency-name': string; 'update-types': string[] }[] = npm.ignore;
  const packages: Record<string, string> = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
  };

  test('leaves the pinned packages alone, and those of Node to its major version', () => {
    const pinned = Object.entries(packages).filter(([, range]) => !range.startsWith('^'));
    const expected = [...pinned.map(([name]) => name), 'node', '@types/node'];
    expect(ignored.map((rule) => rule['dependency-name']).toSorted()).toEqual(expected.toSorted());
  });

  test('proposes security updates of all packages', () => {
    const types = ignored.flatMap((rule) => rule['update-types']);
    expect(types.filter((type) => !type.startsWith('version-update:'))).toEqual([]);
    expect(ignored.every((rule) => rule['update-types'].length > 0)).toBe(true);
  });

  test('says why each is left alone, with links to pages that exist', () => {
    const text = read('.github/dependabot.yml');
    for (const { 'dependency-name': name } of ignored) {
      expect(text).toMatch(new RegExp(`#.*\\n {6}- dependency-name: '?${name}'?\\n`));
    }
    for (const [path] of text.matchAll(/(docs|test)\/[\w/.-]*\w/g)) {
      expect(existsSync(path), path).toBe(true);
    }
  });
});
