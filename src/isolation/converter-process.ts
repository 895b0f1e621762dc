// The process that process-converter.ts starts: it converts one image at a time and does nothing
// else.
import { writeFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { growHeapFaster } from '../convert/heap-growth.ts';
import { tuneSharp } from '../convert/load-sharp.ts';
import { createAnswerer } from './answer-request.ts';
import { serveRequests } from './serve-requests.ts';

// Without a parent, the module does nothing.
if (process.connected) await start();

async function start(): Promise<void> {
  // There are as many processes as cores.
  tuneSharp();
  growHeapFaster();
  // If memory runs out, the system should kill a converter and not its parent.
  await writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});
  serveRequests(createAnswerer());
  // Converters are killed and do not exit normally, so they must save the cache now.
  flushCompileCache();
}
