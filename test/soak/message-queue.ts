import { setTimeout as sleep } from 'node:timers/promises';
import { queueSchema } from '../../src/queue/boss.ts';
import { runCli } from '../../testing/cli.ts';
import type { Violation } from './check-promise.ts';
import { redrive, takeDeadLetters, untilEmpty as untilSqsEmpty } from './queue.ts';
import { sendUnreadable as sendToSqs, type UnreadableMessage } from './unreadable.ts';
import type { World } from './world.ts';

/** What a soak does with either queue. */
export interface MessageQueue {
  /** Sends each unreadable message when it is due. */
  sendUnreadable(messages: UnreadableMessage[]): Promise<void>;
  /** Waits until the queue is empty; returns whether that happened in time. */
  untilEmpty(timeoutMs: number): Promise<boolean>;
  /** Empties the dead letters, and returns the bodies. */
  takeDeadLetters(): Promise<string[]>;
  /** Puts dead letters back into the queue, as an operator does. */
  redrive(bodies: string[]): Promise<void>;
  /** After everything: what else the queue promises. */
  check(unreadable: UnreadableMessage[]): Promise<Violation[]>;
}

export function createSqsMessages({ store }: Pick<World, 'store'>): MessageQueue {
  return {
    sendUnreadable: (messages) => sendToSqs(messages, store),
    untilEmpty: (timeoutMs) => untilSqsEmpty(store, timeoutMs),
    takeDeadLetters: () => takeDeadLetters(store),
    redrive: (bodies) => redrive(store, bodies),
    check: async () => [],
  };
}

const job = `${queueSchema}.job`;

export function createPostgresMessages({
  database,
  env,
}: Pick<World, 'database' | 'env'>): MessageQueue {
  const insert = async (name: string, bodies: string[]) => {
    await database.query(
      `INSERT INTO ${job} (name, data, retry_limit, retry_delay, retry_backoff, retry_delay_max,
         heartbeat_seconds, dead_letter)
       SELECT q.name, to_jsonb(body), q.retry_limit, q.retry_delay, q.retry_backoff,
         q.retry_delay_max, q.heartbeat_seconds, q.dead_letter
       FROM ${queueSchema}.queue q, unnest($2::text[]) AS body WHERE q.name = $1`,
      [name, bodies],
    );
  };
  const count = async (name: string) => {
    const { rows } = await database.query(
      `SELECT count(*)::int FROM ${job} WHERE name = $1 AND state < 'completed'`,
      [name],
    );
    return rows[0].count as number;
  };
  return {
    async sendUnreadable(messages) {
      await Promise.all(
        messages.map(async ({ atMs, body }) => {
          await sleep(atMs);
          await untilAccepted(() => insert('uploads', [body]));
        }),
      );
    },
    async untilEmpty(timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      while ((await count('uploads')) > 0) {
        if (performance.now() > deadline) return false;
        await sleep(200);
      }
      return true;
    },
    async takeDeadLetters() {
      const { rows } = await database.query(
        `DELETE FROM ${job} WHERE name = 'uploads-dead' RETURNING data`,
      );
      return rows.map(({ data }) => (typeof data === 'string' ? data : JSON.stringify(data)));
    },
    redrive: (bodies) => insert('uploads', bodies),
    async check(unreadable) {
      if (unreadable.length === 0) return [];
      // The workers have ended: what is redriven stays in the queue.
      await insert(
        'uploads-dead',
        unreadable.map(({ body }) => body),
      );
      await database.query(`UPDATE ${job} SET source_name = 'uploads' WHERE name = 'uploads-dead'`);
      const { stdout, stderr } = await runCli(['queue', 'redrive'], { env });
      const [dead, waiting] = await Promise.all([count('uploads-dead'), count('uploads')]);
      if (dead === 0 && waiting === unreadable.length) return [];
      const reason = `left ${dead} of ${unreadable.length}, and ${waiting} in the queue: ${stdout}${stderr}`;
      return [{ key: '`grayscale queue redrive`', reason }];
    },
  };
}

/** PostgreSQL may be down when a message is due. */
async function untilAccepted(send: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await send();
      return;
    } catch {
      await sleep(500);
    }
  }
}
