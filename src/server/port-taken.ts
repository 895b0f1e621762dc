/** Another program listens where the server should. */
export class PortTakenError extends Error {
  readonly code = 'PORT_IN_USE';

  constructor(port: number) {
    super(
      `Port ${port} is taken by another program. Set PORT to a free one, or to 0 to have one picked.`,
    );
    this.name = 'PortTakenError';
  }
}
