import type { VerifyReport } from '../../reconcile/index.ts';
import { count } from './number-text.ts';

interface VerifyProgress {
  show(report: VerifyReport): void;
  stop(): void;
}

const intervalMs = 100;

/** One terminal line that is overwritten. A bucket does not report its number of objects. */
export function startVerifyProgress(): VerifyProgress {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => {}, stop: () => {} };
  let shownAtMs = Number.NEGATIVE_INFINITY;
  const write = (line: string) => stderr.write(`\r\u001b[K${line}`);
  return {
    show(report) {
      const nowMs = performance.now();
      if (nowMs - shownAtMs < intervalMs) return;
      shownAtMs = nowMs;
      write(formatProgress(report));
    },
    stop: () => void write(''),
  };
}

function formatProgress({ sources, outputs, inspected, findings }: VerifyReport): string {
  const found = Object.values(findings).reduce((sum, { count: some }) => sum + some, 0);
  return `${count(sources)} sources, ${count(outputs)} outputs, ${count(inspected)} inspected, ${count(found)} findings`;
}
