import { useEffect, useState } from 'preact/hooks';
import type { QueueAnswer } from '../../src/server/api/system-schemas.ts';
import { reconnects } from '../api/live.ts';
import { getDocument } from '../api/request.ts';
import { formatCount, formatMs } from '../elements/units.ts';

const refreshMs = 5_000;

/** Depth and age of the queue; nothing if uploads are converted where they arrive. */
export function QueueCounts() {
  const queue = useQueue();
  if (!queue) return null;
  const { waiting, inFlight, dead, oldestSeconds } = queue;
  const parts = [
    `${formatCount(waiting)} waiting`,
    ...(waiting > 0 && oldestSeconds !== null
      ? [`the oldest for ${formatMs(oldestSeconds * 1e3)}`]
      : []),
    `${formatCount(inFlight)} in progress`,
  ];
  return (
    <p class="soft">
      Queue: {parts.join(', ')}
      {dead !== null && dead > 0 && (
        <>
          , <strong>{formatCount(dead)} failed too often</strong>
        </>
      )}
    </p>
  );
}

function useQueue(): QueueAnswer['queue'] {
  const [queue, setQueue] = useState<QueueAnswer['queue']>(null);
  const round = reconnects.value;
  useEffect(() => {
    const leaving = new AbortController();
    let timer: number | undefined;
    async function load() {
      try {
        const answer = await getDocument<QueueAnswer>('/v1/queue', { signal: leaving.signal });
        setQueue(answer.queue);
        // Without a queue, there is nothing to refresh until the server restarts.
        if (answer.queue === null) return;
      } catch {
        if (leaving.signal.aborted) return;
        // An old count would be wrong.
        setQueue(null);
      }
      timer = window.setTimeout(load, refreshMs);
    }
    void load();
    return () => {
      leaving.abort();
      window.clearTimeout(timer);
    };
  }, [round]);
  return queue;
}
