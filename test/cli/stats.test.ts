import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../testing/cli.ts';
import { insertRows } from '../../testing/ledger-rows.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

describe('grayscale stats', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
    await insertRows(database, { count: 600, failEvery: 100, prefix: 'old' });
    await insertRows(database, {
      count: 600,
      since: '2026-01-02T00:00:00Z',
      version: '0.2.0',
      decodeMs: 2,
    });
    await insertRows(database, {
      count: 600,
      since: '2026-01-03T00:00:00Z',
      version: '0.3.0',
      decodeMs: 20,
    });
    await insertRows(database, { count: 4, since: '2026-01-04T00:00:00Z', version: '0.4.0' });
  });
  afterAll(() => database.drop());

  const stats = async (...args: string[]) => {
    const env = { DATABASE_URL: database.url, LAMBDA_MEMORY_MB: '1024' };
    const { exitCode, stdout, stderr } = await runCli(['stats', ...args], { env });
    return { exitCode, stdout: stdout.toString(), stderr };
  };

  test('prints outcomes, a table with intervals and histograms, and failures', async () => {
    const { exitCode, stdout, stderr } = await stats('--since', '2026-01-01');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^1,804 images: 1,798 converted, 6 failed, 0 skipped, from 2026-01-01 00:00 to /,
    );
    expect(stdout).toMatch(
      /on Lambda +[\d.,]+ GB-seconds, about \$[\d.]+ with 1,024 MB, one image per invocation/,
    );
    expect(stdout).toMatch(/^stage +images +p50 ms +p90 +p95 +p99 +[\d.]+ to [\d.,]+ ms$/m);
    expect(stdout).toMatch(/^decode +1,798 +[\d.]+ \([\d.]+-[\d.]+\) .*[▁▂▃▄▅▆▇█]+$/m);
    expect(stdout).toMatch(/^CORRUPT_IMAGE +6 +failed$/m);
  });

  test('prints the same as JSON, filtered as requested', async () => {
    const { stdout } = await stats('--since', '2026-01-01', '--by', 'version', '--json');
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      images: 1_804,
      failed: 6,
      by: 'version',
      cost: { memoryMb: 1_024 },
    });
    expect(report.groups.map(({ name }: { name: string }) => name)).toEqual([
      '0.2.0',
      '0.3.0',
      '0.1.0',
      '0.4.0',
    ]);
  });

  test('reports that nothing was recorded', async () => {
    const { exitCode, stdout } = await stats('--since', '1h');
    expect(stdout).toMatch(/^No images were recorded from .* to .* UTC\.\n$/);
    expect(exitCode).toBe(0);
  });

  test('compares two versions in a sentence for each stage', async () => {
    const { exitCode, stdout } = await stats(
      '--since',
      '2026-01-01',
      '--compare',
      '0.1.0',
      '0.2.0',
    );
    expect(stdout).toMatch(
      /^image +[\d.]+ -> [\d.]+ ms +0\.2\.0 is \d\d % faster than 0\.1\.0 \(95 % CI \d\d to \d\d; n = 600 and 594\)$/m,
    );
    expect(stdout).toMatch(/^decode .* 0\.2\.0 is 7\d % faster than 0\.1\.0 /m);
    expect(stdout).toMatch(
      /^encode .* 0\.2\.0 is not shown to be faster or slower than 0\.1\.0: /m,
    );
    expect(stdout).toMatch(/The images are similar in size: median 2\.\d\d MP in 0\.1\.0/);
    expect(stdout).toMatch(/^No regression found: /m);
    expect(exitCode).toBe(0);
  });

  test('exits 1 on a regression beyond the tolerance, and 0 within it', async () => {
    const args = ['--since', '2026-01-01', '--compare', '0.1.0', '0.3.0'];
    const strict = await stats(...args);
    expect(strict.stdout).toMatch(
      /^Regression: 0\.3\.0 is slower by more than 5 % over the whole interval, by time per image\.$/m,
    );
    expect(strict.exitCode).toBe(1);
    expect((await stats(...args, '--tolerance', '500')).exitCode).toBe(0);
    const json = await stats(...args, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ isRegression: true, judgedBy: 'image' });
    expect(json.exitCode).toBe(1);
  });

  test('compares two periods', async () => {
    const { stdout } = await stats('--compare', '2026-01-01..2026-01-02', '2026-01-02..2026-01-03');
    expect(stdout).toMatch(
      /2026-01-02\.\.2026-01-03 is \d\d % faster than 2026-01-01\.\.2026-01-02/,
    );
  });

  test('reports when there are too few rows to compare', async () => {
    const { exitCode, stdout } = await stats(
      '--since',
      '2026-01-01',
      '--compare',
      '0.1.0',
      '0.4.0',
    );
    expect(stdout).toMatch(/^image +0\.4\.0: too few rows to compare \(n = 4 and 594; /m);
    expect(exitCode).toBe(0);
  });

  test.each([
    [
      'an invalid time',
      ['--since', 'yesterday'],
      /Expected --since to be an age .* received "yesterday"/,
    ],
    ['a time in the future', ['--since', '2999-01-01'], /in the past/],
    ['one version', ['--compare', '0.1.0'], /two versions or two times but received 1/],
    ['a version and a time', ['--compare', '0.1.0', '1d..'], /received "0\.1\.0" and "1d\.\."/],
    ['an invalid period', ['--compare', '1d..2d', '3d..2d'], /such as .* but received "1d\.\.2d"/],
    [
      'a version without rows',
      ['--since', '2026-01-01', '--compare', '0.1.0', '9.9.9'],
      /No images of 9\.9\.9 were found/,
    ],
    ['an unknown grouping', ['--by', 'colour'], /Allowed choices are stage, version, format, size/],
    ['an invalid tolerance', ['--tolerance', '-5'], /Expected a percentage/],
  ])('exits 2 for %s', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await stats(...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('reports what is known of rows that the original program wrote', async () => {
    const original = await createDatabase();
    await original.query(
      "INSERT INTO image_metadata (file_name) VALUES ('gray_a.jpg'), ('gray_b.jpg')",
    );
    const env = { DATABASE_URL: original.url };
    const { exitCode, stdout } = await runCli(['stats'], { env });
    expect(stdout.toString()).toMatch(/^2 images: 2 converted, 0 failed, 0 skipped/);
    expect(stdout.toString()).toContain(
      'No conversion times: the rows were written by the original program.',
    );
    expect(exitCode).toBe(0);
    await original.drop();
  });

  test('names the command to run for a database that is not migrated, and exits 1', async () => {
    const empty = await createDatabase({ migrated: false });
    const { exitCode, stderr } = await runCli(['stats'], { env: { DATABASE_URL: empty.url } });
    expect(stderr).toMatch(
      /^Expected the table image_metadata .* Run `npx grayscale migrate`\.\n$/,
    );
    expect(exitCode).toBe(1);
    await empty.drop();
  });

  test('reports in a sentence that no database answers, and exits 1', async () => {
    const { exitCode, stderr } = await runCli(['stats'], {
      env: { DB_HOST: '127.0.0.1', DB_PORT: '1' },
    });
    expect(stderr).toMatch(
      /^Expected PostgreSQL at 127\.0\.0\.1:1 to accept a connection but it does not .*\n$/,
    );
    expect(exitCode).toBe(1);
  });
});
