import { type FSWatcher, watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toFsPath } from '../storage/path-bytes.ts';
import type { JobResult } from './convert-files.ts';
import { findReplacedName, readPathKind } from './path-kind.ts';
import type { Job } from './plan-conversions.ts';
import { UsageError } from './usage-error.ts';

interface WatchOptions {
  recursive: boolean;
  /** Lists the files that exist now. */
  plan(): Promise<Job[]>;
  /** `overwrite` is true for outputs that this run wrote from an earlier content. */
  convert(jobs: Job[], overwrite: (job: Job) => boolean): Promise<JobResult[]>;
  signal: AbortSignal;
}

/** A file is complete when its size and time have not changed for this long. */
const settleMs = 1_000;
/** Events get lost, and network file systems send none. */
const rescanMs = 5_000;

/** Converts new and changed files of folders until the signal. */
export async function watchFiles(folders: string[], options: WatchOptions): Promise<void> {
  const { plan, convert, signal } = options;
  const events = watchFolders(folders, options);
  const state: WatchState = { seen: new Map(), handled: new Map(), written: new Set() };
  try {
    while (!signal.aborted) {
      const { ready, isWaiting } = await findReady(await plan(), state);
      const results = await convert(ready, ({ input }) => state.written.has(input));
      for (const { input, status } of results) if (status === 'converted') state.written.add(input);
      if (isWaiting) await sleep(settleMs, undefined, { signal }).catch(() => {});
      else await events.next(rescanMs);
    }
  } finally {
    events.close();
  }
}

/** The content of each input, identified by size and times. */
interface WatchState {
  /** At the last scan. */
  seen: Map<string, string>;
  /** When it was last converted, skipped or failed. */
  handled: Map<string, string>;
  /** Inputs whose output this run wrote. */
  written: Set<string>;
}

async function findReady(jobs: Job[], state: WatchState) {
  const ready: Job[] = [];
  const seen = new Map<string, string>();
  let isWaiting = false;
  for (const job of jobs) {
    const { input } = job;
    const content = await identifyContent(input);
    seen.set(input, content);
    if (state.handled.get(input) === content) continue;
    if (state.seen.get(input) === content) {
      state.handled.set(input, content);
      ready.push(job);
    } else isWaiting = true;
  }
  state.seen = seen;
  return { ready, isWaiting };
}

async function identifyContent(path: string): Promise<string> {
  try {
    const { size, mtimeNs, ctimeNs } = await stat(toFsPath(path), { bigint: true });
    return `${size}:${mtimeNs}:${ctimeNs}`;
  } catch {
    return 'unreadable';
  }
}

/** Throws {@link UsageError} for anything that cannot be watched. */
export async function checkWatched(inputs: string[], outFolder: string): Promise<string[]> {
  const folders = await Promise.all(inputs.map((input) => findReplacedName(resolve(input))));
  for (const folder of folders) {
    if ((await readPathKind(folder)) !== 'folder') {
      throw new UsageError(`Expected --watch with folders but "${folder}" is not a folder.`);
    }
    if ((await realPath(folder)) !== (await realPath(outFolder))) continue;
    throw new UsageError(
      `Expected --out to be another folder than the watched "${folder}": its outputs would be converted again.`,
    );
  }
  return folders;
}

async function realPath(path: string): Promise<string> {
  return await realpath(toFsPath(path), { encoding: 'latin1' }).catch(() => path);
}

function watchFolders(
  folders: string[],
  { recursive, signal }: Pick<WatchOptions, 'recursive' | 'signal'>,
) {
  let hasChanged = false;
  let wake = () => {};
  const onChange = () => {
    hasChanged = true;
    wake();
  };
  const watchers = folders.flatMap((folder) => startWatcher(folder, recursive, onChange) ?? []);
  signal.addEventListener('abort', onChange, { once: true });
  return {
    /** Waits for a change since the last call, but not longer. */
    async next(maxMs: number): Promise<void> {
      const timeout = new AbortController();
      wake = () => timeout.abort();
      if (!hasChanged) await sleep(maxMs, undefined, timeout).catch(() => {});
      hasChanged = false;
    },
    close() {
      for (const watcher of watchers) watcher.close();
      signal.removeEventListener('abort', onChange);
    },
  };
}

/** Undefined if the system has no watches left; the rescans find changes, too. */
function startWatcher(
  folder: string,
  recursive: boolean,
  onChange: () => void,
): FSWatcher | undefined {
  try {
    return watch(toFsPath(folder), { recursive }, onChange).on('error', () => {});
  } catch {
    return undefined;
  }
}
