import { Socket } from 'node:net';
import {
  bytesDescriptor,
  type ConverterReply,
  type ConverterRequest,
  type Envelope,
  packReply,
  unpackRequest,
} from './converter-messages.ts';
import { readExactly } from './read-exactly.ts';

/** The child’s half of converter-child.ts: answers one request after the other. */
export function serveRequests(
  answer: (request: ConverterRequest) => Promise<ConverterReply>,
): void {
  const pipe = new Socket({ fd: bytesDescriptor, readable: true, writable: true });
  // Of a parent that is gone, the end of the channel tells.
  pipe.on('error', () => {});
  // With its parent it ends at once: an exit would wait for what is under way.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Ctrl-C and a terminal that closes reach the whole process group, and some supervisors tell every
  // process to end: what is under way is finished all the same.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('message', async ({ message, sizeBytes }: Envelope<ConverterRequest>) => {
    const request = unpackRequest(message, await readExactly(pipe, sizeBytes));
    const { envelope, bytes } = packReply(await answer(request));
    process.send?.(envelope);
    if (bytes.byteLength > 0) pipe.write(bytes);
  });
  process.send?.('ready');
}
