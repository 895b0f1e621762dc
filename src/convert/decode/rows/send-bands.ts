import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { Band, RowsTask, ThreadRequest } from '../wasm/thread-tasks.ts';
import { decodeRows } from './decode-rows.ts';

/** The size of a band, unless a row is longer. A message for each row would take longer than it. */
const bandBytes = 2 ** 20;
/** The decoder waits when it has sent so many bands that were not sent back. */
const maxBands = 4;

/** Decodes rows and sends them to the other side of a port in bands, at its pace. */
export async function sendBands(
  bytes: Uint8Array,
  task: RowsTask,
  port: MessagePort,
): Promise<{ isWhole: boolean }> {
  const bands = createBands(port);
  try {
    const isWhole = await decodeRows(bytes, {
      ...task,
      onProgress() {},
      onRows: (rows) => bands.add(rows),
    });
    if (isWhole) bands.send();
    return { isWhole };
  } finally {
    bands.close();
  }
}

function createBands(port: MessagePort) {
  const free: Uint8Array<ArrayBuffer>[] = [];
  let made = 0;
  let band: Uint8Array<ArrayBuffer> | undefined;
  let used = 0;
  const onReturn = (message: ThreadRequest | Band) => {
    if ('band' in message) free.push(new Uint8Array(message.band.buffer));
  };
  port.on('message', onReturn);

  /** A buffer with room for `length` bytes. */
  async function nextBand(length: number) {
    const size = Math.max(bandBytes, length);
    if (free.length === 0 && made < maxBands) {
      made++;
      return new Uint8Array(size);
    }
    while (free.length === 0) await once(port, 'message');
    const returned = free.shift() as Uint8Array<ArrayBuffer>;
    return returned.length < size ? new Uint8Array(size) : returned;
  }

  function send() {
    if (!band) return;
    port.postMessage({ band: band.subarray(0, used) } satisfies Band, [band.buffer]);
    band = undefined;
    used = 0;
  }

  return {
    close: () => port.off('message', onReturn),
    async add(rows: Uint8Array) {
      if (band && used + rows.length > band.length) send();
      band ??= await nextBand(rows.length);
      band.set(rows, used);
      used += rows.length;
    },
    send,
  };
}
