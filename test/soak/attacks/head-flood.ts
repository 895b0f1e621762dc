import { Agent, request } from 'node:http';
import type { Violation } from '../check-promise.ts';
import type { FaultEffects } from '../fault.ts';
import type { World } from '../world.ts';

/** The server’s answers to clients. */
export interface HeadFlood {
  /** Status of each HEAD request; undefined if the connection was lost. */
  statuses: (number | undefined)[];
  /** What a reader of the live feed then received. */
  live: { status: number | undefined; beginning: string };
}

/** More than the server admits at the same time. */
const heads = 300;
const others = ['/', '/docs', '/healthz', '/metrics', '/v1/images', '/v1/stats'];
const timeoutMs = 20_000;

export async function floodWithHeads({ server }: Pick<World, 'server'>): Promise<FaultEffects> {
  return { violations: checkHeadFlood(await sendHeads(server.url)) };
}

export async function sendHeads(url: string): Promise<HeadFlood> {
  const agent = new Agent({ keepAlive: true, maxSockets: 30 });
  const paths = Array.from({ length: heads }, () => '/v1/live').concat(others);
  try {
    const statuses = await Promise.all(paths.map((path) => head(url + path, agent)));
    return { statuses, live: await openLive(url) };
  } finally {
    agent.destroy();
  }
}

/** Every HEAD request is answered, and takes no capacity from readers. */
export function checkHeadFlood({ statuses, live }: HeadFlood): Violation[] {
  const lost = statuses.filter((status) => status === undefined || status === 500).length;
  const reasons = [
    ...(lost === 0 ? [] : [`left ${lost} of ${statuses.length} HEAD requests without an answer`]),
    ...(live.status === 200 && live.beginning.startsWith('event: hello')
      ? []
      : [`answered ${live.status} to a reader, and sent "${live.beginning.slice(0, 200)}"`]),
  ];
  return reasons.map((reason) => ({ key: '/v1/live after a flood of HEAD requests', reason }));
}

function head(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, method: 'HEAD', timeout: timeoutMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(undefined));
    sent.end();
  });
}

async function openLive(url: string): Promise<HeadFlood['live']> {
  const closing = new AbortController();
  const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const answer = await fetch(`${url}/v1/live`, { signal });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    const beginning = (await reader?.read())?.value ?? '';
    return { status: answer.status, beginning };
  } catch (error) {
    return { status: undefined, beginning: String(error) };
  } finally {
    closing.abort();
  }
}
