import { describeCause } from '../pipeline/index.ts';
import type { Log } from '../process/log.ts';
import { logOutcome } from '../process/log-outcome.ts';
import type { Metrics } from '../process/metrics.ts';
import type { RecordReporter } from '../queue/settle-records.ts';

/** Reports one log line per record, as the function does, and counts outcomes. */
export function createWorkerReporter(log: Log, metrics: Metrics): RecordReporter {
  return {
    outcome(outcome) {
      logOutcome(log, outcome);
      metrics.countOutcome(outcome);
    },
    ignored: ({ reason, bucket, key }) => log('info', 'ignored', { reason, bucket, key }),
    refused: ({ reason, bucket, key }) => log('error', 'refused', { reason, bucket, key }),
    retried({ bucket, key }, error) {
      const name = error instanceof Error ? error.name : 'Error';
      log('error', 'retried', { bucket, key, error: { name, message: describeCause(error) } });
    },
    unrecorded: ({ bucket, key }, contents) =>
      log('warn', 'superseded contents without a row', { bucket, key, contents }),
  };
}
