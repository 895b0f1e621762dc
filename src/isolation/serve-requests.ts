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

/** The child’s half of converter-child.ts: answers one request after another. */
export function serveRequests(
  answer: (request: ConverterRequest) => Promise<ConverterReply>,
): void {
  const pipe = new Socket({ fd: bytesDescriptor, readable: true, writable: true });
  // The end of the channel reports that the parent is gone.
  pipe.on('error', () => {});
  // Dies immediately with its parent: a normal exit would wait for running work.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Ctrl-C and a closed terminal signal the whole process group, and some supervisors signal every
  // process. Running work is finished anyway.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('message', async ({ message, sizeBytes }: Envelope<ConverterRequest>) => {
    const request = unpackRequest(message, await readExactly(pipe, sizeBytes));
    const { envelope, bytes } = packReply(await answer(request));
    process.send?.(envelope);
    if (bytes.byteLength > 0) pipe.write(bytes);
  });
  process.send?.('ready');
}
