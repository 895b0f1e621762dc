import { fork } from 'node:child_process';
import { once } from 'node:events';

interface Services {
  /** Environment variables with their addresses. */
  settings: Record<string, string>;
  close(): Promise<void>;
}

/** The store and the database, in a separate process. */
export async function startServices(bucket: string): Promise<Services> {
  const services = fork(new URL('services.ts', import.meta.url), [bucket]);
  const [settings] = (await once(services, 'message')) as [Record<string, string>];
  return {
    settings,
    async close() {
      const ended = once(services, 'exit');
      services.disconnect();
      await ended;
    },
  };
}
