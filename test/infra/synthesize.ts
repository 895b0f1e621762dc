import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { vi } from 'vitest';
import { createApp } from '../../infra/checked-app.ts';
import { GrayscaleStack } from '../../infra/grayscale-stack.ts';
import { type EnvironmentSettings, readSettings } from '../../infra/settings-schema.ts';

export interface Synthesized {
  templates: Record<string, Template>;
  /** Findings of cdk-nag and CDK's own validation, one per line. */
  findings: string[];
  /** Warnings of the stacks, one per line. */
  warnings: string[];
}

/** Synthesizes stacks with these settings, and one that breaks rules, in one app, since each app is slow. */
export function synthesize(
  environments: Record<string, EnvironmentSettings>,
  addWrong: (app: App) => void = () => {},
): Synthesized {
  const folder = mkdtempSync(join(tmpdir(), 'grayscale-cdk-'));
  try {
    const zip = join(folder, 'function.zip');
    // The end of an archive without files.
    writeFileSync(zip, Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]));
    const outdir = join(folder, 'cdk.out');
    const app = createApp({ outdir, treeMetadata: false });
    for (const [name, settings] of Object.entries(environments)) {
      new GrayscaleStack(app, name, {
        settings: readSettings(name, settings),
        packaged: { code: () => Code.fromAsset(zip), sha256: 'abc' },
      });
    }
    addWrong(app);
    const reported = reportOf(app, outdir);
    const templates = Object.keys(environments).map((name) => {
      const text = readFileSync(join(outdir, `${name}.template.json`), 'utf8');
      return [name, Template.fromJSON(JSON.parse(text))];
    });
    const isWarning = (line: string) => line.startsWith('Annotation::');
    return {
      findings: reported.filter((line) => !isWarning(line)),
      warnings: reported.filter(isWarning),
      templates: Object.fromEntries(templates),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  pluginReports: {
    violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[];
  }[];
}

function reportOf(app: App, outdir: string): string[] {
  // CDK prints the report that is read below.
  const printing = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    app.synth();
  } catch {
    // The report contains the reason.
  }
  printing.mockRestore();
  const path = join(outdir, 'validation-report.json');
  if (!existsSync(path)) return [];
  const report: Report = JSON.parse(readFileSync(path, 'utf8'));
  return report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    ),
  );
}
