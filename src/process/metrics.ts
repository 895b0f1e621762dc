import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Outcome, type StageTimes, stages } from '../pipeline/index.ts';
import type { QueueCounts } from '../queue/upload-queue.ts';
import { version } from '../version.ts';

/** The parts of an outcome that are counted. Any process may have recorded it. */
export type CountedOutcome = Pick<Outcome, 'status' | 'stages'> & {
  code?: string | undefined;
  source?: { sizeBytes?: number | null };
  outputSizeBytes?: number;
};

/** Metrics in the Prometheus format. */
export interface Metrics {
  countOutcome(outcome: CountedOutcome): void;
  observeConversion(conversion: {
    stages: StageTimes;
    sourceBytes: number;
    outputBytes: number;
  }): void;
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void;
  /** Counts a request as in progress until the returned function is called. */
  beginRequest(): () => void;
  /** Registers the counts of a pool, read at each scrape. */
  addPool(read: () => { used: number; idle: number; waiting: number }): void;
  /** Registers the time of the last successful poll; the returned function sets it. */
  addPolls(): () => void;
  /** Registers a value that is read at each scrape. */
  addGauge(name: string, help: string, read: () => number): void;
  /** Registers the counts of a queue, read once at each scrape. If it fails, they are absent. */
  addQueue(read: () => Promise<QueueCounts>): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** From milliseconds for a thumbnail to a minute for a poster. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Gauges that are named like counters, which `promtool check metrics` rejects. */
const misnamed = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  new Gauge({
    name: 'grayscale_build_info',
    help: 'Always 1; the labels name the versions of this program and of Node.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.versions.node }, 1);
  const imageBytes = new Counter({
    name: 'grayscale_image_bytes_total',
    help: 'Bytes of converted images by direction: in (sources), out (outputs).',
    labelNames: ['direction'],
    registers,
  });
  for (const direction of ['in', 'out']) imageBytes.inc({ direction }, 0);
  const outcomes = new Counter({
    name: 'grayscale_outcomes_total',
    help: 'Uploads by outcome; code is empty for converted images.',
    labelNames: ['status', 'code'],
    registers,
  });
  const stageSeconds = new Histogram({
    name: 'grayscale_stage_seconds',
    help: 'Duration of each stage of an image, in seconds.',
    labelNames: ['stage'],
    buckets,
    registers,
  });
  const requests = new Histogram({
    name: 'grayscale_http_request_seconds',
    help: 'Duration of HTTP requests by route, in seconds; streams are measured until they begin.',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers,
  });

  const requestsInFlight = new Gauge({
    name: 'grayscale_http_requests_in_flight',
    help: 'HTTP requests in progress; a stream counts until it begins.',
    registers,
  });

  function countBytes({ sourceBytes = 0, outputBytes = 0 }): void {
    imageBytes.inc({ direction: 'in' }, sourceBytes);
    imageBytes.inc({ direction: 'out' }, outputBytes);
  }

  function observe(times: StageTimes) {
    for (const stage of stages) {
      const ms = times[stage];
      if (ms !== undefined) stageSeconds.observe({ stage }, ms / 1e3);
    }
  }

  return {
    countOutcome({ status, code = '', stages: times, source, outputSizeBytes = 0 }) {
      outcomes.inc({ status, code });
      observe(times);
      if (status !== 'converted') return;
      countBytes({ sourceBytes: source?.sizeBytes ?? 0, outputBytes: outputSizeBytes });
    },
    observeConversion({ stages: times, ...bytes }) {
      observe(times);
      countBytes(bytes);
    },
    beginRequest() {
      requestsInFlight.inc();
      return () => requestsInFlight.dec();
    },
    addPool(read) {
      new Gauge({
        name: 'grayscale_database_connections',
        help: 'Connections to the database by state: used, idle; waiting counts requests for one.',
        labelNames: ['state'],
        registers,
        collect() {
          for (const [state, count] of Object.entries(read())) this.set({ state }, count);
        },
      });
    },
    addPolls() {
      const gauge = new Gauge({
        name: 'grayscale_poll_last_success_timestamp_seconds',
        help: 'Unix time of the last complete poll of the bucket by this server; 0 if there was none.',
        registers,
      });
      return () => gauge.setToCurrentTime();
    },
    observeRequest: ({ seconds, status, ...labels }) =>
      requests.observe({ ...labels, status: String(status) }, seconds),
    addGauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    addQueue(read) {
      let reading: Promise<QueueCounts | undefined> | undefined;
      // Both gauges of one scrape share one query.
      const readOnce = () => {
        reading ??= read()
          .catch(() => undefined)
          .finally(() => {
            reading = undefined;
          });
        return reading;
      };
      new Gauge({
        name: 'grayscale_queue_messages',
        help: 'Messages in the queue by state: waiting, in_flight (held by a worker), dead.',
        labelNames: ['state'],
        registers,
        async collect() {
          this.reset();
          const counts = await readOnce();
          if (counts === undefined) return;
          this.set({ state: 'waiting' }, counts.waiting);
          this.set({ state: 'in_flight' }, counts.inFlight);
          if (counts.dead !== null) this.set({ state: 'dead' }, counts.dead);
        },
      });
      new Gauge({
        name: 'grayscale_queue_oldest_seconds',
        help: 'Age of the oldest waiting message, in seconds; 0 without one. Absent for SQS.',
        registers,
        async collect() {
          const seconds = (await readOnce())?.oldestSeconds;
          if (seconds === undefined || seconds === null) this.remove();
          else this.set(seconds);
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
