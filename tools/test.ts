// Run by `npm test`. Every step runs even if an earlier one failed; the last line counts them all.
// Arguments are passed to vitest: npm test -- test/events
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The part of vitest’s JSON report that is read here. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

const checks = [
  { title: 'Lint', script: 'lint' },
  { title: 'Types', script: 'types' },
  { title: 'Import rules', script: 'imports' },
];

const results: Counts[] = [];
for (const { title, script } of checks) {
  console.log(`\n== ${title}`);
  results.push(counted((await run(script)) === 0));
}
console.log('\n== Tests');
results.push(await runTests(process.argv.slice(2)));

const total = results.reduce((sum, { passed, failed, skipped }) => ({
  passed: sum.passed + passed,
  failed: sum.failed + failed,
  skipped: sum.skipped + skipped,
}));
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(
  `\n${total.passed} passed, ${total.failed} failed` +
    (total.skipped > 0 ? `, ${total.skipped} skipped` : ''),
);

async function runTests(args: string[]): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'vitest-report-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const exitCode = await run('unit', [...reporters, ...args]);
    const counts = countTests(JSON.parse(await readFile(file, 'utf8')));
    // No test ran, or something failed outside every test, for example an unhandled rejection.
    const failedOutside = exitCode !== 0 && counts.failed === 0;
    if (failedOutside || counts.passed + counts.failed === 0) counts.failed += 1;
    return counts;
  } catch (error) {
    console.error(`vitest left no report: ${(error as Error).message}`);
    return counted(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function countTests(report: VitestReport): Counts {
  // A file that does not load, or whose hook fails, fails without a failed test in it.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function counted(passed: boolean): Counts {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

/** Runs a script of package.json, with its output streamed, and returns its exit code. */
function run(script: string, args: string[] = []): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
      stdio: 'inherit',
      // npm is a batch file on Windows.
      shell: process.platform === 'win32',
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
