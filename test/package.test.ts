// The npm package, packed and installed as users do, and run by plain Node.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync } from 'node:fs';
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoreAndQueue } from '../src/sandbox/store-and-queue.ts';
import { version } from '../src/version.ts';
import { resultOf } from '../testing/cli.ts';
import { s3Event } from '../testing/events.ts';
import {
  type InstalledPackage,
  installPackage,
  npmInstall,
  shell,
} from '../testing/installed-package.ts';
import { createDatabase, type TestDatabase } from '../testing/postgres.ts';
import { startS3 } from '../testing/s3.ts';
import { serverEnvironment } from '../testing/server.ts';
import { packageDependencies } from '../tools/package/contents.ts';
import { xmpOf } from './convert/copyright/sources.ts';

const root = join(import.meta.dirname, '..');
const minimum = '22.15.0';

let project: InstalledPackage;
let folder: string;
let older: string;

// Packing, two installations, all from the npm registry or its cache.
beforeAll(async () => {
  older = await mkdtemp(join(tmpdir(), 'older-'));
  [project] = await Promise.all([installPackage(), installOlderVersions()]);
  folder = project.folder;
}, 180_000);

afterAll(() => Promise.all([project?.remove(), rm(older, { recursive: true, force: true })]));

async function installOlderVersions(): Promise<void> {
  const node = `npm:node-${platform() === 'win32' ? 'win' : platform()}-${arch()}`;
  const dependencies = {
    'node-minimum': `${node}@${minimum}`,
    'node-too-old': `${node}@20`,
    typescript: '5.6',
  };
  await writeFile(join(older, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await npmInstall(older);
}

describe('the installation', () => {
  test('has at most 12 packages and 65 MB', () => {
    const modules = join(folder, 'node_modules');
    const entries = readdirSync(modules, { recursive: true, encoding: 'utf8' });
    const packages = entries.filter((path) =>
      /(^|node_modules[\\/])(@[^\\/]+[\\/])?[^\\/.@][^\\/]*[\\/]package\.json$/.test(path),
    );
    const bytes = entries
      .map((path) => lstatSync(join(modules, path)))
      .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
    console.log(
      `The package installs ${packages.length} packages, ${(bytes / 1e6).toFixed(1)} MB.`,
    );
    expect(packages.length).toBeLessThanOrEqual(12);
    expect(packages.length).toBeGreaterThan(5);
    expect(bytes).toBeLessThan(65e6);
  });

  test('has only the dependencies that cannot be bundled', async () => {
    const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies).toSorted()).toEqual(packageDependencies.toSorted());
  });

  test('lists what is bundled, with the licenses', async () => {
    const dist = join(folder, 'node_modules/grayscale-image-processor/dist');
    const { components } = JSON.parse(await readFile(join(dist, 'sbom.cdx.json'), 'utf8'));
    const names = components.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['@aws-sdk/client-s3', 'hono', 'pg', 'preact']));
    expect(names.filter((name: string) => /^(vitest|fauxqs|sharp)$/.test(name))).toEqual([]);
    const licenses = await readFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const { name, version } of components) expect(licenses).toContain(`${name} ${version} (`);
  });
});

test('package.json names the Node version that the package is tested on', async () => {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(`${manifest.engines.node}.0`).toBe(`>=${minimum}`);
});

describe.each([
  { name: `Node ${minimum}`, node: () => installed('node-minimum') },
  { name: `Node ${process.versions.node}`, node: () => process.execPath },
])('the package, installed in an empty project, on $name', ({ node }) => {
  test('has the command', () => {
    const { status, stdout, stderr } = run(node(), packedCommand(), '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Usage: grayscale');
  });

  test('has modules that can all be imported without starting anything', () => {
    const dist = join(folder, 'node_modules/grayscale-image-processor/dist');
    const script = join(root, 'testing/import-modules.js');
    const { status, stdout, stderr } = run(node(), script, dist, '.js');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Number(stdout)).toBeGreaterThan(50);
  });

  test('has the built dashboard', async () => {
    const page = join(folder, 'node_modules/grayscale-image-processor/dist/web/index.html');
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(await readFile(page, 'utf8')) ?? [];
    expect((await readFile(join(page, '..', script ?? ''), 'utf8')).length).toBeGreaterThan(10_000);
  });

  test('converts files with each decoder', async () => {
    const files = ['rgb-420.heic', 'rgb.jxl', 'rgb.jp2', 'rare/rgb.pcx'];
    for (const file of files) {
      await copyFile(join(root, 'test/convert/fixtures', file), join(folder, basename(file)));
    }
    await copyFile(join(root, 'samples/dunes.jpg'), join(folder, 'dunes.jpg'));
    const args = ['convert', '--overwrite', 'dunes.jpg', ...files.map((file) => basename(file))];
    const { status, stdout, stderr } = run(node(), packedCommand(), ...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.match(/^converted/gm)).toHaveLength(5);
  });

  test('converts an image as a library', async () => {
    const pixel = { width: 2, height: 1, channels: 3, background: '#ff0000' } as const;
    // The readers of XMP are CommonJS, which a bundle imports differently.
    const xmp = xmpOf({ creators: ['Ann'] });
    await sharp({ create: pixel }).withXmp(xmp).png().toFile(join(folder, 'red.png'));
    await project.write(
      'library.js',
      `import { readFile, writeFile } from 'node:fs/promises';
       import { toGrayscale } from 'grayscale-image-processor';
       const gray = await toGrayscale(await readFile('red.png'), { metadata: 'copyright' });
       await writeFile('gray.png', gray.bytes);`,
    );
    const { status, stderr } = run(node(), 'library.js');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });

    const { data, info } = await sharp(join(folder, 'gray.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 2, height: 1 });
    const { xmpAsString } = await sharp(join(folder, 'gray.png')).metadata();
    expect(xmpAsString).toContain('<rdf:li>Ann</rdf:li>');
    const [red, green, blue] = data;
    expect(info.channels === 1 || (red === green && green === blue)).toBe(true);
  });
});

test.each([
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
])('the package’s types compile in a strict project with $moduleResolution', async (how) => {
  await project.write('tsconfig.json', {
    compilerOptions: {
      ...how,
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      types: [],
    },
    files: ['consumer.ts'],
  });
  await project.write(
    'consumer.ts',
    `import { type GrayImage, toGrayscale } from 'grayscale-image-processor';
     export const gray: Promise<GrayImage> = toGrayscale(new Uint8Array(), { format: 'webp' });
     // @ts-expect-error: an any would accept this.
     export const wrong: Promise<number> = toGrayscale(new Uint8Array());
     // Since TypeScript 5.7, a Uint8Array of any buffer fits none of these.
     export const { bytes, contentType: type } = await gray;
     export const exact: Uint8Array<ArrayBuffer> = bytes;
     export const uses = [new Blob([bytes], { type }), new Response(bytes), new Request('', { body: bytes })];
     export const inputs = [new Blob([bytes]), new Response(bytes).body!, bytes.buffer, 'photo.jpg']
       .map((input) => toGrayscale(input, {}, { signal: AbortSignal.timeout(1_000) }));`,
  );
  // The newest one, and 5.9, which comes with the generator of API clients.
  for (const folder of ['node_modules', 'node_modules/oazapfts/node_modules']) {
    const compiler = join(root, folder, 'typescript/bin/tsc');
    const { status, stdout } = run(process.execPath, compiler, '--target', 'es2024');
    expect({ folder, status, stdout }).toEqual({ folder, status: 0, stdout: '' });
  }
});

test('the package’s types compile with TypeScript 5.6, in which typed arrays have no parameter', async () => {
  await project.write('tsconfig.json', {
    compilerOptions: {
      module: 'nodenext',
      target: 'es2022',
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: [],
    },
    files: ['consumer.ts'],
  });
  await project.write(
    'consumer.ts',
    `import { toGrayscale } from 'grayscale-image-processor';
     const { bytes } = await toGrayscale(new Blob([]), { format: 'source' });
     export const uses = [new Blob([bytes]), new Response(bytes)];`,
  );
  const compiler = join(older, 'node_modules/typescript/bin/tsc');
  expect(run(process.execPath, compiler)).toMatchObject({ status: 0, stdout: '' });
});

test('publint and @arethetypeswrong/cli find no fault', async () => {
  const modules = join(root, 'node_modules');
  const node = (module: string, ...args: string[]) =>
    shell(root, process.execPath, join(modules, module), ...args);
  // The default format depends on the width of the terminal.
  const format = ['--profile', 'esm-only', '--format', 'ascii'];
  const [publint, types] = await Promise.all([
    node('publint/src/cli.js', 'run', project.tarball, '--strict'),
    node('@arethetypeswrong/cli/dist/index.js', project.tarball, ...format),
  ]);
  expect(publint.stdout).toContain('All good!');
  expect(types.stdout).toContain('bundler: 🟢');
}, 60_000);

test.each(['grayscale', 'grayscale-image-processor'])('npx runs it as %s', async (name) => {
  const { stdout } = await shell(folder, 'npx', '--no-install', name, '--version');
  expect(stdout).toBe(`${version}\n`);
});

describe('the commands', () => {
  let store: StoreAndQueue;
  let database: TestDatabase;
  let env: Record<string, string | undefined>;
  beforeAll(async () => {
    [store, database] = await Promise.all([startS3(), createDatabase({ migrated: false })]);
    env = {
      PATH: process.env.PATH,
      ...serverEnvironment(store, database),
      S3_BUCKET: 'uploads',
    };
  });
  afterAll(async () => {
    await Promise.all([store.close(), database.drop()]);
  });

  /** Asynchronous: the store answers in this process. */
  async function command(...args: string[]) {
    const child = spawn(process.execPath, [packedCommand(), ...args], { cwd: folder, env });
    const { exitCode, stdout, stderr } = await resultOf(child);
    return { exitCode, stdout: stdout.toString(), stderr };
  }

  test('migrate, serve, backfill, verify, retry, stats and doctor work', async () => {
    const Body = await readFile(join(root, 'samples/dunes.jpg'));
    const put = (Key: string) =>
      store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body }));
    await put('a.jpg');
    expect(await command('migrate')).toMatchObject({ exitCode: 0, stderr: '' });

    await converts('a.jpg');

    await put('b.jpg');
    for (const args of [
      ['backfill', 's3://uploads/'],
      ['verify', '--deep', 's3://uploads/'],
      ['retry', '--failed'],
      ['stats'],
    ]) {
      const { exitCode, stderr } = await command(...args);
      expect({ args, exitCode, stderr }).toMatchObject({ exitCode: 0 });
    }
    expect((await database.rows()).map(({ source_key }) => source_key)).toEqual(['a.jpg', 'b.jpg']);
    expect((await command('doctor')).stdout).toMatch(/ok {2}database/);
  }, 60_000);

  /** The server converts in a process, reports from a thread, and serves the page. */
  async function converts(key: string): Promise<void> {
    const args = ['serve', '--port', '0', '--poll', 's3://uploads/'];
    const server = spawn(process.execPath, [packedCommand(), ...args], { cwd: folder, env });
    try {
      const url = await new Promise<string>((resolve) => {
        createInterface({ input: server.stdout }).on('line', (line) => {
          const { message, url } = JSON.parse(line);
          if (message === 'listening') resolve(url);
        });
      });
      const statuses = async () =>
        (await database.rows()).map(({ source_key, status }) => [source_key, status]);
      await expect.poll(statuses, { timeout: 20_000 }).toEqual([[key, 'converted']]);
      for (const path of ['/', '/docs', '/v1/stats', '/readyz', '/metrics', '/v1/images']) {
        const { status } = await fetch(url + path);
        expect({ path, status }).toEqual({ path, status: 200 });
      }
      expect(await (await fetch(url)).text()).toContain('/assets/');
    } finally {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
  }

  // As in the image: an unknown user, whose HOME is the root, on files that it cannot change.
  test.skipIf(process.getuid?.() !== 0)(
    'migrate, serve and work run as an unknown user on a read-only folder',
    async () => {
      const node = join(folder, 'node');
      await copyFile(process.execPath, node);
      await chmod(folder, 0o555);
      const own = {
        ...env,
        PATH: '',
        HOME: '/',
        QUEUE: 'postgres',
        S3_BUCKET: 'uploads',
        PORT: '0',
      };
      const start = (...args: string[]) =>
        spawn(node, [packedCommand(), ...args], { cwd: '/', env: own, uid: 12_345, gid: 12_345 });
      expect(await resultOf(start('migrate'))).toMatchObject({ exitCode: 0, stderr: '' });
      const parts = [start('serve'), start('work')];
      try {
        const messages = await Promise.all(parts.map(firstMessage));
        expect(messages).toEqual(['listening', 'working']);
      } finally {
        for (const part of parts) part.kill('SIGTERM');
        const results = await Promise.all(parts.map(resultOf));
        expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
        await chmod(folder, 0o755);
      }
    },
    60_000,
  );

  async function firstMessage({ stdout }: ChildProcessWithoutNullStreams): Promise<string> {
    const [line] = await once(createInterface({ input: stdout }), 'line');
    return JSON.parse(line).message;
  }

  test('inspect-event and compare-methods work', async () => {
    const event = s3Event({ bucket: 'uploads', key: 'a.jpg' });
    await project.write('event.json', event);
    const inspected = await command('inspect-event', 'event.json');
    expect(JSON.parse(inspected.stdout)).toMatchObject([{ key: 'a.jpg', action: 'process' }]);
    await copyFile(join(root, 'samples/dunes.jpg'), join(folder, 'photo.jpg'));
    expect(await command('compare-methods', 'photo.jpg')).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
  });

  test.each([[['sandbox']], [['sandbox', '--demo']]])('%j needs a clone', async (args) => {
    expect(await command(...args)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'Expected a clone of the repository, because the sandbox is not in the npm package. Clone it, and run `npm ci` and `npm start` there.\n',
    });
  });
});

test('a Node that is too old for the package gives a one-sentence error', () => {
  const { status, stdout, stderr } = run(installed('node-too-old'), packedCommand(), '--version');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(
    /^grayscale needs Node 22\.15 or newer, but this is Node 20\.[\d.]+: install a newer Node\.\n$/,
  );
});

test('a Node that is too old for the sources gives a one-sentence error', () => {
  const command = join(root, 'bin/grayscale.js');
  const { status, stdout, stderr } = run(installed('node-too-old'), command, '--version');
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^grayscale needs Node 22\.18 or newer, .* run `npm ci` .*\.\n$/);
});

test('npx runs the sources of a checkout', async () => {
  const npx = await shell(root, 'npx', '--no-install', 'grayscale', '--version');
  expect(npx.stdout).toBe(`${version}\n`);
});

function packedCommand(): string {
  return join(folder, 'node_modules/grayscale-image-processor/bin/grayscale.js');
}

function installed(nodePackage: string): string {
  const name = `node${platform() === 'win32' ? '.exe' : ''}`;
  return join(older, 'node_modules', nodePackage, 'bin', name);
}

function run(node: string, ...args: string[]) {
  return spawnSync(node, args, { cwd: folder, encoding: 'utf8' });
}
