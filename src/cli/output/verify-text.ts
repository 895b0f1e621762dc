import { printable } from '../../process/terminal.ts';
import {
  type FindingKind,
  findingKinds,
  maxReportedFindings,
  type RepairResult,
  type S3Location,
  type VerifyReport,
} from '../../reconcile/index.ts';
import { count, tableText } from './number-text.ts';

const meanings = {
  missing: 'missing: the source has no output',
  stale: 'stale: the output is not of the current content and recipe',
  unrecorded: 'unrecorded: the output has no row',
  different: 'different: the output differs from its converted source or its row',
  orphan: 'orphan: the source of the output is gone',
  dangling: 'dangling: the source and the output of a row are gone',
  unchecked: 'unchecked: the source could not be converted here',
} satisfies Record<FindingKind, string>;

interface ReportTextOptions {
  location: S3Location;
  sample: { size: number; seed: number } | undefined;
  isDeep: boolean;
}

/** The report as text: what was checked, each finding with its first keys, and the repairs. */
export function reportText(report: VerifyReport, options: ReportTextOptions): string {
  const found = findingKinds.filter((kind) => report.findings[kind].count > 0);
  const parts = [
    totalsText(report),
    inspectedText(report, options),
    found.length === 0 ? 'No differences found.' : findingsText(report, found),
    ...found.map((kind) => keysText(report, kind)),
    ...(report.repair ? [repairText(report.repair)] : []),
  ];
  return parts.join('\n\n');
}

/** The report for programs, without the keys, which are printed on separate lines. */
export function summaryOf(
  report: VerifyReport,
  { location, sample }: Pick<ReportTextOptions, 'location' | 'sample'>,
): object {
  const { findings, isFinished, repair } = report;
  const byKind = findingKinds.map((kind) => [kind, findings[kind].count]);
  return {
    ...location,
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
    [failed, 'sources that cannot be converted, according to their rows'],
    [recent, 'written after the start, not checked'],
    [leftOut, 'left out: other file types, folder markers, foreign files'],
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
  const sampling = sample && paired > sample.size ? ` (sample, seed ${sample.seed})` : '';
  const bytes = isDeep ? `; ${count(compared)} converted again and compared` : '';
  return `${count(inspected)} of ${count(paired)} outputs inspected${sampling}${bytes}.`;
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
    [queued, 'sent to the queue; verify again when it is empty'],
    [converted, 'converted'],
    [skipped, 'skipped: nothing left to convert'],
    [failed, 'failed; see their rows'],
    [unsettled, 'failed temporarily; run the command again'],
    [removed, 'deleted'],
    [left, 'left unchanged'],
  ];
  const shown = facts.filter(([some]) => some > 0);
  if (shown.length === 0) return 'Nothing to repair.';
  return `Repairs:\n${tableText(
    shown.map(([some, name]) => [count(some), name]),
    { right: [0] },
  )}`;
}
