import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/reconcile/checkpoint-file.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import { fillDisk, openSmallDisk, smallDiskProblem } from '../../testing/small-disk.ts';
import { checkFullDisk, convertOntoFullDisk, type FullDiskRun } from './attacks/full-disk.ts';
import {
  checkFailedStart,
  checkFilledSandbox,
  type FilledSandbox,
  fillDiskOfSandbox,
  startSandboxOnFullDisk,
} from './attacks/full-disk-sandbox.ts';

const missing = await smallDiskProblem();
if (missing) console.log(`Skipped because a small disk cannot be created here: ${missing}`);

describe('convert', () => {
  test.each([false, true])(
    'leaves complete outputs when the shell limits the size of files, with --overwrite: %s',
    async (overwrite) => {
      const run = await convertOntoFullDisk({ salt: 1, overwrite, limitedBy: 'file size limit' });
      expect(checkFullDisk(run)).toEqual([]);
      expect(run.output).toMatch(/^4 converted, 0 skipped, 4 failed/m);
      expect(run.output).toContain('DISK_FULL: Expected free disk space for "');
    },
    30_000,
  );

  test.skipIf(missing).each([false, true])(
    'leaves complete outputs on a full disk, with --overwrite: %s',
    async (overwrite) => {
      const run = await convertOntoFullDisk({ salt: 2, overwrite, limitedBy: 'small disk' });
      expect(checkFullDisk(run)).toEqual([]);
      expect(run.output).toContain('ENOSPC');
    },
    30_000,
  );
});

describe('on a full disk', () => {
  test.skipIf(missing)('a checkpoint is unchanged, and no temporary file is left', async () => {
    const disk = await openSmallDisk(65_536);
    try {
      await fillDisk(join(disk.folder, 'ballast'));
      const path = join(disk.folder, 'checkpoint.json');
      const write = openCheckpoint(path).write({} as never);
      await expect(write).rejects.toMatchObject({ code: 'DISK_FULL' });
      expect(await readdir(disk.folder)).toEqual(['ballast']);
    } finally {
      await disk.close();
    }
  });

  test.skipIf(missing)('the file store reports that its disk is full', async () => {
    const disk = await openSmallDisk(65_536);
    try {
      const put = createFileStore().put(
        { bucket: disk.folder, key: 'deep/gray.png' },
        { bytes: Buffer.alloc(100_000) },
      );
      await expect(put).rejects.toThrow(/^Expected free disk space for ".*gray\.png" but/);
      expect(await readdir(join(disk.folder, 'deep'))).toEqual([]);
    } finally {
      await disk.close();
    }
  });
});

describe('a sandbox', () => {
  test.skipIf(missing)(
    'without room for its database reports that',
    async () => {
      const failed = await startSandboxOnFullDisk();
      expect(checkFailedStart(failed)).toEqual([]);
    },
    60_000,
  );

  test.skipIf(missing)(
    'whose disk was full converts all uploads once there is room',
    async () => {
      expect(checkFilledSandbox(await fillDiskOfSandbox({ salt: 1 }))).toEqual([]);
    },
    180_000,
  );
});

const bytes = Buffer.from('whole');

function correctRun(): FullDiskRun {
  const sources = new Map([['a.jpg', bytes]]);
  return {
    ...{ exitCode: 1, output: 'Expected free disk space for "b.png" but the disk is full' },
    ...{ sourcesBefore: sources, sources: new Map(sources) },
    outputsBefore: new Map([['b.png', Buffer.from('older')]]),
    outputs: new Map([
      ['a.png', bytes],
      ['b.png', Buffer.from('older')],
    ]),
    expected: new Map([
      ['a.png', bytes],
      ['b.png', bytes],
    ]),
  };
}

describe('the check of a conversion onto a full disk', () => {
  test('accepts a correct result', () => {
    expect(checkFullDisk(correctRun())).toEqual([]);
  });

  test.each<[string, (run: FullDiskRun) => unknown, string]>([
    [
      'half an output',
      ({ outputs }) => outputs.set('a.png', bytes.subarray(2)),
      'not a complete output',
    ],
    ['a temporary file', ({ outputs }) => outputs.set('.a.tmp', bytes), 'left ".a.tmp"'],
    ['a lost older output', ({ outputs }) => outputs.delete('b.png'), 'removed the older output'],
    ['a changed source', ({ sources }) => sources.set('a.jpg', Buffer.of()), 'changed its sources'],
    ['success', (run) => Object.assign(run, { exitCode: 0 }), 'exit code 0'],
    [
      'a message without the cause',
      (run) => Object.assign(run, { output: 'ENOSPC' }),
      'does not name the disk',
    ],
    ['a stack', (run) => Object.assign(run, { output: 'disk\n    at x.js' }), 'a stack trace'],
  ])('reports %s', (_, plant, reason) => {
    const run = correctRun();
    plant(run);
    expect(checkFullDisk(run).map((violations) => violations.reason)).toEqual([
      expect.stringContaining(reason),
    ]);
  });
});

test('the check of a failed start reports a wrong exit code and a message without the cause', () => {
  expect(checkFailedStart({ exitCode: 1, output: 'no disk space' })).toEqual([]);
  expect(checkFailedStart({ exitCode: 0, output: 'no disk space' })).toHaveLength(1);
  expect(checkFailedStart({ exitCode: 1, output: 'errno 51\n\nNode.js v24.1.0' })).toHaveLength(2);
});

function correctSandbox(): FilledSandbox {
  return {
    ...{ uploadStatuses: [202], wasHealthy: true, rows: [['a', 'converted']], exitCode: 0 },
    ...{ outputs: new Map([['a', bytes]]), expected: new Map([['a', bytes]]) },
  };
}

describe('the check of a sandbox whose disk was full', () => {
  test('accepts a correct result', () => {
    expect(checkFilledSandbox(correctSandbox())).toEqual([]);
  });

  test.each<[string, Partial<FilledSandbox>]>([
    ['a refused upload', { uploadStatuses: [500] }],
    ['a silent API', { wasHealthy: false }],
    ['a lost row', { rows: [] }],
    [
      'two rows',
      {
        rows: [
          ['a', 'converted'],
          ['a', 'converted'],
        ],
      },
    ],
    ['half an output', { outputs: new Map([['a', bytes.subarray(1)]]) }],
    ['a failed end', { exitCode: 1 }],
  ])('reports %s', (_, planted) => {
    expect(checkFilledSandbox({ ...correctSandbox(), ...planted })).toHaveLength(1);
  });
});

test('without user namespaces there is a reason and no disk', async () => {
  const path = process.env.PATH;
  const folder = await mkdtemp(join(tmpdir(), 'grayscale-no-unshare-'));
  process.env.PATH = folder;
  try {
    expect(await smallDiskProblem()).toMatch(/^Expected a user namespace .* ENOENT/);
  } finally {
    process.env.PATH = path;
    await rm(folder, { recursive: true });
  }
});
