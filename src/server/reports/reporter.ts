import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Config } from '../../config/index.ts';
import { fromSentError } from '../../pipeline/index.ts';
import type { ReportRequest, Reports } from './make-report.ts';
import type { ReportJob, ReportReply } from './report-thread.ts';

/** Makes reports without blocking other requests. */
export interface Reporter {
  report<Request extends ReportRequest>(request: Request): Promise<Reports[Request['name']]>;
  close(): Promise<void>;
}

/** Starts the thread on the first report, and restarts it after a crash. */
export function createReporter(config: Config): Reporter {
  const pending = new Map<number, (reply: ReportReply) => void>();
  let worker: Worker | undefined;
  let lastId = 0;

  function start(): Worker {
    const started = new Worker(
      new URL(`./report-thread${extname(import.meta.url)}`, import.meta.url),
      { workerData: config },
    );
    started.unref();
    started.on('message', (reply: ReportReply) => pending.get(reply.id)?.(reply));
    const fail = (message: string) => {
      if (worker === started) worker = undefined;
      for (const [id, settle] of pending) settle({ id, error: { message, kind: 'Unavailable' } });
    };
    started.on('error', (error) => fail(error.message));
    started.on('exit', () => fail('The report thread has exited.'));
    return started;
  }

  return {
    async report<Request extends ReportRequest>(request: Request) {
      worker ??= start();
      const job: ReportJob = { id: ++lastId, request };
      const replied = new Promise<ReportReply>((resolve) => pending.set(job.id, resolve));
      worker.postMessage(job);
      const reply = await replied.finally(() => pending.delete(job.id));
      if ('report' in reply) return reply.report as Reports[Request['name']];
      throw fromSentError(reply.error);
    },
    async close() {
      await worker?.terminate();
    },
  };
}
