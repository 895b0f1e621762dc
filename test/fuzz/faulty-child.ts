// A child process whose engine has the fault named in its argument, for QOI files only.

import { hasText } from '../../src/convert/formats/bytes.ts';
import { defaultEngine, type Engine } from './judge-case.ts';
import { serveCases } from './serve-cases.ts';

const held: Buffer[] = [];

/** The fault happens before a file is read. */
const faults = {
  hang: () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  crash: () => process.kill(process.pid, 'SIGSEGV'),
  'stray rejection': () => void Promise.reject(new Error('This rejection is unhandled')),
  'too much memory': () => Buffer.alloc(180 * 2 ** 20, 1),
  leak: () => held.push(Buffer.alloc(60 * 2 ** 20, 1)),
  'bug in JavaScript': () => {
    throw new TypeError('x is not a function');
  },
} satisfies Record<string, () => unknown>;

export type InjectedFault = keyof typeof faults;

const fault = faults[process.argv[2] as InjectedFault];
const open: Engine['open'] = async (bytes, ...rest) => {
  if (hasText(bytes, 'qoif')) fault();
  return await defaultEngine.open(bytes, ...rest);
};
// Many processes are started, and none needs more than a few formats.
await serveCases({ ...defaultEngine, open }, { isWarm: false });
