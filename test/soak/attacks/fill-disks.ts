import { smallDiskProblem } from '../../../testing/small-disk.ts';
import type { FaultEffects, FaultParams } from '../fault.ts';
import type { World } from '../world.ts';
import { checkFullDisk, convertOntoFullDisk } from './full-disk.ts';
import {
  checkFailedStart,
  checkFilledSandbox,
  fillDiskOfSandbox,
  startSandboxOnFullDisk,
} from './full-disk-sandbox.ts';

export async function tryCommandOnFullDisk(_: World, { salt }: FaultParams): Promise<FaultEffects> {
  // Where a small disk cannot be made, the shell's limit on file sizes replaces it.
  const limitedBy = (await smallDiskProblem()) === undefined ? 'small disk' : 'file size limit';
  const run = await convertOntoFullDisk({ salt, overwrite: salt % 2 === 0, limitedBy });
  return { violations: checkFullDisk(run) };
}

export async function trySandboxOnFullDisk(_: World, { salt }: FaultParams): Promise<FaultEffects> {
  const missing = await smallDiskProblem();
  if (missing !== undefined) return { skipped: `full disk of a sandbox: ${missing}` };
  const failed = checkFailedStart(await startSandboxOnFullDisk());
  return { violations: [...failed, ...checkFilledSandbox(await fillDiskOfSandbox({ salt }))] };
}
