import { Command, InvalidArgumentError, Option } from 'commander';
import { findDatabaseProblems } from '../../app/find-problems.ts';
import { openStatistics, type StatisticsParts } from '../../app/open-statistics.ts';
import { readConfig } from '../../config/index.ts';
import { print, printJson } from '../../process/terminal.ts';
import {
  type Grouping,
  groupings,
  reportComparison,
  reportStats,
  sampleRows,
} from '../../stats/index.ts';
import { chooseSides } from '../compared-sides.ts';
import type { ExitCode } from '../exit-code.ts';
import { parseSince } from '../option-values.ts';
import { comparisonText } from '../output/comparison-text.ts';
import { statsText } from '../output/stats-text.ts';

interface Options {
  since?: string;
  by: Grouping;
  compare?: string[];
  /** A fraction, not a percentage. */
  tolerance: number;
  json?: boolean;
}

/** `grayscale stats` */
export function statsCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('stats')
    .description('Report processing times, failures and estimated cost from the database.')
    .option(
      '--since <when>',
      'an age (15m, 24h, 7d) or a time (2026-01-31); default: 24h, or 30d to compare versions',
    )
    .addOption(new Option('--by <group>', 'group times by').choices(groupings).default('stage'))
    .option(
      '--compare <two...>',
      'baseline and candidate: versions (0.1.0 0.2.0) or times (2026-01-01..2026-01-02 2026-01-08..)',
    )
    .addOption(
      new Option('--tolerance <percent>', 'largest slowdown that is not a regression')
        .argParser(parseTolerance)
        .default(0.05, '5'),
    )
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Connects to DATABASE_URL, or to DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD.
docs/statistics.md defines each number.

Exit code: 0 done, 1 a significant regression beyond the tolerance (5 % by default) or an unreachable
database, 2 usage error or no rows to compare.`,
    )
    .action(async (options: Options) => {
      const statistics = await openStatistics(readConfig(undefined, findDatabaseProblems));
      try {
        setExitCode(await (options.compare ? compare : describe)(options, statistics));
      } finally {
        await statistics.close();
      }
    });
}

async function describe(
  { since = '24h', by, json }: Options,
  { sampler, prices }: StatisticsParts,
): Promise<ExitCode> {
  const untilMs = Date.now();
  const window = { sinceMs: parseSince(since, untilMs), untilMs };
  const report = reportStats(await sampleRows(sampler, window), { window, by, prices });
  if (json) printJson(report);
  else print(statsText(report));
  return 0;
}

async function compare(
  { since = '30d', compare: names = [], tolerance, json }: Options,
  { sampler }: StatisticsParts,
): Promise<ExitCode> {
  const untilMs = Date.now();
  const window = { sinceMs: parseSince(since, untilMs), untilMs };
  const sides = await chooseSides(names, { window, sampler });
  const report = reportComparison(sides, { tolerance });
  if (json) printJson(report);
  else print(comparisonText(report));
  return report.isRegression ? 1 : 0;
}

function parseTolerance(text: string): number {
  const percent = /^\d{1,4}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (percent >= 0) return percent / 100;
  throw new InvalidArgumentError('Expected a percentage, such as 5.');
}
