// A thread that makes reports: reading thousands of rows and resampling them takes a few hundred
// milliseconds, during which the server must go on answering.
import { parentPort, workerData } from 'node:worker_threads';
import { composeStatistics } from '../compose.ts';
import type { Config } from '../config.ts';
import { makeReport, type ReportRequest, type Reports } from './make-report.ts';

export interface ReportQuestion {
  id: number;
  request: ReportRequest;
}

export type ReportAnswer = { id: number } & (
  | { report: Reports[keyof Reports] }
  | { error: { message: string; code: string } }
);

const statistics = composeStatistics(workerData as Config);

parentPort?.on('message', async ({ id, request }: ReportQuestion) => {
  parentPort?.postMessage(await answer(id, request));
});

async function answer(id: number, request: ReportRequest): Promise<ReportAnswer> {
  try {
    return { id, report: await makeReport(request, await statistics) };
  } catch (error) {
    const { message, code = '' } = error as Error & { code?: unknown };
    return { id, error: { message, code: String(code) } };
  }
}
