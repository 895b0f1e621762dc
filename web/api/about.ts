import { effect, signal } from '@preact/signals';
import type { About } from '../../src/server/api/system-schemas.ts';
import { connection } from './live.ts';
import { getDocument } from './request.ts';

/**
 * The server's features and limits, loaded when it responds and reloaded whenever it reconnects.
 */
export const about = signal<About | undefined>(undefined);

effect(() => {
  if (connection.value !== 'online') return;
  getDocument<About>('/v1').then(
    (document) => {
      about.value = document;
    },
    // The banner shows that the server is offline; the request is repeated after it reconnects.
    () => {},
  );
});
