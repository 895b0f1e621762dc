import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Config } from '../../config/index.ts';
import { serviceErrors } from '../../pipeline/index.ts';
import type { ReportRequest, Reports } from './make-report.ts';
import type { ReportAnswer, ReportQuestion } from './report-thread.ts';

/** Makes reports without blocking other requests. */
export interface Reporter {
  report<Request extends ReportRequest>(request: Request): Promise<Reports[Request['name']]>;
  close(): Promise<void>;
}

/** Starts the thread on the first report, and restarts it after a crash. */
export function createReporter(config: Config): Reporter {
  const waiting = new Map<number, (answer: ReportAnswer) => void>();
  let worker: Worker | undefined;
  let lastId = 0;

  function start(): Worker {
    const started = new Worker(
      new URL(`./report-thread${extname(import.meta.url)}`, import.meta.url),
      { workerData: config },
    );
    started.unref();
    started.on('message', (answer: ReportAnswer) => waiting.get(answer.id)?.(answer));
    const fail = (message: string) => {
      if (worker === started) worker = undefined;
      for (const [id, settle] of waiting) settle({ id, error: { message, name: 'Unavailable' } });
    };
    started.on('error', (error) => fail(error.message));
    started.on('exit', () => fail('The thread that makes reports ended.'));
    return started;
  }

  return {
    async report<Request extends ReportRequest>(request: Request) {
      worker ??= start();
      const question: ReportQuestion = { id: ++lastId, request };
      const answered = new Promise<ReportAnswer>((resolve) => waiting.set(question.id, resolve));
      worker.postMessage(question);
      const answer = await answered.finally(() => waiting.delete(question.id));
      if ('report' in answer) return answer.report as Reports[Request['name']];
      const { message, name } = answer.error;
      throw name ? new serviceErrors[name](message) : new Error(message);
    },
    async close() {
      await worker?.terminate();
    },
  };
}
