import { effect, signal } from '@preact/signals';
import type { About } from '../../src/server/api/system-schemas.ts';
import { connection } from './live.ts';
import { getDocument } from './request.ts';

/** What the server does and takes, as soon as it said so; asked anew whenever it comes back. */
export const about = signal<About | undefined>(undefined);

effect(() => {
  if (connection.value !== 'online') return;
  getDocument<About>('/v1').then(
    (document) => {
      about.value = document;
    },
    // The banner tells that the server is away; it is asked again when it is back.
    () => {},
  );
});
