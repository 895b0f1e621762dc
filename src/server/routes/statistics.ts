import { unlessAborted } from '../../process/unless-aborted.ts';
import type { TimeWindow } from '../../stats/index.ts';
import { compare, distribution, stats, timeline } from '../api/report-routes.ts';
import { roundNumbers } from '../api/round-numbers.ts';
import { RequestError } from '../problems/problems.ts';
import type { ReportRequest } from '../reports/make-report.ts';
import type { Api, Service } from '../service.ts';
import { requestSignal } from '../transfer/request-signal.ts';

/** `/v1/stats` and its subroutes: the reports of `grayscale stats`. */
export function addStatisticsRoutes(app: Api, { parts, reporter }: Service): void {
  const timeoutMs = parts.config.server.requestTimeoutSeconds * 1e3;
  const report = async <Request extends ReportRequest>(
    httpRequest: globalThis.Request,
    request: Request,
  ) => {
    const signal = requestSignal(httpRequest, timeoutMs);
    return roundNumbers(await unlessAborted(signal, reporter.report(request)));
  };

  app.openapi(stats, async (c) => {
    const { by, ...times } = c.req.valid('query');
    const window = windowOf(times);
    return c.json(await report(c.req.raw, { name: 'stats', by, window }), 200);
  });

  app.openapi(timeline, async (c) => {
    const { buckets, ...times } = c.req.valid('query');
    const window = windowOf(times);
    return c.json(await report(c.req.raw, { name: 'timeline', buckets, window }), 200);
  });

  app.openapi(distribution, async (c) => {
    const window = windowOf(c.req.valid('query'));
    return c.json(await report(c.req.raw, { name: 'distribution', window }), 200);
  });

  app.openapi(compare, async (c) => {
    const { tolerance: percent, since, until, ...sides } = c.req.valid('query');
    const [tolerance, window] = [percent / 100, windowOf({ since, until })];
    return c.json(await report(c.req.raw, { name: 'compare', ...sides, tolerance, window }), 200);
  });
}

function windowOf({ since, until }: { since: Date; until?: Date | undefined }): TimeWindow {
  const [sinceMs, untilMs] = [since.getTime(), until?.getTime() ?? Date.now()];
  if (sinceMs < untilMs) return { sinceMs, untilMs };
  const expected = `a time before ${new Date(untilMs).toISOString()}`;
  throw new RequestError('INVALID_REQUEST', `Expected since to be ${expected}.`, {
    errors: [{ name: 'since', expected, received: since.toISOString() }],
  });
}
