/** Another program already listens on the server's port. */
export class PortInUseError extends Error {
  readonly code = 'PORT_IN_USE';

  constructor(port: number) {
    super(
      `Port ${port} is in use by another program. Set PORT to a free port, or to 0 to use any free port.`,
    );
    this.name = 'PortInUseError';
  }
}

/** This machine does not have the address, or the system does not permit the port. */
export class CannotListenError extends Error {
  readonly code = 'CANNOT_LISTEN';

  constructor({ host, port }: { host: string; port: number }, cause: Error) {
    super(
      `Expected to listen on ${host}, port ${port}, but received: ${cause.message}. Set HOST to an address of this machine, and PORT to one that the system permits.`,
      { cause },
    );
    this.name = 'CannotListenError';
  }
}
