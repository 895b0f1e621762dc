import { startStatusLine } from '../../process/status-line.ts';
import type { VerifyReport } from '../../reconcile/index.ts';
import { count } from './number-text.ts';

interface VerifyProgress {
  show(report: VerifyReport): void;
  stop(): void;
}

/** Counts on a terminal, without a total: a bucket does not report its number of objects. */
export function startVerifyProgress(): VerifyProgress {
  const line = startStatusLine();
  return { show: (report) => line.show(formatCounts(report)), stop: line.stop };
}

function formatCounts({ sources, outputs, inspected, findings }: VerifyReport): string {
  const found = Object.values(findings).reduce((sum, { count: some }) => sum + some, 0);
  return `${count(sources)} sources, ${count(outputs)} outputs, ${count(inspected)} inspected, ${count(found)} findings`;
}
