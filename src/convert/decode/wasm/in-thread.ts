import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Deadline, mostTimerMs, startDeadline } from '../../deadline.ts';
import { ConversionError } from '../../errors.ts';
import type { ThreadReply, ThreadRequest, ThreadTasks } from './thread-tasks.ts';

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
const free = Array.from({ length: navigator.hardwareConcurrency }, () => ({}) as Place);
const waiting: ((place: Place) => void)[] = [];

/** A slot for a thread, which is started when needed and restarted after it has ended. */
interface Place {
  thread?: Worker | undefined;
  /** The number of tasks this thread has run. */
  tasks?: number;
  idleTimer?: NodeJS.Timeout;
}

/**
 * Runs an uninterruptible decoder on a thread, where it can be terminated without blocking the
 * caller’s thread. Throws `CONVERSION_TIMEOUT` at the deadline. The caller’s bytes are copied; the
 * result is transferred.
 */
export async function inThread<Name extends keyof ThreadTasks>(
  task: Name,
  bytes: Uint8Array,
  deadline: Deadline = startDeadline(Number.MAX_SAFE_INTEGER),
): Promise<ThreadTasks[Name]> {
  const place = free.pop() ?? (await new Promise<Place>((resolve) => waiting.push(resolve)));
  try {
    deadline.check();
    const reply = await ask(place, { task, bytes: new Uint8Array(bytes) }, deadline);
    if ('refusal' in reply) throw new ConversionError(reply.refusal.code, reply.refusal.message);
    return reply.result as ThreadTasks[Name];
  } finally {
    leave(place);
  }
}

function threadAt(place: Place): Worker {
  clearTimeout(place.idleTimer);
  const thread = place.thread ?? startThread(place);
  thread.ref();
  return thread;
}

function startThread(place: Place): Worker {
  // `.ts` in the sources, `.js` when built, and the bundle’s extension in a bundle.
  const file = `./decoder-thread${extname(import.meta.url)}`;
  const thread = new Worker(new URL(file, import.meta.url), { env: {}, execArgv: [] });
  // The pending request receives the error; without a listener it would end the program.
  thread.on('error', () => {});
  thread.once('exit', () => {
    if (place.thread === thread) place.thread = undefined;
  });
  place.thread = thread;
  place.tasks = 0;
  return thread;
}

/** An unfinished task ends with its thread. */
function ask(place: Place, request: ThreadRequest, deadline: Deadline): Promise<ThreadReply> {
  const thread = threadAt(place);
  place.tasks = (place.tasks ?? 0) + 1;
  return new Promise<ThreadReply>((resolve, reject) => {
    const timer = setTimeout(
      () => give(deadline.error()),
      Math.min(deadline.leftMs(), mostTimerMs),
    );
    const onExit = () => give(new Error('The thread of a decoder ended before it answered.'));
    const onEnd = () => give(deadline.signal.reason);
    thread.on('message', take).on('error', give).on('exit', onExit);
    deadline.signal.addEventListener('abort', onEnd);
    thread.postMessage(request, [request.bytes.buffer]);

    function take(reply: ThreadReply) {
      settle();
      resolve(reply);
    }

    function give(error: Error) {
      settle();
      place.thread = undefined;
      void thread.terminate();
      reject(error);
    }

    function settle() {
      clearTimeout(timer);
      thread.off('message', take).off('error', give).off('exit', onExit);
      deadline.signal.removeEventListener('abort', onEnd);
    }
  });
}

function leave(place: Place): void {
  if ((place.tasks ?? 0) >= maxTasks) {
    void place.thread?.terminate();
    place.thread = undefined;
  }
  const next = waiting.shift();
  if (next) next(place);
  else rest(place);
}

/** An idle thread does not keep the program alive. */
function rest(place: Place): void {
  free.push(place);
  const { thread } = place;
  thread?.unref();
  place.idleTimer = setTimeout(() => void thread?.terminate(), idleMs).unref();
}
