import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Deadline, mostTimerMs, startDeadline } from '../../deadline.ts';
import { ConversionError } from '../../errors.ts';
import type { ThreadReply, ThreadRequest, ThreadTasks } from './thread-tasks.ts';

/** A thread that has nothing to do ends after this, and gives back the memory of its last image. */
const idleMs = 5_000;
/** One that never rests ends after so many tasks: each leaves something behind, libheif's most. */
const maxTasks = 100;

// Module state on purpose: however many images are open in a program, there must be no more threads
// than cores. Nothing has to close them: an idle thread keeps no program alive and soon ends.

/** As many as there are cores; more would only take memory. */
const free = Array.from({ length: navigator.hardwareConcurrency }, () => ({}) as Place);
const waiting: ((place: Place) => void)[] = [];

/** Where a thread can be: it is started when it is needed, and again after it was ended. */
interface Place {
  thread?: Worker | undefined;
  /** Of this thread. */
  tasks?: number;
  idleTimer?: NodeJS.Timeout;
}

/**
 * Has a decoder that cannot be interrupted work where it can be ended: on a thread, so that the
 * caller’s goes on meanwhile. Throws `CONVERSION_TIMEOUT` at the deadline. The caller’s bytes are
 * copied, what comes back is not.
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
  // From the sources .ts, built .js, and what a bundle has.
  const file = `./decoder-thread${extname(import.meta.url)}`;
  const thread = new Worker(new URL(file, import.meta.url), { env: {}, execArgv: [] });
  // It is told to whoever waits for an answer; without a listener it would end the program.
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

/** What has nothing to do keeps no program alive. */
function rest(place: Place): void {
  free.push(place);
  const { thread } = place;
  thread?.unref();
  place.idleTimer = setTimeout(() => void thread?.terminate(), idleMs).unref();
}
