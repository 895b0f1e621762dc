import { forgedPrefix } from './attacks/event-bombs.ts';
import { type Broken, checkPromise } from './check-promise.ts';
import type { PlannedUpload } from './draw-plan.ts';
import type { FaultEffects } from './fault.ts';
import { readOutputs, readRows } from './holdings.ts';
import { findLeftovers } from './leftovers.ts';
import { createOracle, type Picture } from './pictures.ts';
import type { Health } from './probe-health.ts';
import type { World } from './world.ts';

/** Compares the final state with the uploads, and reports leftovers. */
export async function checkWorld(
  world: World,
  uploads: PlannedUpload[],
  effects: FaultEffects[],
): Promise<Broken[]> {
  const all = [...uploads, ...effects.flatMap(({ uploaded = [] }) => uploaded)];
  const uploaded = new Map<string, Picture[]>(
    [...Map.groupBy(all, ({ key }) => key)].map(([key, same]) => [
      key,
      same.map(({ picture }) => picture),
    ]),
  );
  const [rows, outputs] = await Promise.all([readRows(world), readOutputs(world)]);
  const events = effects.reduce((sum, { bombs = 0 }) => sum + bombs, 0);
  const forged = { prefix: forgedPrefix, events };
  const broken = await checkPromise({
    ...{ uploaded, rows, outputs, forged },
    expectedOf: createOracle(),
  });
  return [...broken, ...(await findLeftovers(world))];
}

/** No fault ends the server. */
export function checkServer({ server }: Pick<World, 'server'>): Broken[] {
  const { exitCode, signalCode } = server.process;
  if (exitCode === null && signalCode === null) return [];
  return [
    {
      key: 'the server',
      why: `ended by itself: ${exitCode ?? signalCode}; its last words: ${server.log.end}`,
    },
  ];
}

/** The server answers health checks whatever happens. */
export function checkAvailability({ asked, answered, problems }: Health): Broken[] {
  if (answered === asked) return [];
  const first = [...new Set(problems)].slice(0, 3).join('; ');
  return [{ key: '/healthz', why: `answered ${answered} of ${asked} requests: ${first}` }];
}
