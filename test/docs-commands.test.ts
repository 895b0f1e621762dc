// The commands and HTTP calls in the documentation are compared with the program.
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../src/server/api/openapi.ts';

const read = (path: string) => readFileSync(path, 'utf8');

describe('commands', () => {
  const pages = globSync(['README.md', 'docs/*.md']);
  const commands = pages.flatMap((page) =>
    [...read(page).matchAll(/npx grayscale ([a-z-]+)([^`\n|#]*)/g)].map(
      ([, name = '', rest = '']) => [page, name, rest.trim()] as const,
    ),
  );

  test.each(commands)('%s: grayscale %s %s', async (_, name, rest) => {
    const module: Record<string, unknown> = await import(`../src/cli/commands/${name}.ts`);
    const [make] = Object.entries(module).flatMap(([key, value]) =>
      key.endsWith('Command') ? [value as (setExitCode: () => void) => Command] : [],
    );
    const flags = rest.match(/(?<=^|[\s[(])--?[a-z][a-z-]*/g) ?? [];
    const options = make?.(() => {}).options.flatMap(({ long, short }) => [long, short]);
    expect(options).toEqual(expect.arrayContaining(flags));
  });

  test('calls show the problem document of a failure, and fail', () => {
    for (const page of [...pages, 'src/sandbox/run.ts']) {
      const calls = read(page).match(/^ *curl .*$/gm) ?? [];
      for (const call of calls) expect(call, page).toContain('curl --fail-with-body ');
    }
  });

  test('npm scripts in the documentation exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const page of pages) {
      const names = [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
      expect(Object.keys(scripts), page).toEqual(expect.arrayContaining(names));
    }
  });

  test('docs/cli.md lists every command but the sandbox, which is `npm start`', () => {
    const names = commands.flatMap(([page, name]) => (page === 'docs/cli.md' ? [name] : []));
    const files = globSync('src/cli/commands/*.ts').map((path) => basename(path, '.ts'));
    expect(new Set(names)).toEqual(new Set(files.filter((name) => name !== 'sandbox')));
  });
});

describe('docs/api.md', () => {
  interface Operation {
    parameters?: { name: string; in: string }[];
  }
  const routes = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post', 'delete'] as const).flatMap((method) =>
      item[method] ? [{ path, method, operation: item[method] as Operation }] : [],
    ),
  );
  const calls = [...read('docs/api.md').matchAll(/^curl (.*)"\$api([^?"]*)\??([^"]*)"(.*)$/gm)].map(
    ([, before = '', path = '', query = '', after = '']) => {
      const isPost = /--json/.test(after) || /-X POST/.test(before);
      return { method: /-X DELETE/.test(before) ? 'delete' : isPost ? 'post' : 'get', path, query };
    },
  );
  // As in the server, the path /export is not an id.
  const routeOf = ({ method, path }: { method: string; path: string }) =>
    routes.find((route) => route.method === method && route.path === path) ??
    routes.find(
      (route) =>
        route.method === method &&
        new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );

  test.each(calls)('$method $path?$query', ({ method, path, query }) => {
    const route = routeOf({ method, path });
    const known = route?.operation.parameters?.filter((one) => one.in === 'query') ?? [];
    const names = [...new URLSearchParams(query).keys()];
    expect(route).toBeDefined();
    expect(known.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });

  test('calls every route', () => {
    const called = new Set(calls.map(routeOf));
    expect(routes.filter((route) => !called.has(route))).toEqual([]);
  });
});
