// A worker thread that makes reports. Reading and resampling thousands of rows takes a few hundred
// milliseconds, during which the server must stay responsive.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openStatistics, type StatisticsParts } from '../../app/open-statistics.ts';
import type { Config } from '../../config/index.ts';
import { type SentError, toSentError } from '../../pipeline/index.ts';
import { makeReport, type ReportRequest, type Reports } from './make-report.ts';

export interface ReportJob {
  id: number;
  request: ReportRequest;
}

export type ReportReply = { id: number } & (
  | { report: Reports[keyof Reports] }
  | { error: SentError }
);

if (parentPort) serve(parentPort, openStatistics(workerData as Config));

function serve(port: MessagePort, statistics: Promise<StatisticsParts>): void {
  // A missing database is reported to the client that requests a report.
  statistics.catch(() => {});
  port.on('message', async ({ id, request }: ReportJob) => {
    port.postMessage(await reply({ id, request }, statistics));
  });
}

async function reply(
  { id, request }: ReportJob,
  statistics: Promise<StatisticsParts>,
): Promise<ReportReply> {
  try {
    return { id, report: await makeReport(request, await statistics) };
  } catch (error) {
    return { id, error: toSentError(error) };
  }
}
