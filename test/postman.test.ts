// The Postman collection matches the API, and runs against the sandbox from end to end.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../src/config/index.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/sandbox.ts';
import { postmanCollection, postmanEnvironment } from './postman/collection.ts';

const read = (name: string) => JSON.parse(readFileSync(`postman/${name}`, 'utf8'));

test.each([
  ['collection.json', postmanCollection],
  ['environment.json', postmanEnvironment],
])('postman/%s matches the output of `npm run postman`', (name, make) => {
  expect(read(name)).toEqual(JSON.parse(JSON.stringify(make())));
});

describe('the collection', () => {
  let sandbox: Sandbox;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'newman-'));
    const ports = { SANDBOX_S3_PORT: '0', SANDBOX_DB_PORT: '0', SANDBOX_API_PORT: '0' };
    sandbox = await startSandbox(readConfig({ ...ports, SANDBOX_WORKERS: '1' }), () => {});
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('runs in newman, all requests but the streams, as in Postman', async () => {
    const folders = ['System', 'Work', 'Events of each store', 'Images', 'Statistics'];
    const { failures, requests, assertions } = await newman(folders);
    expect(failures).toEqual([]);
    expect(requests).toBe(countRequests(folders));
    expect(assertions).toBeGreaterThan(requests);
  }, 120_000);

  async function newman(folders: string[]) {
    const report = join(folder, 'report.json');
    const args = [
      ...['node_modules/newman/bin/newman.js', 'run', 'postman/collection.json'],
      ...['--environment', 'postman/environment.json', '--env-var', `baseUrl=${sandbox.api?.url}`],
      ...['--reporters', 'json', '--reporter-json-export', report],
      ...folders.flatMap((name) => ['--folder', name]),
    ];
    // It exits with 1 when something failed; the report has the details.
    await promisify(execFile)(process.execPath, args).catch(() => {});
    const { run } = JSON.parse(readFileSync(report, 'utf8'));
    const failures = run.failures.map(({ source, error }: Failure) => [
      source?.name,
      error.message,
    ]);
    return { failures, requests: run.stats.requests.total, assertions: run.stats.assertions.total };
  }

  function countRequests(folders: string[]): number {
    const items = postmanCollection().item.filter(({ name }) => folders.includes(name));
    return items.reduce((sum, { item }) => sum + item.length, 0);
  }
});

interface Failure {
  source?: { name: string };
  error: { message: string };
}
