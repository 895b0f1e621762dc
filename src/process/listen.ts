import { once } from 'node:events';
import type { Server } from 'node:http';

interface Address {
  host: string;
  port: number;
  /** The variable that sets the port. */
  portVariable: string;
}

/** Listens on an address. Throws {@link PortInUseError} or {@link CannotListenError}. */
export async function listen(server: Server, { portVariable, ...address }: Address): Promise<void> {
  try {
    server.listen(address);
    await once(server, 'listening');
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken
      ? new PortInUseError({ portVariable, ...address })
      : new CannotListenError({ portVariable, ...address }, error as Error);
  }
}

/** Another program already listens on the port. */
export class PortInUseError extends Error {
  readonly code = 'PORT_IN_USE';

  constructor({ port, portVariable }: Address) {
    super(
      `Port ${port} is in use by another program. Set ${portVariable} to a free port, or to 0 to use any free port.`,
    );
    this.name = 'PortInUseError';
  }
}

/** This machine does not have the address, or the system does not permit the port. */
export class CannotListenError extends Error {
  readonly code = 'CANNOT_LISTEN';

  constructor({ host, port, portVariable }: Address, cause: Error) {
    super(
      `Expected to listen on ${host}, port ${port}, but received: ${cause.message}. Set HOST to an address of this machine, and ${portVariable} to a port that the system permits.`,
      { cause },
    );
    this.name = 'CannotListenError';
  }
}
