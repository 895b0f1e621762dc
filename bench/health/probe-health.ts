// Requests a server's health every 20 milliseconds, without waiting for the previous answer, and sends the
// duration of each answer when it is asked to stop.
import { Agent, get } from 'node:http';
import { setPriority } from 'node:os';

const intervalMs = 20;
const url = process.argv[2] ?? '';
const agent = new Agent({ keepAlive: true });
const times: number[] = [];
let failures = 0;

// The measuring process must not wait for the processor behind the measured one. Needs root.
try {
  setPriority(-10);
} catch {
  console.error('Cannot raise the priority: times include delays of this probe.');
}

function sendRequest(): void {
  const askedAt = performance.now();
  get(url, { agent }, (response) => {
    response.resume().once('end', () => times.push(performance.now() - askedAt));
  }).once('error', () => failures++);
}

const timer = setInterval(sendRequest, intervalMs);
process.once('message', () => {
  clearInterval(timer);
  setTimeout(() => {
    process.send?.({ times, failures });
    process.disconnect();
    agent.destroy();
  }, 2_000);
});
