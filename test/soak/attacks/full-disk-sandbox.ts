import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toGrayscale } from '../../../src/convert/index.ts';
import type { ImageList } from '../../../src/server/api/schemas.ts';
import { runCli, startCli } from '../../../testing/cli.ts';
import { photoLikeJpeg } from '../../../testing/images.ts';
import { fillDisk, openSmallDisk } from '../../../testing/small-disk.ts';
import type { Violation } from '../check-promise.ts';
import { containsStackTrace } from './full-disk.ts';

/** How a sandbox without room for its database ended. */
export interface FailedStart {
  exitCode: number | null;
  output: string;
}

const anyPorts = { SANDBOX_S3_PORT: '0', SANDBOX_DB_PORT: '0', SANDBOX_API_PORT: '0' };

export async function startSandboxOnFullDisk(): Promise<FailedStart> {
  const disk = await openSmallDisk(8 * 2 ** 20);
  try {
    const env = { ...anyPorts, TMPDIR: disk.folder };
    const { exitCode, stdout, stderr } = await runCli(['sandbox'], { env });
    return { exitCode, output: stdout + stderr };
  } finally {
    await disk.close();
  }
}

export function checkFailedStart({ exitCode, output }: FailedStart): Violation[] {
  const reasons = [
    ...(exitCode === 1 ? [] : [`ended with exit code ${exitCode} instead of 1`]),
    ...(/\bdisk\b/.test(output) ? [] : [`does not name the disk: ${output.slice(0, 300)}`]),
    ...(containsStackTrace(output) ? ['shows a stack trace'] : []),
  ];
  return reasons.map((reason) => ({ key: 'sandbox started on a full disk', reason }));
}

/** The results of uploads to a sandbox while its disk was full. */
export interface FilledSandbox {
  /** The response of the API to each upload. */
  uploadStatuses: number[];
  /** Whether the API answered while the disk was full. */
  wasHealthy: boolean;
  /** By key, once there was room again. */
  rows: [key: string, status: string][];
  outputs: Map<string, Uint8Array>;
  expected: Map<string, Uint8Array>;
  exitCode: number | null;
}

const uploads = 24;
const fullMs = 3_000;
/** Failed attempts are repeated after up to 30 s. */
const recoveryTimeoutMs = 90_000;

export async function fillDiskOfSandbox({ salt }: { salt: number }): Promise<FilledSandbox> {
  const disk = await openSmallDisk(112 * 2 ** 20);
  const sandbox = startCli(['sandbox'], { env: { ...anyPorts, TMPDIR: disk.folder } });
  try {
    const url = await urlOf(sandbox);
    const ballast = join(disk.folder, 'ballast');
    await fillDisk(ballast);
    const sources = await makeSources(salt);
    const uploadStatuses: number[] = [];
    for (const [key, body] of sources) {
      const { status } = await fetch(`${url}/v1/uploads?key=${key}`, { method: 'POST', body });
      uploadStatuses.push(status);
    }
    await sleep(fullMs);
    const wasHealthy = (await fetch(`${url}/healthz`)).ok;
    await rm(ballast);
    const images = await untilRecorded(url);
    const outputs = await readOutputs(url, images);
    sandbox.kill('SIGINT');
    const [exitCode] = await once(sandbox, 'exit');
    const rows = images.map(({ source, status }): [string, string] => [source.key ?? '', status]);
    const expected = await convertAll(sources);
    return { uploadStatuses, wasHealthy, rows, outputs, expected, exitCode };
  } finally {
    sandbox.kill('SIGKILL');
    await disk.close();
  }
}

export function checkFilledSandbox(filled: FilledSandbox): Violation[] {
  const { uploadStatuses, wasHealthy, rows, outputs, expected, exitCode } = filled;
  const statuses = Map.groupBy(rows, ([key]) => key);
  const reasons = [
    ...uploadStatuses.flatMap((status) =>
      status === 202 ? [] : [`answered ${status} to an upload`],
    ),
    ...(wasHealthy ? [] : ['did not answer /healthz']),
    ...[...expected].flatMap(([key, bytes]) => {
      const found = (statuses.get(key) ?? []).map(([, status]) => status).join();
      const output = outputs.get(key);
      return [
        ...(found === 'converted'
          ? []
          : [`has the rows "${found}" for ${key} instead of one converted row`]),
        ...(output && Buffer.compare(output, bytes) === 0
          ? []
          : [`has no complete output of ${key}`]),
      ];
    }),
    ...(exitCode === 0 ? [] : [`ended with exit code ${exitCode} instead of 0`]),
  ];
  return reasons.map((reason) => ({ key: 'sandbox whose disk was full', reason }));
}

async function urlOf({ stdout, stderr }: ReturnType<typeof startCli>): Promise<string> {
  let output = '';
  stderr.on('data', (data) => {
    output += data;
  });
  for await (const data of stdout.iterator({ destroyOnReturn: false })) {
    output += data;
    if (output.includes('Ctrl-C stops')) break;
  }
  stdout.resume(); // unread output would fill the pipe
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
  if (!url) throw new Error(`Expected the sandbox to start but received: ${output}`);
  return url;
}

async function makeSources(salt: number): Promise<Map<string, Buffer<ArrayBuffer>>> {
  const numbers = Array.from({ length: uploads }, (_, i) => i);
  return new Map(
    await Promise.all(
      numbers.map(async (i) => {
        const bytes = Buffer.from(await photoLikeJpeg({ seed: salt + i }));
        return [`full/${i}.jpg`, bytes] as const;
      }),
    ),
  );
}

async function convertAll(sources: Map<string, Uint8Array>): Promise<Map<string, Uint8Array>> {
  return new Map(
    await Promise.all(
      [...sources].map(async ([key, bytes]) => [key, (await toGrayscale(bytes)).bytes] as const),
    ),
  );
}

type Images = ImageList['images'];

/** Returns the rows as soon as there is one per upload, or the existing ones after a while. */
async function untilRecorded(url: string): Promise<Images> {
  const deadline = performance.now() + recoveryTimeoutMs;
  for (;;) {
    const answer = await fetch(`${url}/v1/images?prefix=full/&limit=100`);
    const images = answer.ok ? ((await answer.json()) as ImageList).images : [];
    if (images.length >= uploads || performance.now() > deadline) return images;
    await sleep(500);
  }
}

async function readOutputs(url: string, images: Images): Promise<Map<string, Uint8Array>> {
  const outputs = new Map<string, Uint8Array>();
  for (const { source, links } of images) {
    if (!links.gray) continue;
    const answer = await fetch(url + links.gray);
    if (answer.ok) outputs.set(source.key ?? '', Buffer.from(await answer.arrayBuffer()));
  }
  return outputs;
}
