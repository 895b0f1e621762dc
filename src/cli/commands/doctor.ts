import { Command } from 'commander';
import { probesOf } from '../../app/open-probes.ts';
import { type Config, ConfigError, readConfig } from '../../config/index.ts';
import { examineAll, type Finding, type State } from '../../doctor/index.ts';
import { print, printable, printJson } from '../../process/terminal.ts';
import type { ExitCode } from '../exit-code.ts';

const marks: Record<State, string> = { good: 'ok', warning: '!!', bad: 'XX' };

/** `grayscale doctor` */
export function doctorCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .description('Examine configuration, database, store, engine and clock, and say what to do.')
    .option('--json', 'print the findings for other programs')
    .addHelpText(
      'after',
      `
Reads the same variables as the function and the server. Writes one small object under the outputs'
prefix and removes it again; changes nothing else.

Exit code: 0 nothing is bad, 1 something is.`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await runChecks();
      if (json) printJson(findings);
      else print(findings.map(formatFinding).join('\n'));
      const bad = findings.filter(({ state }) => state === 'bad').length;
      if (!json) print(bad > 0 ? `\n${bad} to mend.` : '\nNothing is bad.');
      setExitCode(bad > 0 ? 1 : 0);
    });
}

async function runChecks(): Promise<Finding[]> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const cure = 'docs/configuration.md has every variable. The rest was not examined.';
    return error.problems.map((what) => ({ subject: 'configuration', state: 'bad', what, cure }));
  }
  const what = 'every variable holds what it may';
  return [
    { subject: 'configuration', state: 'good', what },
    ...(await examineAll(probesOf(config))),
  ];
}

function formatFinding({ subject, state, what, cure }: Finding): string {
  const line = `${marks[state]}  ${subject.padEnd(13)}  ${printable(what)}`;
  return cure === undefined ? line : `${line}\n    ${' '.repeat(13)}  -> ${printable(cure)}`;
}
