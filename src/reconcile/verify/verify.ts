import type { LedgerReader } from '../../ledger/ledger-reader.ts';
import type { PipelineParts } from '../../pipeline/index.ts';
import { createRandom } from '../../stats/samples/index.ts';
import type { ListedObject, ObjectFiles } from '../../storage/object-files.ts';
import type { Place } from '../index.ts';
import { compareOutputs } from './compare-outputs.ts';
import { type FindingKind, findingKinds, type KeyFinding } from './finding.ts';
import { judge, type Pair, type Verdict } from './judge.ts';
import { type ListOptions, listAll } from './lists.ts';
import { lookAtPair, lookAtUnclaimed } from './look.ts';
import { meet } from './meet.ts';
import type { Repair, RepairResult } from './repair.ts';
import { createSample } from './sample.ts';

export interface VerifyOptions extends Omit<ListOptions, 'files' | 'reader' | 'startedAtMs'> {
  place: Place;
  files: Pick<ObjectFiles, 'list' | 'look' | 'open'>;
  reader: Pick<LedgerReader, 'compare' | 'keysOfOutputs' | 'findContent'>;
  /** How many outputs are looked at, chosen by the seed; absent: all. */
  sample?: { size: number; seed: number } | undefined;
  /** What converts once more what is looked at; absent: its metadata is compared alone. */
  pipeline?: PipelineParts | undefined;
  repair?: Repair | undefined;
  startedAtMs?: number;
  /** Begins nothing further; what is under way is finished. */
  signal: AbortSignal;
  onFinding?: (finding: KeyFinding) => Promise<void> | void;
  onProgress?: (report: VerifyReport) => void;
}

/** What was gone through and found. Of each finding, the first keys only: there may be millions. */
export interface VerifyReport {
  sources: number;
  outputs: number;
  /** Sources and outputs that lists and ledger say belong together. */
  paired: number;
  /** Of those, outputs whose metadata were compared, and whose bytes. */
  looked: number;
  compared: number;
  failed: number;
  underWay: number;
  leftOut: number;
  findings: Record<FindingKind, { count: number; first: KeyFinding[] }>;
  repair?: RepairResult;
  isFinished: boolean;
}

/** Findings of one kind that a report holds. */
export const keptFindings = 20;

/** HEAD requests side by side, and conversions that a stop waits for. */
const looksAtOnce = 50;
const comparisonsAtOnce = 10;

/**
 * Goes through sources, outputs and ledger side by side. Lists and ledger are compared throughout; of
 * what they say belongs together, a sample or all is looked at.
 */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const { place, sample, signal, startedAtMs = Date.now() } = options;
  const report = emptyReport();
  const looking = createLooking(options, report);
  const chosen = sample && createSample<Pair>(sample.size, createRandom(sample.seed));
  for await (const meeting of meet(listAll({ ...options, startedAtMs }))) {
    if (signal.aborted) break;
    if (meeting.source) report.sources++;
    if (meeting.output) report.outputs++;
    const verdict = judge(meeting, { bucket: place.bucket, startedAtMs });
    await take(verdict);
    options.onProgress?.(report);
  }
  for (const pair of chosen?.kept() ?? []) {
    if (signal.aborted) break;
    await looking.pair(pair);
    options.onProgress?.(report);
  }
  if (!signal.aborted) await looking.rest();
  report.isFinished = !signal.aborted;
  const repaired = await options.repair?.end();
  return { ...report, ...(repaired && { repair: repaired }) };

  async function take(verdict: Verdict): Promise<void> {
    switch (verdict.is) {
      case 'wrong':
        return await tell(verdict.finding, options, report);
      case 'paired':
        report.paired++;
        return chosen ? chosen.offer(verdict.pair) : await looking.pair(verdict.pair);
      case 'unclaimed':
        return await looking.unclaimed(verdict.output);
      default:
        report[verdict.is]++;
    }
  }
}

/** Looks at outputs, a group at a time. */
function createLooking(options: VerifyOptions, report: VerifyReport) {
  const { place, pipeline } = options;
  const context = { ...options, bucket: place.bucket };
  const groupSize = pipeline ? comparisonsAtOnce : looksAtOnce;
  const pairs: Pair[] = [];
  const unclaimed: ListedObject[] = [];

  async function lookAtPairs() {
    const group = pairs.splice(0);
    const found = await Promise.all(group.map((pair) => lookAtPair(pair, context)));
    report.looked += group.length;
    const sound = group.filter((_, index) => found[index] === undefined);
    const different =
      pipeline && sound.length > 0 ? await compareOutputs(sound, { ...context, pipeline }) : [];
    if (pipeline) report.compared += sound.length;
    await tellAll([...found, ...different]);
  }

  async function lookAtAllUnclaimed() {
    const group = unclaimed.splice(0);
    const found = await Promise.all(group.map((output) => lookAtUnclaimed(output, context)));
    report.leftOut += found.filter((finding) => !finding).length;
    await tellAll(found);
  }

  async function tellAll(findings: (KeyFinding | undefined)[]) {
    for (const finding of findings) if (finding) await tell(finding, options, report);
  }

  return {
    async pair(pair: Pair) {
      pairs.push(pair);
      if (pairs.length >= groupSize) await lookAtPairs();
    },
    async unclaimed(output: ListedObject) {
      unclaimed.push(output);
      if (unclaimed.length >= looksAtOnce) await lookAtAllUnclaimed();
    },
    async rest() {
      await lookAtPairs();
      await lookAtAllUnclaimed();
    },
  };
}

async function tell(
  finding: KeyFinding,
  { onFinding, repair }: VerifyOptions,
  report: VerifyReport,
): Promise<void> {
  const found = report.findings[finding.kind];
  found.count++;
  if (found.first.length < keptFindings) found.first.push(finding);
  await onFinding?.(finding);
  await repair?.add(finding);
}

function emptyReport(): VerifyReport {
  const counts = { sources: 0, outputs: 0, paired: 0, looked: 0, compared: 0 };
  const others = { failed: 0, underWay: 0, leftOut: 0 };
  const findings = findingKinds.map((kind) => [kind, { count: 0, first: [] }]);
  return {
    ...counts,
    ...others,
    findings: Object.fromEntries(findings) as VerifyReport['findings'],
    isFinished: false,
  };
}
