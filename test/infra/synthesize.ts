import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { createApp } from '../../infra/checked-app.ts';
import { GrayscaleStack } from '../../infra/grayscale-stack.ts';
import { type EnvironmentSettings, readSettings } from '../../infra/settings-schema.ts';

export interface Synthesized {
  templates: Record<string, Template>;
  /** What cdk-nag and CDK's own validation found, a line each. */
  findings: string[];
}

/** Stacks of these settings, all in one app, which takes its time, with one that breaks rules. */
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
    const findings = findingsOf(app, outdir);
    const templates = Object.keys(environments).map((name) => {
      const text = readFileSync(join(outdir, `${name}.template.json`), 'utf8');
      return [name, Template.fromJSON(JSON.parse(text))];
    });
    return { findings, templates: Object.fromEntries(templates) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  pluginReports: {
    violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[];
  }[];
}

function findingsOf(app: App, outdir: string): string[] {
  try {
    app.synth();
    return [];
  } catch {
    const report: Report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    return report.pluginReports.flatMap(({ violations }) =>
      violations.flatMap(({ ruleName, violatingConstructs }) =>
        violatingConstructs.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      ),
    );
  }
}
