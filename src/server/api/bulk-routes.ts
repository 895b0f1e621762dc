import { createRoute, z } from '@hono/zod-openapi';
import { binary, problemResponses } from './responses.ts';

// Operations on several images. They take a form, because a browser can save the response to a form
// directly to a file.

const tags = ['Images'];

/** The max numbers of images in one request. */
export const maxIds = { zip: 10_000 } as const;

/** `ids=1,2,3` */
const idList = (max: number) =>
  z
    .string()
    .transform((text) => [...new Set(text.split(',').map((id) => id.trim()))])
    .refine((ids) => ids.length <= max && ids.every((id) => /^[1-9]\d{0,17}$/.test(id)), {
      error: `Expected 1 to ${max.toLocaleString('en-US')} ids of images, separated by commas,`,
    });

export const ZipFormSchema = z.strictObject({ ids: idList(maxIds.zip) });

const formBody = (properties: Record<string, object>) => ({
  required: true,
  content: {
    'application/x-www-form-urlencoded': {
      schema: { type: 'object' as const, required: ['ids'], properties },
    },
  },
});

const idsProperty = (max: number) => ({
  type: 'string',
  example: '1,2,3',
  description: `Ids of 1 to ${max.toLocaleString('en-US')} images, separated by commas.`,
});

export const zipImages = createRoute({
  operationId: 'zipImages',
  method: 'post',
  path: '/v1/images/zip',
  tags,
  summary: 'Download several output files as one ZIP',
  description:
    'Streams the files in the order of the ids. Files have the extension of their format. If some images have no output, the file `not-included.txt` in the ZIP lists them.',
  request: { body: formBody({ ids: idsProperty(maxIds.zip) }) },
  responses: {
    200: binary('The ZIP file.', ['application/zip']),
    ...problemResponses(404, 408, 413),
  },
});
