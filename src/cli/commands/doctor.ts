import { Command } from 'commander';
import { createProbes } from '../../app/open-probes.ts';
import { type Config, ConfigError, readConfig } from '../../config/index.ts';
import { examineAll, type Finding, type State } from '../../doctor/index.ts';
import { print, printable, printJson } from '../../process/terminal.ts';
import type { ExitCode } from '../exit-code.ts';

const marks: Record<State, string> = { good: 'ok', warning: '!!', bad: 'XX' };

/** `grayscale doctor` */
export function doctorCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description(
      'Check configuration, database, store, queue, engine and clock, and suggest fixes.',
    )
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Reads the same variables as the function and the server. Writes one small object under the output
prefix and deletes it; changes nothing else.

Exit code: 0 no errors, 1 errors.`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await runChecks();
      if (json) printJson(findings);
      else print(findings.map(formatFinding).join('\n'));
      const bad = findings.filter(({ state }) => state === 'bad').length;
      if (!json) print(bad > 0 ? `\nErrors to fix: ${bad}.` : '\nNo errors found.');
      setExitCode(bad > 0 ? 1 : 0);
    });
}

async function runChecks(): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const cure = 'See docs/configuration.md. Nothing else was checked.';
    return error.problems.map((what, at, { length }) => ({
      ...{ subject: 'configuration', state: 'bad', what },
      ...(at === length - 1 && { cure }),
    }));
  }
  const what = 'all variables are valid';
  return [
    { subject: 'configuration', state: 'good', what },
    ...(await examineAll(createProbes(config))),
  ];
}

function formatFinding({ subject, state, what, cure }: Finding): string {
  const line = `${marks[state]}  ${subject.padEnd(13)}  ${printable(what)}`;
  return cure === undefined ? line : `${line}\n    ${' '.repeat(13)}  -> ${printable(cure)}`;
}
