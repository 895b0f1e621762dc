import { type Config, ConfigError } from '../config/index.ts';
import type { WorkQueue } from '../queue/upload-queue.ts';
import { openPostgres } from './open-postgres.ts';

type QueueConfig = Pick<Config, 'queue' | 'database' | 'aws'>;

/** Which queue is configured; undefined without one. Throws `ConfigError` for a contradiction. */
export function queueKind({
  queue: { kind, url },
}: Pick<Config, 'queue'>): Config['queue']['kind'] {
  if (kind === 'postgres' && url !== undefined) {
    throw new ConfigError([
      'QUEUE_URL: expected it to be unset with QUEUE=postgres, as there is one queue. Unset one of them',
    ]);
  }
  if (kind === 'sqs' && url === undefined) {
    throw new ConfigError([
      'QUEUE_URL: expected the URL of the queue with QUEUE=sqs but it is not set',
    ]);
  }
  return url === undefined ? kind : 'sqs';
}

interface QueueOptions {
  /** Whether this process takes messages: workers also look for those of dead workers. */
  isWorker?: boolean;
  onError?: (error: Error) => void;
}

/** Opens the configured queue; undefined without one. Connects on first use. Throws `ConfigError`. */
export async function openQueue(
  config: QueueConfig,
  options: QueueOptions = {},
): Promise<WorkQueue | undefined> {
  switch (queueKind(config)) {
    case 'postgres':
      return await openPostgresQueue(config, options);
    case 'sqs': {
      const { createSqsQueue } = await import('../queue/sqs-queue.ts');
      const { region, endpoint } = config.aws;
      const queueUrl = config.queue.url as string;
      return createSqsQueue({ queueUrl, region, isCustomEndpoint: endpoint !== undefined });
    }
    default:
      return undefined;
  }
}

/** Opens the configured queue. Throws `ConfigError` without one. */
export async function openConfiguredQueue(
  config: QueueConfig,
  options: QueueOptions = {},
): Promise<WorkQueue> {
  checkQueue(config);
  return (await openQueue(config, options)) as WorkQueue;
}

/** Throws `ConfigError` without a queue. */
export function checkQueue(config: Pick<Config, 'queue'>): void {
  if (queueKind(config) !== undefined) return;
  throw new ConfigError([
    'QUEUE: expected QUEUE=postgres, or QUEUE_URL of an SQS queue, but neither is set',
  ]);
}

/** Requests of clients, leases and maintenance: each is one short statement. */
const maxConnections = 2;

/** Has its own connections, so that the queue is answered while rows are recorded. */
async function openPostgresQueue(config: QueueConfig, options: QueueOptions): Promise<WorkQueue> {
  const [postgres, { createPostgresQueue }] = await Promise.all([
    openPostgres(config, { maxConnections }),
    import('../queue/postgres-queue.ts'),
  ]);
  const queue = createPostgresQueue(postgres, options);
  return {
    ...queue,
    async close() {
      await queue.close();
      await postgres.close();
    },
  };
}
