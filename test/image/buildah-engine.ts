import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Engine, imageName, unknownUser } from './engine.ts';
import { outputOf, runCommand, startCommand } from './run-command.ts';

// Needs no engine, no kernel features and no registry: base images that cannot be pulled are made
// from Debian's packages and this process's Node, under the names that the Dockerfile uses.
const env = { BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs' };

const bases: Record<string, { packages: string; hasNode: boolean }> = {
  'docker.io/library/node:24-bookworm-slim': {
    packages: 'ca-certificates,libstdc++6',
    hasNode: true,
  },
  'gcr.io/distroless/cc-debian12:nonroot': {
    packages: 'ca-certificates,libstdc++6',
    hasNode: false,
  },
};

const authoritiesFile = '/usr/local/share/ca-certificates/extra.pem';

const containers: string[] = [];
let mounted: { root: string; config: ImageConfig } | undefined;

interface ImageConfig {
  Entrypoint: string[];
  Env: string[];
  Healthcheck: { Test: string[] };
  WorkingDir: string;
}

export const buildahEngine: Engine = {
  async build(folder) {
    for (const [name, base] of Object.entries(bases)) {
      const has = (...command: string[]) =>
        spawnSync('buildah', [...command, name], { env: { ...process.env, ...env } }).status === 0;
      if (!has('inspect', '--type', 'image') && !has('pull')) makeBase(name, base);
    }
    const npmrc = join(homedir(), '.npmrc');
    const secret = existsSync(npmrc) ? ['--secret', `id=npmrc,src=${npmrc}`] : [];
    runCommand(
      'buildah',
      ['build', '--format', 'docker', ...secret, '--tag', imageName, folder],
      env,
    );
    const image = JSON.parse(outputOf('buildah', ['inspect', '--type', 'image', imageName], env));
    const container = outputOf('buildah', ['from', imageName], env);
    containers.push(container);
    const root = outputOf('buildah', ['mount', container], env);
    mounted = { root, config: image.Docker.config };
    const size = outputOf('du', ['-sb', root]).split('\t')[0];
    // The container's own file system: read-only, but for an empty /tmp.
    runCommand('mount', ['--bind', root, root]);
    runCommand('mount', ['-t', 'tmpfs', 'tmpfs', join(root, 'tmp')]);
    runCommand('mount', ['-o', 'remount,bind,ro', root]);
    return { sizeBytes: Number(size) };
  },
  run(args, settings) {
    return startCommand(
      'chroot',
      chrootArgs(settings, (config) => [...config.Entrypoint, ...args]),
    );
  },
  checkHealth() {
    const [command, ...args] = [
      'chroot',
      ...chrootArgs({ PORT: '18080', WORKER_PORT: '1' }, (config) =>
        config.Healthcheck.Test.slice(1),
      ),
    ];
    runCommand(command as string, args);
  },
  close() {
    const { root } = mounted ?? {};
    if (root) {
      spawnSync('umount', [join(root, 'tmp')]);
      spawnSync('umount', [root]);
    }
    for (const container of containers)
      spawnSync('buildah', ['rm', container], { env: { ...process.env, ...env } });
  },
};

/** `chroot` with the environment of the image, this user, and a command. */
function chrootArgs(
  settings: Record<string, string>,
  commandOf: (config: ImageConfig) => string[],
) {
  if (!mounted) throw new Error('Expected the image to be built first.');
  const { root, config } = mounted;
  const all = [
    // As runtimes set it for a user without an entry in /etc/passwd.
    'HOME=/',
    ...config.Env,
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ];
  return [
    ...[`--userspec=${unknownUser}:${unknownUser}`, '--groups=', root],
    ...[
      '/usr/local/bin/node',
      '-e',
      startScript,
      JSON.stringify([config.WorkingDir, all, commandOf(config)]),
    ],
  ];
}

/** An image without a shell has no `env` either: Node replaces itself by the command. */
const startScript = `const [cwd, env, [file, ...args]] = JSON.parse(process.argv[1]);
process.chdir(cwd);
const child = require('node:child_process').spawn(file, args, { stdio: 'inherit', env: Object.fromEntries(env.map((entry) => entry.split(/=(.*)/s).slice(0, 2))) });
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? 128));`;

function makeBase(
  name: string,
  { packages, hasNode }: { packages: string; hasNode: boolean },
): void {
  console.log(`${name} cannot be pulled: making it from Debian's packages.`);
  const folder = mkdtempSync(join(tmpdir(), 'image-base-'));
  try {
    const include = [...(packages ? [`--include=${packages}`] : [])];
    runCommand('debootstrap', ['--variant=minbase', ...include, 'bookworm', folder]);
    if (hasNode) copyNode(folder);
    const container = outputOf('buildah', ['from', 'scratch'], env);
    runCommand('buildah', ['add', '--quiet', container, folder, '/'], env);
    runCommand(
      'buildah',
      [
        ...['config', '--env', 'PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin'],
        ...(hasNode ? ['--env', `NODE_EXTRA_CA_CERTS=${authoritiesFile}`] : []),
        container,
      ],
      env,
    );
    runCommand('buildah', ['commit', '--quiet', '--rm', container, name], env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyNode(folder: string): void {
  const bin = join(folder, 'usr/local/bin');
  mkdirSync(bin, { recursive: true });
  cpSync(process.execPath, join(bin, 'node'), { dereference: true });
  // npm sets it for the scripts that it runs.
  const npm = dirname(dirname(process.env.npm_execpath ?? ''));
  cpSync(npm, join(folder, 'usr/local/lib/node_modules/npm'), { recursive: true });
  for (const command of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${command}-cli.js`, join(bin, command));
  }
  writeFileSync(join(folder, 'etc/resolv.conf'), '');
  // A network that reads TLS has its own authority, which npm needs as well.
  const { NODE_EXTRA_CA_CERTS: authorities } = process.env;
  if (authorities) cpSync(authorities, join(folder, authoritiesFile), { dereference: true });
}
