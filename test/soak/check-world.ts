import { forgedPrefix } from './attacks/event-bombs.ts';
import { checkPromise, type Violation } from './check-promise.ts';
import type { PlannedUpload } from './draw-plan.ts';
import type { FaultEffects } from './fault.ts';
import { findLeftovers } from './leftovers.ts';
import type { Health } from './probe-health.ts';
import { readOutputs, readRows } from './read-state.ts';
import { createOracle, type TestImage } from './test-images.ts';
import type { World } from './world.ts';

/** Compares the final state with the uploads, and reports leftovers. */
export async function checkWorld(
  world: World,
  uploads: PlannedUpload[],
  effects: FaultEffects[],
): Promise<Violation[]> {
  const all = [...uploads, ...effects.flatMap(({ uploaded = [] }) => uploaded)];
  const uploaded = new Map<string, TestImage[]>(
    [...Map.groupBy(all, ({ key }) => key)].map(([key, same]) => [
      key,
      same.map(({ image }) => image),
    ]),
  );
  const [rows, outputs] = await Promise.all([readRows(world), readOutputs(world)]);
  const events = effects.reduce((sum, { bombs = 0 }) => sum + bombs, 0);
  const forged = { prefix: forgedPrefix, events };
  const violations = await checkPromise({
    ...{ uploaded, rows, outputs, forged },
    expectedOf: createOracle(),
  });
  return [...violations, ...(await findLeftovers(world))];
}

/** No fault ends the server. */
export function checkServer({ server }: Pick<World, 'server'>): Violation[] {
  const { exitCode, signalCode } = server.process;
  if (exitCode === null && signalCode === null) return [];
  return [
    {
      key: 'the server',
      reason: `exited unexpectedly: ${exitCode ?? signalCode}; end of its log: ${server.log.end}`,
    },
  ];
}

/** The server answers health checks during every fault. */
export function checkAvailability({ requests, answered, problems }: Health): Violation[] {
  if (answered === requests) return [];
  const first = [...new Set(problems)].slice(0, 3).join('; ');
  return [{ key: '/healthz', reason: `answered ${answered} of ${requests} requests: ${first}` }];
}
