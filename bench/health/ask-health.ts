// Asks a server how it is every 20 milliseconds, whether or not it has answered the last time, and
// sends how long each answer took when it is told to stop.
import { Agent, get } from 'node:http';
import { setPriority } from 'node:os';

const everyMs = 20;
const url = process.argv[2] ?? '';
const agent = new Agent({ keepAlive: true });
const times: number[] = [];
let failures = 0;

// Who measures must not wait for the processor behind what it measures. Needs to be root.
try {
  setPriority(-10);
} catch {
  console.error('Not allowed to be more urgent than the load: times hold waits of the asker, too.');
}

function ask(): void {
  const askedAt = performance.now();
  get(url, { agent }, (response) => {
    response.resume().once('end', () => times.push(performance.now() - askedAt));
  }).once('error', () => failures++);
}

const asking = setInterval(ask, everyMs);
process.once('message', () => {
  clearInterval(asking);
  setTimeout(() => {
    process.send?.({ times, failures });
    process.disconnect();
    agent.destroy();
  }, 2_000);
});
