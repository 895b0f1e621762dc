import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../src/version.ts';

const root = join(import.meta.dirname, '..');

describe('the import rules', () => {
  // Each row breaks one rule, in a copy of the project without other files.
  const wrong: [rule: string, file: string, text: string][] = [
    ['version.ts imports only what it may', 'version.ts', "import './lambda/start.ts';"],
    ['process imports only what it may', 'process/wrong.ts', "import '../convert/index.ts';"],
    ['convert imports only what it may', 'convert/wrong.ts', "import '../version.ts';"],
    ['gray-png imports only what it may', 'gray-png/wrong.ts', "import '../convert/index.ts';"],
    ['aws imports only what it may', 'aws/wrong.ts', "import '../pipeline/index.ts';"],
    ['gray-jpeg imports only what it may', 'gray-jpeg/wrong.ts', "import '../gray-png/index.ts';"],
    ['png-rows imports only what it may', 'png-rows/wrong.ts', "import '../gray-png/index.ts';"],
    ['config imports only what it may', 'config/wrong.ts', "import '../version.ts';"],
    ['pipeline imports only what it may', 'pipeline/wrong.ts', "import '../storage/s3.ts';"],
    ['events imports only what it may', 'events/wrong.ts', "import '../convert/index.ts';"],
    ['stats imports only what it may', 'stats/wrong.ts', "import '../storage/s3.ts';"],
    ['storage imports only what it may', 'storage/wrong.ts', "import '../app/start.ts';"],
    ['ledger imports only what it may', 'ledger/wrong.ts', "import '../storage/s3.ts';"],
    ['queue imports only what it may', 'queue/wrong.ts', "import '../storage/s3.ts';"],
    ['isolation imports only what it may', 'isolation/wrong.ts', "import '../storage/s3.ts';"],
    ['reconcile imports only what it may', 'reconcile/wrong.ts', "import '../storage/s3.ts';"],
    ['doctor imports only what it may', 'doctor/wrong.ts', "import '../storage/s3.ts';"],
    ['app imports only what it may', 'app/wrong.ts', "import '../lambda/start.ts';"],
    ['lambda imports only what it may', 'lambda/wrong.ts', "import '../storage/s3.ts';"],
    ['server imports only what it may', 'server/wrong.ts', "import '../sandbox/start.ts';"],
    ['worker imports only what it may', 'worker/wrong.ts', "import '../storage/s3.ts';"],
    ['sandbox imports only what it may', 'sandbox/wrong.ts', "import '../cli/main.ts';"],
    ['cli imports only what it may', 'cli/wrong.ts', "import type { it } from '../storage/s3.ts';"],
    [
      'events import types of pipeline',
      'events/wrong-value.ts',
      "import { it, type It } from '../pipeline/index.ts';",
    ],
    [
      'cli starts other entry points lazily',
      'cli/wrong-start.ts',
      "import { it } from '../sandbox/start.ts';",
    ],
    [
      'folders are imported through their index',
      'storage/wrong-door.ts',
      "export type { It } from '../pipeline/steps.ts';",
    ],
    ['src stands alone', 'pipeline/wrong-test.ts', "await import('../../test/support.ts');"],
    ['infra imports only the configuration', '../infra/wrong.ts', "import '../src/app/start.ts';"],
    ['web imports types only', '../web/wrong.ts', "import { it } from '../src/version.ts';"],
    ['no cycles', 'stats/cycle.ts', "import './cycle-back.ts';"],
    ['no dead modules', 'pipeline/dead.ts', 'export const unused = 1;'],
    [
      'only tests and benches import test code',
      '../tools/wrong.ts',
      "import '../test/support.ts';",
    ],
    ['sharp only in convert', 'cli/wrong-sharp.ts', "import sharp from 'sharp';"],
    [
      'the SDK is loaded on demand',
      'storage/eager-sdk.ts',
      "import { S3Client } from '@aws-sdk/client-s3';",
    ],
    [
      'the SDK is loaded on demand',
      'app/eager-client.ts',
      "import { it } from '../storage/s3-client.ts';",
    ],
    ['sharp is loaded on demand', 'convert/eager-sharp.ts', "import sharp from 'sharp';"],
    [
      '(@aws-sdk/[^/]+|pg) only in storage, ledger, queue, app, sandbox, lambda',
      'pipeline/wrong-sdk.ts',
      "import type { S3Client } from '@aws-sdk/client-s3';",
    ],
    [
      '(fauxqs|@electric-sql/[^/]+) only in sandbox',
      'ledger/wrong-pglite.ts',
      "import { PGlite } from '@electric-sql/pglite';",
    ],
    ['convert does no I/O', 'convert/wrong-io.ts', "import { readFile } from 'node:fs/promises';"],
    ['src needs no development tool', 'stats/wrong-dev.ts', "import fc from 'fast-check';"],
    ['imports are found', 'stats/wrong-name.ts', "import './no-such-module.ts';"],
    ['packages are declared', 'stats/wrong-package.ts', "import { parse } from 'acorn';"],
  ];

  const innocent: [file: string, text: string][] = [
    ['convert/right.ts', "import '../gray-png/index.ts';"],
    ['events/right.ts', "import type { It } from '../pipeline/index.ts';"],
    ['cli/right.ts', "await import('../sandbox/start.ts');"],
    ['ledger/right.ts', "import { Client } from 'pg';\nimport '../pipeline/index.ts';"],
    ['lambda/right.ts', "import type { SQSEvent } from 'aws-lambda';"],
  ];

  const imported: [file: string, text: string][] = [
    ...['version.ts', 'convert/index.ts', 'pipeline/index.ts', 'pipeline/steps.ts'],
    ...['gray-png/index.ts', 'app/start.ts'],
    ...[
      'storage/s3.ts',
      'storage/s3-client.ts',
      'sandbox/start.ts',
      'lambda/start.ts',
      'cli/main.ts',
    ],
    '../test/support.ts',
  ].map((file) => [file, 'export const it = 1;\nexport type It = 1;']);
  imported.push(['stats/cycle-back.ts', "import './cycle.ts';"]);

  let copy: string;
  let report: CruiseReport;

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'architecture-'));
    for (const file of ['package.json', '.dependency-cruiser.mjs']) {
      await cp(join(root, file), join(copy, file));
    }
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
    const files = [...imported, ...innocent, ...wrong.map(([, ...file]) => file)];
    for (const [file, text] of files) {
      const path = join(copy, 'src', file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, `${text}\n`);
    }
    report = await cruise(copy);
  });

  afterAll(() => rm(copy, { recursive: true, force: true }));

  test.each(wrong)('"%s" is broken by %s', (rule, file) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  test.each(innocent)('none but "no dead modules" is broken by %s', (file) => {
    expect(rulesBrokenBy(file).filter((rule) => rule !== 'no dead modules')).toEqual([]);
  });

  test('all have a case that breaks them', () => {
    const rules = report.summary.ruleSetUsed.forbidden.map(({ name }) => name);
    expect(wrong.map(([rule]) => rule)).toEqual(expect.arrayContaining(rules));
  });

  function rulesBrokenBy(file: string): string[] {
    const path = posix.join('src', file);
    return report.summary.violations
      .filter(({ from, to }) => [from, to].includes(path))
      .map(({ rule }) => rule.name);
  }
});

test('only src/config/index.ts reads the environment', async () => {
  const reads = /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[|from ['"](node:)?process['"]/;
  const readers: string[] = [];
  for await (const file of glob('src/**/*.ts', { cwd: root })) {
    if (reads.test(await readFile(join(root, file), 'utf8'))) readers.push(file);
  }
  expect(readers).toEqual([join('src', 'config', 'index.ts')]);
});

test('src/version.ts holds the version of package.json', async () => {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(version).toBe(manifest.version);
});

/** The part of dependency-cruiser’s JSON report that is read here. */
interface CruiseReport {
  summary: {
    violations: { from: string; to: string; rule: { name: string } }[];
    ruleSetUsed: { forbidden: { name: string }[] };
  };
}

async function cruise(cwd: string): Promise<CruiseReport> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      ...['--config', '.dependency-cruiser.mjs', '--output-type', 'json', '.'],
    ],
    { cwd, maxBuffer: 64 * 2 ** 20 },
  );
  return JSON.parse(stdout);
}
