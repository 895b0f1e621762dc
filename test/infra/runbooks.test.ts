// docs/operations.md matches the stack: its commands use existing outputs, and the alarms use metrics that
// the function writes.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { createOutcomeReporter } from '../../src/lambda/reporter.ts';
import { captureLog } from '../../testing/lambda-environment.ts';
import { synthesize } from './synthesize.ts';
import { variants } from './variants.ts';

const { templates } = synthesize({ plain: variants.plain, full: variants.full });
const plain = templates.plain as Template;
const full = templates.full as Template;
const pages = ['docs/operations.md', 'docs/deploy.md'].map((path) => readFileSync(path, 'utf8'));
const [operations = ''] = pages;
const outputsOf = (template: Template) => Object.keys(template.findOutputs('*'));

const folder = mkdtempSync(join(tmpdir(), 'grayscale-runbooks-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Answers requests for existing outputs, and prints every other command. */
const awsStandIn = `#!/bin/bash
if [ "$1 $2" = "cloudformation describe-stacks" ]; then
  name=\${6#*OutputKey==\\'}; name=\${name%%\\'*}
  case " $OUTPUTS " in *" $name "*) echo "<$name>" ;; *) exit 1 ;; esac
else
  echo "$(basename "$0") $*"
fi
`;

function run(script: string): string {
  for (const name of ['aws', 'npx']) {
    writeFileSync(join(folder, name), awsStandIn);
    chmodSync(join(folder, name), 0o755);
  }
  return execFileSync('bash', ['--norc', '-euc', script], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}`, OUTPUTS: outputsOf(plain).join(' ') },
  });
}

describe('runbooks', () => {
  const alarms = operations.slice(operations.indexOf('## When an alarm'));
  const [define = '', ...blocks] = [...alarms.matchAll(/```sh\n(.*?)```/gs)].map(
    ([, script = '']) => script,
  );
  const commands = blocks.filter((script) => script.includes('$(output '));

  test.each(commands)('use existing outputs: %s', (script) => {
    // A failing command in an argument does not end the shell; one in a variable does.
    const checked = script.replaceAll(/\$\(output (\w+)\)/g, '$$$1');
    const names = [...script.matchAll(/\$\(output (\w+)\)/g)].map(([, name]) => name);
    const values = names.map((name) => `${name}=$(output ${name})\n`).join('');
    expect(run(`${define}${values}${checked}`)).toMatch(/<\w+>/);
  });

  test('would fail with a missing output', () => {
    expect(() => run(`${define}Wrong=$(output Wrong)`)).toThrow();
    expect(commands.length).toBeGreaterThan(4);
  });

  test('name outputs of every stack, or of one with every option enabled', () => {
    const named = pages.flatMap((page) => [...page.matchAll(/output `?(\w+)`?\)/g)]);
    const written = pages.flatMap((page) => [...page.matchAll(/output `(\w+)`/g)]);
    const names = [...named, ...written].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(outputsOf(full)).toEqual(expect.arrayContaining(names));
    const capitals = operations.match(/\b(?:LOG-GROUP|SOURCE-BUCKET|[A-Z]+-QUEUE-[A-Z]+|UUID)\b/g);
    expect(capitals).toBeNull();
  });

  test('exist for every alarm', () => {
    const headings = alarms.match(/^### .*/gm)?.join(' ') ?? '';
    const ids = Object.keys(full.findResources('AWS::CloudWatch::Alarm')).map((id) =>
      id.replace(/^Alarms|[0-9A-F]{8}$/g, ''),
    );
    expect(ids.filter((id) => !headings.includes(id))).toEqual([]);
  });
});

interface AlarmMetric {
  MetricStat?: {
    Metric: { Namespace: unknown; MetricName: string; Dimensions: object[] };
  };
  Expression?: string;
}

describe('alarms on the function’s own metrics', () => {
  const metricsOf = (template: Template): AlarmMetric[] =>
    Object.values(template.findResources('AWS::CloudWatch::Alarm')).flatMap(
      ({ Properties }) => Properties.Metrics ?? [],
    );
  const own = metricsOf(plain).flatMap(({ MetricStat }) =>
    MetricStat && JSON.stringify(MetricStat.Metric.Namespace).includes('StackName')
      ? [MetricStat.Metric]
      : [],
  );

  test('use the names and dimensions that the function writes', () => {
    onTestFinished(() => {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
    });
    const lines = captureLog();
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    const reporter = createOutcomeReporter(readConfig({ METRICS_NAMESPACE: 'stack' }));
    reporter.ignored({ action: 'ignore', reason: 'test' });
    reporter.finish();
    const written = lines.map((line) => JSON.parse(line)).find((line) => '_aws' in line);
    const [{ Namespace, Dimensions }] = written._aws.CloudWatchMetrics;
    expect(Namespace).toBe('stack');
    const dimensions = Dimensions.flat().map((Name: string) => ({ Name, Value: written[Name] }));
    const source = readFileSync('src/lambda/reporter.ts', 'utf8');
    expect(own.length).toBeGreaterThan(0);
    for (const { MetricName, Dimensions: ofAlarm } of own) {
      expect(ofAlarm).toEqual(dimensions);
      expect(source).toContain(`'${MetricName}'`);
    }
  });

  const values = { converted: 1000, ignored: 1000, skipped: 0, messages: 2000 };
  const cases: [string, typeof values, boolean][] = [
    ['outputs that are announced and ignored', values, false],
    ['outputs that are ignored again and again', { ...values, ignored: 3000 }, true],
    ['outputs that are converted in turn', { ...values, converted: 1800, messages: 2000 }, true],
  ];
  test.each(cases)('are off or raised with %s', (_, counts, expected) => {
    const raised = Object.entries(plain.findResources('AWS::CloudWatch::Alarm'))
      .filter(([id]) => /OwnOutputs|MoreOutputs/.test(id))
      .map(([, { Properties }]) => {
        const { Expression } = Properties.Metrics.find((metric: AlarmMetric) => metric.Expression);
        const formula = Expression.replaceAll(/FILL\((\w+), 0\)/g, '$1');
        const value: number = new Function(...Object.keys(counts), `return ${formula}`)(
          ...Object.values(counts),
        );
        return value > Properties.Threshold;
      });
    expect(raised).toHaveLength(2);
    expect(raised.includes(true)).toBe(expected);
  });
});
