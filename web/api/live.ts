import { signal } from '@preact/signals';
import type { Image } from '../../src/server/api/schemas.ts';

/** Whether the server is reachable, as its event stream shows. */
export const connection = signal<'connecting' | 'online' | 'offline'>('connecting');

/** How often the page has reconnected: data loaded before may be stale. */
export const reconnects = signal(0);

/** The version of the server that responds. */
export const serverVersion = signal<string | undefined>(undefined);

type Listener = (image: Image) => void;
const listeners = new Set<Listener>();
const skipListeners = new Set<(count: number) => void>();

/** A restart of the server usually takes less time, and is not reported. */
const graceMs = 1_000;
const retryMs = { min: 1_000, max: 5_000 };

/** Follows the stream of outcomes, and reconnects whenever it breaks. */
export function connect(): void {
  let waitMs = retryMs.min;
  let offlineTimer: ReturnType<typeof setTimeout> | undefined;
  let hasConnected = false;

  function open() {
    const source = new EventSource('/v1/live');
    source.addEventListener('hello', ({ data }) => {
      clearTimeout(offlineTimer);
      offlineTimer = undefined;
      waitMs = retryMs.min;
      serverVersion.value = (JSON.parse(data) as { version: string }).version;
      connection.value = 'online';
      if (hasConnected) reconnects.value += 1;
      hasConnected = true;
    });
    source.addEventListener('outcome', ({ data }) => {
      const image = JSON.parse(data) as Image;
      for (const listener of listeners) listener(image);
    });
    source.addEventListener('skipped', ({ data }) => {
      const { count } = JSON.parse(data) as { count: number };
      for (const listener of skipListeners) listener(count);
    });
    // EventSource never reconnects after a response like 503.
    source.addEventListener('error', () => {
      source.close();
      offlineTimer ??= setTimeout(() => {
        connection.value = 'offline';
      }, graceMs);
      setTimeout(open, waitMs);
      waitMs = Math.min(waitMs * 1.5, retryMs.max);
    });
  }

  open();
}

/** Calls back with each outcome when it is recorded. */
export function onOutcome(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Calls back with the number of outcomes that came too fast to be sent individually. */
export function onSkipped(listener: (count: number) => void): () => void {
  skipListeners.add(listener);
  return () => skipListeners.delete(listener);
}

/** Resolves when the server is reachable. */
export function waitUntilOnline(): Promise<void> {
  return new Promise((resolve) => {
    const stop = connection.subscribe((state) => {
      if (state !== 'online') return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}
