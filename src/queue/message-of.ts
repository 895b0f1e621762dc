import { writeNotification } from '../events/index.ts';
import type { Upload } from '../pipeline/index.ts';

/** The event of one upload: one record per message, so that a failed one is redelivered alone. */
export function messageOf({ isRemoval, eventTime, ...upload }: Upload): string {
  return writeNotification({
    ...upload,
    ...(eventTime && { time: eventTime }),
    eventName: isRemoval ? 'ObjectRemoved:Delete' : 'ObjectCreated:Put',
    configurationId: 'grayscale',
  });
}
