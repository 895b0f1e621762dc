import { setTimeout as sleep } from 'node:timers/promises';
import { toGrayscale } from '../../src/convert/index.ts';
import { photoLikeJpeg } from '../../testing/images.ts';
import type { Violation } from './check-promise.ts';

/** The server’s answers to clients that do nothing wrong. */
export interface HonestAnswers {
  /** By request, the number of each answer. */
  answers: Record<string, Record<string, number>>;
}

const intervalMs = 400;
const timeoutMs = 30_000;
/**
 * Accepted in addition to 200: the server or its database is busy or unavailable, or this machine, which also
 * runs the faults, is too slow to convert within the time limit.
 */
const allowed = new Set(['200', '503', '408']);

/** Sends typical client requests to the server, over and over, until it is stopped. */
export async function startHonestClients(url: string): Promise<{ stop(): Promise<HonestAnswers> }> {
  const stopping = new AbortController();
  const answers: HonestAnswers['answers'] = {};
  const image = await photoLikeJpeg({ seed: 7 });
  const { bytes: gray } = await toGrayscale(image);
  const requests: Record<string, () => Promise<string>> = {
    'GET /v1/images': async () => (await sendRequest(`${url}/v1/images?limit=3`)).answer,
    'POST /v1/convert': async () => {
      const { answer, body } = await sendRequest(`${url}/v1/convert`, {
        method: 'POST',
        body: image,
      });
      return answer !== '200' || Buffer.compare(body, gray) === 0 ? answer : '200 with other bytes';
    },
  };

  async function repeat(name: string, request: () => Promise<string>): Promise<void> {
    const counts: Record<string, number> = {};
    answers[name] = counts;
    while (!stopping.signal.aborted) {
      const answer = await request();
      counts[answer] = (counts[answer] ?? 0) + 1;
      await sleep(intervalMs);
    }
  }

  const sending = Promise.all(
    Object.entries(requests).map(([name, request]) => repeat(name, request)),
  );
  return {
    async stop() {
      stopping.abort();
      await sending;
      return { answers };
    },
  };
}

/** Each kind of request is answered, and some are answered with success. */
export function checkHonestAnswers({ answers }: HonestAnswers): Violation[] {
  return Object.entries(answers).flatMap(([key, counts]) => {
    const wrong = Object.entries(counts).filter(([answer]) => !allowed.has(answer));
    const reasons = [
      ...wrong.map(([answer, count]) => `answered ${count} times: ${answer}`),
      ...(counts['200'] ? [] : ['was never served']),
    ];
    return reasons.map((reason) => ({ key: `an honest ${key}`, reason }));
  });
}

async function sendRequest(
  url: string,
  init: RequestInit = {},
): Promise<{ answer: string; body: Buffer }> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const body = Buffer.from(await response.arrayBuffer());
    const isAllowed = allowed.has(String(response.status));
    const detail = isAllowed ? '' : ` ${body.toString().slice(0, 200)}`;
    return { answer: `${response.status}${detail}`, body };
  } catch (error) {
    const { message } = ((error as Error).cause ?? error) as Error;
    return { answer: `nothing: ${message.replace(/127\.0\.0\.1:\d+/, '')}`, body: Buffer.alloc(0) };
  }
}
