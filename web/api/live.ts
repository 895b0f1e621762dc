import { signal } from '@preact/signals';
import type { Image } from '../../src/server/api/schemas.ts';

/** Whether the server is there, as its event stream shows. */
export const connection = signal<'connecting' | 'online' | 'away'>('connecting');

/** How often the server came back: what was loaded before may be old. */
export const returns = signal(0);

/** The version of the server that answers. */
export const serverVersion = signal<string | undefined>(undefined);

type Listener = (image: Image) => void;
const listeners = new Set<Listener>();
const skipListeners = new Set<(count: number) => void>();

/** A server that starts anew is back before anyone needs to be told. */
const graceMs = 1_000;
const retryMs = { first: 1_000, most: 5_000 };

/** Follows the outcomes, and follows them again whenever the stream breaks off. */
export function connect(): void {
  let waitMs = retryMs.first;
  let alarm: ReturnType<typeof setTimeout> | undefined;
  let wasThere = false;

  function open() {
    const source = new EventSource('/v1/live');
    source.addEventListener('hello', ({ data }) => {
      clearTimeout(alarm);
      alarm = undefined;
      waitMs = retryMs.first;
      serverVersion.value = (JSON.parse(data) as { version: string }).version;
      connection.value = 'online';
      if (wasThere) returns.value += 1;
      wasThere = true;
    });
    source.addEventListener('outcome', ({ data }) => {
      const image = JSON.parse(data) as Image;
      for (const listener of listeners) listener(image);
    });
    source.addEventListener('skipped', ({ data }) => {
      const { count } = JSON.parse(data) as { count: number };
      for (const listener of skipListeners) listener(count);
    });
    // By itself it would give up for good on an answer such as 503.
    source.addEventListener('error', () => {
      source.close();
      alarm ??= setTimeout(() => {
        connection.value = 'away';
      }, graceMs);
      setTimeout(open, waitMs);
      waitMs = Math.min(waitMs * 1.5, retryMs.most);
    });
  }

  open();
}

/** Calls back with each outcome as it is recorded. */
export function onOutcome(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls back with the number of outcomes that came too fast to be told one by one. */
export function onSkipped(listener: (count: number) => void): () => void {
  skipListeners.add(listener);
  return () => skipListeners.delete(listener);
}

/** Settles once the server is there. */
export function untilOnline(): Promise<void> {
  return new Promise((resolve) => {
    const stop = connection.subscribe((state) => {
      if (state !== 'online') return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}
