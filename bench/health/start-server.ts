import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startServices } from '../job/start-services.ts';

interface BenchServer {
  url: string;
  databaseUrl: string;
  close(): Promise<void>;
}

/** `grayscale serve` on a real store and database, each in a separate process. */
export async function startBenchServer(nodeArguments: string[] = []): Promise<BenchServer> {
  const services = await startServices('bench');
  const { settings } = services;
  const main = new URL('../../bin/grayscale.js', import.meta.url).pathname;
  const server = spawn(process.execPath, [...nodeArguments, main, 'serve', '--port', '0'], {
    env: { ...process.env, ...settings, S3_BUCKET: 'bench' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return {
    url: await urlOf(server),
    databaseUrl: (settings.DATABASE_URL ?? '').replace('?sslmode=disable', ''),
    async close() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      await services.close();
    },
  };
}

async function urlOf(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('Expected the server to have a piped standard output.');
  for await (const line of createInterface(server.stdout)) {
    const { message, url } = JSON.parse(line) as { message: string; url?: string };
    server.stdout.resume();
    if (message === 'listening' && url !== undefined) return url;
  }
  throw new Error('The server ended before it was listening.');
}
