import type { LedgerReader } from '../../ledger/ledger-reader.ts';
import { createRandom, type Random } from '../../stats/samples/index.ts';
import type { ObjectFiles } from '../../storage/object-files.ts';
import {
  type FindingKind,
  findingKinds,
  judgeKey,
  type KeyFinding,
  type Pair,
  type Verdict,
} from './findings.ts';
import { createInspector, type InspectOptions } from './inspect-outputs.ts';
import { type ListOptions, listKeys } from './list-keys.ts';
import { mergeLists } from './merge-lists.ts';
import type { Repair, RepairResult } from './repair.ts';

export interface VerifyOptions
  extends Omit<ListOptions & InspectOptions, 'files' | 'reader' | 'startedAtMs'> {
  files: Pick<ObjectFiles, 'list' | 'head' | 'open'>;
  reader: Pick<LedgerReader, 'contentStates' | 'keysOfOutputs' | 'findContent'>;
  /** How many outputs to inspect, chosen by the seed; if absent, all. */
  sample?: { size: number; seed: number } | undefined;
  repair?: Repair | undefined;
  startedAtMs?: number;
  /** When aborted, starts nothing further, but finishes current work. */
  signal: AbortSignal;
  onFinding?: (finding: KeyFinding) => Promise<void> | void;
  onProgress?: (report: VerifyReport) => void;
}

/**
 * The counts and findings of a run. Holds only the first keys of each kind: there may be millions.
 */
export interface VerifyReport {
  sources: number;
  outputs: number;
  /** Pairs of source and output, by the lists and the ledger. */
  paired: number;
  /** Of those, outputs whose metadata were compared, and whose bytes were compared. */
  inspected: number;
  compared: number;
  failed: number;
  recent: number;
  leftOut: number;
  findings: Record<FindingKind, { count: number; first: KeyFinding[] }>;
  repair?: RepairResult;
  isFinished: boolean;
}

/** Max findings of each kind in a report. */
export const maxReportedFindings = 20;

/**
 * Reads sources, outputs and ledger in parallel. Compares all entries of the lists and the ledger,
 * and inspects a sample, or all, of the resulting pairs.
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const { location, sample, signal, startedAtMs = Date.now() } = options;
  const report = emptyReport();
  const inspector = createInspector(options, report, (finding) =>
    reportFinding(finding, options, report),
  );
  const reservoir = sample && createReservoir<Pair>(sample.size, createRandom(sample.seed));
  for await (const entry of mergeLists(listKeys({ ...options, startedAtMs }))) {
    if (signal.aborted) break;
    if (entry.source) report.sources++;
    if (entry.output) report.outputs++;
    await applyVerdict(judgeKey(entry, { bucket: location.bucket, startedAtMs }));
    options.onProgress?.(report);
  }
  for (const pair of reservoir?.kept() ?? []) {
    if (signal.aborted) break;
    await inspector.addPair(pair);
    options.onProgress?.(report);
  }
  if (!signal.aborted) await inspector.finish();
  report.isFinished = !signal.aborted;
  const repaired = await options.repair?.finish();
  return { ...report, ...(repaired && { repair: repaired }) };

  async function applyVerdict(verdict: Verdict): Promise<void> {
    switch (verdict.type) {
      case 'finding':
        return await reportFinding(verdict.finding, options, report);
      case 'paired':
        report.paired++;
        return reservoir ? reservoir.offer(verdict.pair) : await inspector.addPair(verdict.pair);
      case 'unclaimed':
        return await inspector.addUnclaimed(verdict.output);
      default:
        report[verdict.type]++;
    }
  }
}

async function reportFinding(
  finding: KeyFinding,
  { onFinding, repair }: VerifyOptions,
  report: VerifyReport,
): Promise<void> {
  const found = report.findings[finding.kind];
  found.count++;
  if (found.first.length < maxReportedFindings) found.first.push(finding);
  await onFinding?.(finding);
  await repair?.add(finding);
}

function emptyReport(): VerifyReport {
  const findings = findingKinds.map((kind) => [kind, { count: 0, first: [] }]);
  return {
    ...{ sources: 0, outputs: 0, paired: 0, inspected: 0, compared: 0 },
    ...{ failed: 0, recent: 0, leftOut: 0 },
    findings: Object.fromEntries(findings) as VerifyReport['findings'],
    isFinished: false,
  };
}

/** A uniform sample of fixed size from a stream of unknown length. */
interface Reservoir<Entry> {
  offer(entry: Entry): void;
  /** The kept entries, in order of arrival. */
  kept(): Entry[];
}

/** J. S. Vitter, "Random Sampling with a Reservoir", ACM TOMS 11 (1), 1985: algorithm R. */
function createReservoir<Entry>(size: number, random: Random): Reservoir<Entry> {
  const entries: { entry: Entry; at: number }[] = [];
  let offered = 0;
  return {
    offer(entry) {
      const at = offered++;
      if (entries.length < size) entries.push({ entry, at });
      else {
        const slot = Math.floor(random() * (at + 1));
        if (slot < size) entries[slot] = { entry, at };
      }
    },
    kept: () => entries.toSorted((a, b) => a.at - b.at).map(({ entry }) => entry),
  };
}
