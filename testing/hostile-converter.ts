// A converter's process that fails for some images: those that end in the suffix of `hostile`.
import { closeSync, openSync } from 'node:fs';
import { createAnswerer } from '../src/isolation/answer-request.ts';
import type { ConverterRequest } from '../src/isolation/converter-messages.ts';
import { serveRequests } from '../src/isolation/serve-requests.ts';

/** What happens to the process when it has to open or convert such an image. */
const harms = {
  hangs(file: string) {
    if (file) closeSync(openSync(file, 'w'));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  aborts: () => process.abort(),
  'is killed': () => process.kill(process.pid, 'SIGKILL'),
  exits: () => process.exit(3),
  'sends an invalid reply'() {
    process.send?.({ message: null, sizeBytes: -1 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  'runs out of memory'() {
    const all: unknown[] = [];
    for (;;) all.push(new Array(1_000_000).fill(all.length));
  },
  'is killed once'(file: string) {
    try {
      closeSync(openSync(file, 'wx'));
    } catch {
      return; // It has already happened.
    }
    process.kill(process.pid, 'SIGKILL');
  },
} satisfies Record<string, (file: string) => void>;

export type Harm = keyof typeof harms;

export interface Hostility {
  at: 'open' | 'convert';
  harm: Harm;
  /** A file that records that it happened. */
  file?: string;
}

const mark = '\nHOSTILE';

/** Decoders ignore bytes after the end of a PNG. */
export function hostile(png: Uint8Array, hostility: Hostility): Uint8Array {
  return Buffer.concat([png, Buffer.from(mark + JSON.stringify(hostility))]);
}

let opened = '';

function harmBy(request: ConverterRequest): void {
  const isOpening = 'open' in request;
  if (isOpening) opened = Buffer.from(request.open.bytes).toString('latin1');
  const [, json] = opened.split(mark);
  if (json === undefined) return;
  const { at, harm, file = '' }: Hostility = JSON.parse(json);
  if (at === (isOpening ? 'open' : 'convert')) harms[harm](file);
}

if (import.meta.main) {
  const answer = createAnswerer();
  serveRequests((request) => {
    harmBy(request);
    return answer(request);
  });
}
