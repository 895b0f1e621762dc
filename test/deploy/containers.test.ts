// Dockerfile, compose.yaml and deploy/kubernetes name variables, ports, paths and commands of the program.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { configVariables, readConfig } from '../../src/config/index.ts';
import { allocatorSettings } from '../../src/isolation/allocator.ts';
import { migrateQueue } from '../../src/queue/boss.ts';
import { createPostgresQueue } from '../../src/queue/postgres-queue.ts';
import { health, metrics, readiness } from '../../src/server/api/system-routes.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

const dockerfile = readFileSync('Dockerfile', 'utf8');
const [buildStage = '', finalStage = ''] = dockerfile.split(/^(?=FROM )/m).slice(1);
const config = readConfig({});
const commands = globSync('src/cli/commands/*.ts').map((path) => basename(path, '.ts'));

/** The AWS SDK reads these by itself. */
const sdkVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
const variables = new Set([...configVariables.map(({ name }) => name), ...sdkVariables]);

/** ENV instructions of the final stage. */
const imageEnv = Object.fromEntries(
  [...finalStage.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) =>
    line.split(' ').map((entry) => entry.split(/=(.*)/s).slice(0, 2)),
  ),
);

describe('the Dockerfile', () => {
  test('copies what the npm package holds, and the production dependencies', () => {
    const copied = [...finalStage.matchAll(/^COPY --from=build (.+) \S+$/gm)].flatMap(
      ([, paths = '']) => paths.split(' ').filter((path) => path.startsWith('/build/')),
    );
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    const folders = files.filter((file) => !file.startsWith('!') && !file.endsWith('.md'));
    expect(copied.map((path) => path.slice('/build/'.length)).sort()).toEqual(
      [...folders, 'LICENSE', 'node_modules', 'package.json'].sort(),
    );
    expect(buildStage).toContain('npm prune --omit=dev');
  });

  test('sets the allocator and the ports, and a user that is not root', () => {
    expect(imageEnv).toEqual({
      ...{ NODE_ENV: 'production', HOST: '0.0.0.0', PORT: `${config.server.port}` },
      ...{ WORKER_PORT: '9090', ...allocatorSettings },
    });
    expect(finalStage).toMatch(/^EXPOSE 8080 9090$/m);
    expect(finalStage).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  });

  test('the build context holds every file that the build copies', () => {
    const kept = readFileSync('.dockerignore', 'utf8').match(/(?<=^!).+$/gm) ?? [];
    const [, own = ''] = /^COPY (package\.json .+) \.\/$/m.exec(buildStage) ?? [];
    expect(kept).toEqual(expect.arrayContaining([...own.split(' '), 'bin', 'migrations', 'src']));
    for (const path of kept) expect(globSync(path)).toEqual([path]);
  });

  describe('the health check', () => {
    const command = JSON.parse(/HEALTHCHECK .* CMD (\[.+\])$/m.exec(dockerfile)?.[1] ?? '[]');
    const check = (env: Record<string, string>) =>
      new Promise<number | null>((resolve) => {
        spawn(process.execPath, command.slice(1), { env }).on('exit', resolve);
      });
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/healthz' ? 200 : 404;
      response.end();
    });
    let port: string;
    beforeAll(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      port = String((server.address() as AddressInfo).port);
    });
    afterAll(() => void server.close());

    test('passes if serve or work answers, and fails if neither does', async () => {
      expect(command[0]).toBe('/usr/local/bin/node');
      const [serve, work, none] = await Promise.all([
        check({ PORT: port, WORKER_PORT: '1' }),
        check({ PORT: '1', WORKER_PORT: port }),
        check({ PORT: '1', WORKER_PORT: '1' }),
      ]);
      expect([serve, work, none]).toEqual([0, 0, 1]);
    });
  });
});

interface Service {
  image: string;
  command?: string[];
  environment: Record<string, string>;
  ports?: string[];
}

describe('compose.yaml', () => {
  const { services } = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as {
    services: Record<string, Service>;
  };
  const own = Object.values(services).filter(({ image }) => image === 'grayscale-image-processor');

  test('runs commands of the program with its variables', () => {
    expect(own.map(({ command }) => command)).toEqual([['migrate'], ['serve'], ['work']]);
    for (const { environment } of own) {
      expect(Object.keys(environment).filter((name) => !variables.has(name))).toEqual([]);
    }
    expect(services.serve?.environment).toMatchObject({ QUEUE: 'postgres' });
  });

  test('publishes ports on loopback only', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    expect(published).toEqual(['127.0.0.1:9000:9000', `127.0.0.1:8080:${config.server.port}`]);
  });

  test('holds no password', () => {
    const text = readFileSync('compose.yaml', 'utf8');
    const secrets = [...text.matchAll(/^\s*\w*(?:PASSWORD|TOKEN\w*|SECRET\w*): *(.+)$/gm)];
    expect(secrets.length).toBeGreaterThan(5);
    for (const [, value] of secrets) expect(value).toMatch(/^(Bearer )?\$\{\w+:\?.+\}$/);
  });
});

interface Container {
  args: string[];
  ports?: { name: string; containerPort: number }[];
  [probe: string]: unknown;
}

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: {
    template?: { spec: { containers: Container[] } };
    triggers?: { metadata: { query: string; targetQueryValue: string } }[];
  };
}

describe('deploy/kubernetes', () => {
  const folder = 'deploy/kubernetes';
  const kustomization = parse(readFileSync(`${folder}/kustomization.yaml`, 'utf8'));
  const manifests = (kustomization.resources as string[]).flatMap((file) =>
    parseAllDocuments(readFileSync(`${folder}/${file}`, 'utf8')).map(
      (document) => document.toJS() as Manifest,
    ),
  );
  const containers = manifests.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);

  test('the kustomization lists every file', () => {
    const files = globSync(`${folder}/*.yaml`).map((path) => basename(path));
    expect([...kustomization.resources, 'kustomization.yaml'].sort()).toEqual(files.sort());
  });

  test('containers run commands of the program with its variables', () => {
    expect(containers.map(({ args }) => args)).toEqual([['migrate'], ['serve'], ['work']]);
    for (const [command = ''] of containers.map(({ args }) => args)) {
      expect(commands).toContain(command);
    }
    const literals = kustomization.configMapGenerator[0].literals as string[];
    const names = literals.map((literal) => literal.split('=')[0] ?? '');
    expect(names.filter((name) => !variables.has(name))).toEqual([]);
    const settings = Object.fromEntries(literals.map((literal) => literal.split(/=(.*)/s)));
    expect(() => readConfig(settings)).not.toThrow();
  });

  test('probes ask paths and ports that the program serves', () => {
    const ports = { serve: imageEnv.PORT, work: imageEnv.WORKER_PORT };
    for (const container of containers) {
      const [command] = container.args;
      if (command !== 'serve' && command !== 'work') continue;
      const [port] = container.ports ?? [];
      expect(String(port?.containerPort)).toBe(ports[command]);
      for (const [probe, route] of [
        ['startupProbe', health],
        ['livenessProbe', health],
        ['readinessProbe', readiness],
      ] as const) {
        expect(container[probe]).toMatchObject({ httpGet: { path: route.path, port: port?.name } });
      }
    }
    expect(metrics.path).toBe('/metrics');
  });

  describe('the scaler', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createDatabase();
      await migrateQueue(database);
    });
    afterAll(() => database.drop());

    test('counts the uploads that wait or are in progress', async () => {
      const [trigger] = manifests.find(({ kind }) => kind === 'ScaledObject')?.spec.triggers ?? [];
      const count = async () => {
        const { rows } = await database.query(trigger?.metadata.query ?? '');
        return Number(rows[0]?.count);
      };
      expect(await count()).toBe(0);
      const queue = createPostgresQueue(database);
      const upload = (key: string) => ({ bucket: 'uploads', key });
      await queue.send([upload('a'), upload('b'), upload('c'), upload('d')]);
      const taken = await queue.receive(3, new AbortController().signal);
      await queue.complete(taken.slice(0, 1));
      await queue.retry(taken.slice(1, 2), 'The store is away.');
      expect(await count()).toBe(3);
      await queue.close();
    });
  });
});

test('kubectl accepts the manifests, where it is installed', ({ skip }) => {
  const kubectl = spawnSync('kubectl', ['kustomize', 'deploy/kubernetes'], { encoding: 'utf8' });
  if (kubectl.error) skip('kubectl is not installed');
  expect(kubectl).toMatchObject({ status: 0 });
});
