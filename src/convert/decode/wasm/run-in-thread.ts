import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Deadline, startDeadline } from '../../deadline.ts';
import { ConversionError } from '../../errors.ts';
import { suspendHeapGrowth } from '../../heap-growth.ts';
import { checkLimits, onceOver, type TaskLimits } from './task-limits.ts';
import type { Band, RowsTask, ThreadReply, ThreadRequest, ThreadTasks } from './thread-tasks.ts';

/** An idle thread ends after this time, which frees the memory of its last image. */
const idleMs = 5_000;
/**
 * A busy thread ends after this many tasks, because each one leaks some memory, libheif’s the most.
 */
const maxTasks = 100;

// Module state on purpose: the number of threads must not exceed the number of cores, however many
// images a program has open. They need no closing: an idle thread does not keep the program alive
// and soon ends.

/** One per core; more would only use memory. */
const free = Array.from({ length: navigator.hardwareConcurrency }, () => ({}) as Slot);
const waiting = new Set<(slot: Slot) => void>();

/** A slot for a thread, which is started when needed and restarted after it has ended. */
interface Slot {
  thread?: Worker | undefined;
  /** The number of tasks this thread has run. */
  tasks?: number;
  idleTimer?: NodeJS.Timeout;
}

interface ThreadOptions extends Pick<TaskLimits, 'signal'> {
  deadline?: Deadline | undefined;
  /** Ends the thread after the task, which frees its memory at once. */
  endsThread?: boolean;
  /** Of the task `decodeRows`. */
  rows?: RowsTask;
  /** Receives the bands of rows of the task, and a function that sends a band’s buffer back. */
  onBand?(band: Uint8Array, giveBack: (band: Uint8Array) => void): void;
}

/**
 * Runs an uninterruptible decoder on a thread, where it can be terminated without blocking the
 * caller’s thread. Throws `CONVERSION_TIMEOUT` at the deadline. The caller’s bytes are copied; the
 * result is transferred.
 */
export async function runInThread<Name extends keyof ThreadTasks>(
  task: Name,
  bytes: Uint8Array,
  { deadline = startDeadline(Number.MAX_SAFE_INTEGER), rows, ...options }: ThreadOptions = {},
): Promise<ThreadTasks[Name]> {
  const limits = { deadline, signal: options.signal };
  checkLimits(limits);
  const slot = free.pop() ?? (await nextSlot(limits));
  clearTimeout(slot.idleTimer);
  try {
    checkLimits(limits);
    const request = { task, bytes: new Uint8Array(bytes), ...(rows && { rows }) };
    const reply = await ask(slot, request, { ...options, deadline });
    if ('rejection' in reply) {
      const { code, message } = reply.rejection;
      throw new ConversionError(code, message);
    }
    return reply.result as ThreadTasks[Name];
  } finally {
    if (options.endsThread) endThread(slot);
    release(slot);
  }
}

/** Whether the next task would start at once, on a thread that is running. */
export function hasIdleThread(): boolean {
  return free.at(-1)?.thread !== undefined;
}

/** A task that must end leaves the queue at once, because it holds memory of its image. */
function nextSlot(limits: TaskLimits): Promise<Slot> {
  return new Promise((resolve, reject) => {
    const stop = onceOver(limits, (reason) => {
      waiting.delete(take);
      stop();
      reject(reason);
    });
    function take(slot: Slot) {
      waiting.delete(take);
      stop();
      resolve(slot);
    }
    waiting.add(take);
  });
}

function threadIn(slot: Slot): Worker {
  const thread = slot.thread ?? startThread(slot);
  thread.ref();
  return thread;
}

function startThread(slot: Slot): Worker {
  const thread = new Worker(threadFile(), { env: {}, execArgv: [] });
  suspendHeapGrowth(thread);
  // The pending request receives the error; without a listener it would end the program.
  thread.on('error', () => {});
  thread.once('exit', () => {
    if (slot.thread === thread) slot.thread = undefined;
  });
  slot.thread = thread;
  slot.tasks = 0;
  return thread;
}

/** `.ts` in the sources, `.js` when built, and the bundle’s extension in a bundle. */
function threadFile(): URL {
  // A bundler that writes CommonJS leaves no URL of the module.
  const { url = '' } = import.meta;
  if (url === '') throw new BundledError();
  return new URL(`./decoder-thread${extname(url)}`, url);
}

/** The files that decoders load at run time are not next to a bundle. */
export class BundledError extends Error {
  constructor(cause?: unknown) {
    super(
      'Expected the decoders of grayscale-image-processor in its package but it was bundled without them. Tell the bundler to leave grayscale-image-processor and sharp external (docs/library.md, "Bundle your program").',
      { cause },
    );
  }
}

function isMissingModule(error: unknown): boolean {
  // A signal’s reason can be anything, even null.
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}

/** An unfinished task ends with its thread. */
function ask(
  slot: Slot,
  request: ThreadRequest,
  { onBand, ...limits }: TaskLimits & Pick<ThreadOptions, 'onBand'>,
): Promise<ThreadReply> {
  const thread = threadIn(slot);
  slot.tasks = (slot.tasks ?? 0) + 1;
  return new Promise<ThreadReply>((resolve, reject) => {
    const stop = onceOver(limits, fail);
    const onExit = () => fail(new Error('The decoder thread ended before it answered.'));
    thread.on('message', onReply).on('error', fail).on('exit', onExit);
    thread.postMessage(request, [request.bytes.buffer]);

    function onReply(reply: ThreadReply | Band) {
      if ('band' in reply) {
        onBand?.(reply.band, giveBack);
        return;
      }
      settle();
      resolve(reply);
    }

    function giveBack(band: Uint8Array) {
      thread.postMessage({ band }, [band.buffer as ArrayBuffer]);
    }

    function fail(error: unknown) {
      settle();
      endThread(slot);
      reject(isMissingModule(error) ? new BundledError(error) : error);
    }

    function settle() {
      stop();
      thread.off('message', onReply).off('error', fail).off('exit', onExit);
    }
  });
}

function release(slot: Slot): void {
  if ((slot.tasks ?? 0) >= maxTasks) endThread(slot);
  const [next] = waiting;
  if (next) next(slot);
  else setIdle(slot);
}

/** An idle thread does not keep the program alive. */
function setIdle(slot: Slot): void {
  free.push(slot);
  slot.thread?.unref();
  slot.idleTimer = setTimeout(() => endThread(slot), idleMs).unref();
}

/** Empties the slot at once: a thread takes a while to end, and would lose the next task. */
function endThread(slot: Slot): void {
  void slot.thread?.terminate();
  slot.thread = undefined;
}
