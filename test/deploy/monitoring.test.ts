// The Grafana dashboard and the Prometheus rules are compared with the metrics of the program.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/process/metrics.ts';
import { openApiDocument } from '../../src/server/api/openapi.ts';

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string };
}
interface Panel {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets: { expr: string; datasource: { uid: string } }[];
}

const read = (path: string) => readFileSync(path, 'utf8');
const rules: Rule[] = parse(read('deploy/prometheus/alerts.yaml')).groups[0].rules;
const dashboard: { panels: Panel[]; templating: { list: { name: string }[] } } = JSON.parse(
  read('deploy/grafana/dashboard.json'),
);
const queries = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
];

/** What Prometheus adds to each sample. */
const addedLabels = ['job', 'instance', 'le'];

/** The labels of each metric, by the name of its samples. */
async function readMetrics(): Promise<Map<string, Set<string>>> {
  const metrics = createMetrics();
  metrics.countOutcome({ status: 'failed', code: 'CORRUPT_IMAGE', stages: { decode: 1 } });
  metrics.observeRequest({ method: 'GET', route: '/v1', status: 200, seconds: 1 });
  metrics.addQueue(async () => ({ waiting: 1, inFlight: 1, dead: 1, oldestSeconds: 1 }));
  metrics.addPool(() => ({ used: 1, idle: 1, waiting: 1 }));
  metrics.addPolls();
  // As src/server/server.ts adds it.
  const [, live = ''] = /addGauge\(\s*'(\w+)'/.exec(read('src/server/server.ts')) ?? [];
  metrics.addGauge(live, 'help', () => 0);
  const labels = new Map([['up', new Set<string>()]]);
  for (const [, name = '', pairs = ''] of (await metrics.text()).matchAll(
    /^(\w+)(?:\{(.*)\})? /gm,
  )) {
    const known = labels.get(name) ?? new Set();
    for (const [, label = ''] of pairs.matchAll(/(\w+)="/g)) known.add(label);
    labels.set(name, known);
  }
  return labels;
}

const selectors = (expr: string) =>
  [...expr.matchAll(/\b(up|(?:grayscale|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', matchers = '']) => ({
      name,
      matchers: [...matchers.matchAll(/(\w+)(=~|!=|=)"([^"]*)"/g)].map(
        ([, label = '', , value = '']) => ({ label, value }),
      ),
    }),
  );

describe.each(queries)('%s', (_, expr) => {
  test('reads metrics and labels that exist', async () => {
    const metrics = await readMetrics();
    const used = selectors(expr);
    expect(used).not.toEqual([]);
    for (const { name, matchers } of used) {
      expect([...metrics.keys()]).toContain(name);
      const labels = [...(metrics.get(name) ?? []), ...addedLabels];
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) =>
        list.split(/,\s*/),
      );
      const named = matchers.map(({ label }) => label);
      expect(labels).toEqual(expect.arrayContaining([...named, ...grouped]));
    }
  });

  test('selects values that exist', () => {
    const values: Record<string, string[]> = {
      status: ['converted', 'skipped', 'failed', '5..'],
      state: ['waiting', 'in_flight', 'dead', 'used', 'idle'],
      route: Object.keys(openApiDocument().paths ?? {}),
      job: ['grayscale', '$job'],
    };
    for (const { matchers } of selectors(expr)) {
      for (const { label, value } of matchers) expect(values[label]).toContain(value);
    }
  });
});

test('the rules say how urgent each is, and docs/self-hosting.md what to do', () => {
  const page = read('docs/self-hosting.md');
  for (const rule of rules) {
    expect(rule.for).toMatch(/^\d+m$/);
    expect(['critical', 'warning']).toContain(rule.labels.severity);
    expect(rule.annotations.summary).toMatch(/^\S.+[^.]$/);
    expect(page).toContain(`| \`${rule.alert}\` |`);
  }
});

test('the panels do not overlap, and use the variables of the dashboard', () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const variables = new Set(dashboard.templating.list.map(({ name }) => `\${${name}}`));
  for (const { targets } of dashboard.panels) {
    for (const { datasource, expr } of targets) {
      expect(variables).toContain(datasource.uid);
      expect(expr).toContain('job=~"$job"');
    }
  }
});
