import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Another program uses a port of the sandbox. */
class PortInUseError extends Error {
  readonly code = 'PORT_IN_USE';

  constructor(port: number, variable: string) {
    super(
      `Port ${port} is already in use. Set ${variable} to a free port, or to 0 to pick one automatically.`,
    );
    this.name = 'PortInUseError';
  }
}

/**
 * Returns a port on loopback that is free at this moment: the requested one, or any for 0.
 * Restarted parts keep their port. Throws {@link PortInUseError}, which names the variable to set.
 */
export async function freePort(port: number, variable: string): Promise<number> {
  const server = createServer().listen({ port, host: '127.0.0.1' });
  try {
    await once(server, 'listening');
  } catch (error) {
    const isInUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isInUse ? new PortInUseError(port, variable) : error;
  }
  const free = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return free;
}
