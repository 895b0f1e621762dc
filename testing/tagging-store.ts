import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface TaggingStore {
  endpoint: string;
  /** By path, for example `/uploads/photo.jpg`; in the form of the header `x-amz-tagging`. */
  tags: Map<string, string>;
  /** All that it received. */
  requests: IncomingMessage[];
  close(): Promise<void>;
}

/** Adds the tags of S3 to a store that ignores them: forwards all other requests. */
export async function startTaggingStore(target: string): Promise<TaggingStore> {
  const tags = new Map<string, string>();
  const requests: IncomingMessage[] = [];
  const server = createServer((incoming, response) => {
    requests.push(incoming);
    const { pathname, searchParams } = new URL(incoming.url ?? '', target);
    const path = decodeURIComponent(pathname);
    if (searchParams.has('tagging')) return void response.end(toXml(tags.get(path) ?? ''));
    const tagging = incoming.headers['x-amz-tagging'];
    if (incoming.method === 'PUT') tags.set(path, String(tagging ?? ''));
    forward(target, incoming, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tags,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url } = incoming;
  const outgoing = request(new URL(url ?? '', target), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}

function toXml(tagging: string): string {
  const tags = [...new URLSearchParams(tagging)].map(
    ([key, value]) => `<Tag><Key>${escapeXml(key)}</Key><Value>${escapeXml(value)}</Value></Tag>`,
  );
  return `<?xml version="1.0"?><Tagging><TagSet>${tags.join('')}</TagSet></Tagging>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
