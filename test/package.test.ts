import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../src/version.ts';

const root = join(import.meta.dirname, '..');
const minimum = '22.15.0';

let folder: string;

// Packing, one installation and two more Nodes, all from the npm registry or its cache.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'package-'));
  await npm(root, 'pack', '--foreground-scripts', '--pack-destination', folder);
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  const node = `npm:node-${platform() === 'win32' ? 'win' : platform()}-${arch()}`;
  await write('package.json', {
    private: true,
    type: 'module',
    dependencies: {
      'grayscale-image-processor': `file:./${tarball}`,
      'node-minimum': `${node}@${minimum}`,
      'node-too-old': `${node}@20`,
    },
  });
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund');
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

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
    // Printed for the sandbox's SQLite, which old Nodes call experimental.
    const quiet = '--disable-warning=ExperimentalWarning';
    const { status, stdout, stderr } = run(node(), quiet, script, dist, '.js');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Number(stdout)).toBeGreaterThan(200);
  });

  test('has the built dashboard', async () => {
    const page = join(folder, 'node_modules/grayscale-image-processor/dist/web/index.html');
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(await readFile(page, 'utf8')) ?? [];
    expect((await readFile(join(page, '..', script ?? ''), 'utf8')).length).toBeGreaterThan(10_000);
  });

  test('converts an image as a library', async () => {
    const pixel = { width: 2, height: 1, channels: 3, background: '#ff0000' } as const;
    await sharp({ create: pixel }).png().toFile(join(folder, 'red.png'));
    await write(
      'library.js',
      `import { readFile, writeFile } from 'node:fs/promises';
       import { toGrayscale } from 'grayscale-image-processor';
       const gray = await toGrayscale(await readFile('red.png'));
       await writeFile('gray.png', gray.bytes);`,
    );
    const { status, stderr } = run(node(), 'library.js');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });

    const { data, info } = await sharp(join(folder, 'gray.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 2, height: 1 });
    const [red, green, blue] = data;
    expect(info.channels === 1 || (red === green && green === blue)).toBe(true);
  });
});

test('the package’s types compile in a strict project without any other types', async () => {
  await write('tsconfig.json', {
    compilerOptions: {
      module: 'nodenext',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: false,
      types: [],
    },
    files: ['consumer.ts'],
  });
  await write(
    'consumer.ts',
    `import { type GrayImage, toGrayscale } from 'grayscale-image-processor';
     export const gray: Promise<GrayImage> = toGrayscale(new Uint8Array(), { format: 'webp' });
     // @ts-expect-error: an any would accept this.
     export const wrong: Promise<number> = toGrayscale(new Uint8Array());`,
  );
  const { status, stdout } = run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'));
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
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
  return join(
    folder,
    'node_modules',
    nodePackage,
    'bin',
    `node${platform() === 'win32' ? '.exe' : ''}`,
  );
}

function run(node: string, ...args: string[]) {
  return spawnSync(node, args, { cwd: folder, encoding: 'utf8' });
}

function npm(cwd: string, ...args: string[]) {
  return shell(cwd, 'npm', ...args);
}

async function shell(cwd: string, command: string, ...args: string[]) {
  try {
    // npm and npx are batch files on Windows.
    return await promisify(execFile)(command, args, { cwd, shell: platform() === 'win32' });
  } catch (error) {
    // The error only says which command failed; the compiler prints the reason on standard output.
    const { message, stdout } = error as Error & { stdout?: string };
    throw new Error(`${message}\n${stdout ?? ''}`, { cause: error });
  }
}

function write(file: string, content: object | string): Promise<void> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return writeFile(join(folder, file), text);
}
