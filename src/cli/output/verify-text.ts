import { printable } from '../../process/terminal.ts';
import {
  type FindingKind,
  findingKinds,
  maxReportedFindings,
  type Place,
  type RepairResult,
  type VerifyReport,
} from '../../reconcile/index.ts';
import { count, tableText } from './number-text.ts';

const meanings = {
  missing: 'missing: the source is there, its output is not',
  stale: 'stale: the output is of another content or recipe',
  unrecorded: 'unrecorded: the output has no row',
  different: 'different: the output is not what its source converts to, or was written',
  orphan: 'orphans: the source of the output is gone',
  dangling: 'dangling: a row whose source and output are gone',
  unchecked: 'unchecked: could not be converted here',
} satisfies Record<FindingKind, string>;

interface ReportTextOptions {
  place: Place;
  sample: { size: number; seed: number } | undefined;
  isDeep: boolean;
}

/** The report as text: what was checked, each finding with its first keys, and the repairs. */
export function reportText(report: VerifyReport, options: ReportTextOptions): string {
  const found = findingKinds.filter((kind) => report.findings[kind].count > 0);
  const parts = [
    totalsText(report),
    inspectedText(report, options),
    found.length === 0 ? 'All agrees.' : findingsText(report, found),
    ...found.map((kind) => keysText(report, kind)),
    ...(report.repair ? [repairText(report.repair)] : []),
  ];
  return parts.join('\n\n');
}

/** The report for programs, without the keys, which are printed on separate lines. */
export function summaryOf(
  report: VerifyReport,
  { place, sample }: Pick<ReportTextOptions, 'place' | 'sample'>,
): object {
  const { findings, isFinished, repair } = report;
  const byKind = findingKinds.map((kind) => [kind, findings[kind].count]);
  return {
    ...place,
    sample: sample ?? null,
    sources: report.sources,
    outputs: report.outputs,
    paired: report.paired,
    looked: report.inspected,
    compared: report.compared,
    failed: report.failed,
    underWay: report.recent,
    leftOut: report.leftOut,
    findings: Object.fromEntries(byKind),
    repair: repair ? { ...repair.outcomes, removed: repair.removed, left: repair.left } : null,
    isFinished,
  };
}

function totalsText({ sources, outputs, failed, recent, leftOut }: VerifyReport): string {
  const rows: [number, string][] = [
    [sources, 'sources'],
    [outputs, 'outputs'],
    [failed, 'sources that cannot be converted, by their rows'],
    [recent, 'written since this began, and not judged'],
    [leftOut, 'left out: other types, markers of folders, files of others'],
  ];
  const shown = rows.filter(([some], index) => index < 2 || some > 0);
  return tableText(
    shown.map(([some, name]) => [count(some), name]),
    { right: [0] },
  );
}

function inspectedText(
  { paired, inspected, compared }: VerifyReport,
  { sample, isDeep }: ReportTextOptions,
): string {
  const how = sample && paired > sample.size ? ` (a sample, seed ${sample.seed})` : '';
  const bytes = isDeep ? `; ${count(compared)} converted once more and compared` : '';
  return `${count(inspected)} of ${count(paired)} outputs looked at${how}${bytes}.`;
}

function findingsText({ findings }: VerifyReport, found: FindingKind[]): string {
  return tableText(
    found.map((kind) => [count(findings[kind].count), meanings[kind]]),
    { right: [0] },
  );
}

function keysText({ findings }: VerifyReport, kind: FindingKind): string {
  const { count: all, first } = findings[kind];
  const lines = first.map(({ key, reason }) => `  ${printable(`${key}: ${reason}`)}`);
  const more =
    all > maxReportedFindings
      ? [`  ... and ${count(all - maxReportedFindings)} more (--json)`]
      : [];
  return [`${kind}:`, ...lines, ...more].join('\n');
}

function repairText({ outcomes, removed, left }: RepairResult): string {
  const { queued, converted, skipped, failed, unsettled } = outcomes;
  const facts: [number, string][] = [
    [queued, 'put onto the queue; verify again once it is empty'],
    [converted, 'converted'],
    [skipped, 'skipped: there is nothing to convert any more'],
    [failed, 'cannot be converted; their rows say why'],
    [unsettled, 'not settled: run it once more'],
    [removed, 'removed'],
    [left, 'left as they are'],
  ];
  const shown = facts.filter(([some]) => some > 0);
  if (shown.length === 0) return 'Nothing to put right.';
  return `Put right:\n${tableText(
    shown.map(([some, name]) => [count(some), name]),
    { right: [0] },
  )}`;
}
