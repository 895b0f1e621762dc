// What a process of process-converter.ts runs: one image at a time, and nothing else.
import { writeFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import sharp from 'sharp';
import { createAnswerer } from './answer-request.ts';
import { serveRequests } from './serve-requests.ts';

// Without a parent, the module is only loaded.
if (process.connected) await start();

async function start(): Promise<void> {
  // There are as many processes as cores, and no two images are alike.
  sharp.concurrency(1);
  sharp.cache(false);
  // Should memory run out, the system is to end a converter rather than the process that it works for.
  await writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});
  serveRequests(createAnswerer());
  // Converters are killed rather than ended, and would not leave it to the next.
  flushCompileCache();
}
