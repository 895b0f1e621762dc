import { setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';

let isSet = false;
let starting = 0;

/**
 * For processes that convert many images. By default V8 collects garbage as soon as 12 MB were
 * allocated, and counts pixels, so that each image of 4 megapixels costs a collection that finds
 * nothing: pixels are freed explicitly. With this option, V8's limit for memory outside its heap
 * (64 MB since the last collection) decides.
 *
 * V8 then also compiles Node's modules anew instead of using the code that Node includes. Call it
 * when everything is loaded.
 */
export function growHeapFaster(): void {
  isSet = true;
  apply();
}

/** Lets a thread start with the code that Node includes, which takes half of the time. */
export function suspendHeapGrowth(thread: Worker): void {
  starting++;
  apply();
  let isStarting = true;
  const resume = () => {
    if (!isStarting) return;
    isStarting = false;
    starting--;
    apply();
  };
  thread.once('online', resume).once('exit', resume);
}

/** V8 reads the option after each collection. */
function apply(): void {
  if (isSet) setFlagsFromString(`--heap-growing-percent=${starting > 0 ? 0 : 800}`);
}
