// The example for brokers is compared with the server that receives its requests.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { server } from '../../src/config/server.ts';
import { openApiDocument } from '../../src/server/api/openapi.ts';
import { problems } from '../../src/server/problems/problems.ts';

const text = readFileSync('deploy/brokers/redpanda-connect.yaml', 'utf8');
const [{ http_client: client }, { switch: onFailure }] = parse(text).output.fallback;

test('waits longer than the server takes to answer', () => {
  const seconds = server.requestTimeoutSeconds.default;
  expect(Number.parseInt(client.timeout, 10)).toBeGreaterThan(seconds);
  expect(client.timeout).toMatch(/^\d+s$/);
});

test('acknowledges only what was accepted or is a dead letter', () => {
  expect(client.successful_on).toBeUndefined();
  expect(client.drop_on).toEqual([problems.INVALID_REQUEST, problems.BODY_TOO_LARGE]);
  expect(client.backoff_on).toContain(problems.OVERLOADED);
  const [dead, rest] = onFailure.cases;
  const [, pattern = ''] = /re_match\("(.+)"\)/.exec(dead.check) ?? [];
  const messageOf = (status: number) =>
    `http://127.0.0.1: HTTP request returned unexpected response code (${status}): text`;
  const statuses = [...new Set(Object.values(problems))];
  expect(statuses.filter((status) => new RegExp(pattern).test(messageOf(status)))).toEqual(
    client.drop_on,
  );
  expect(rest).toEqual({ output: { reject: expect.any(String) } });
});

test('posts to the route that its comment names', () => {
  const [, path = ''] = /EVENTS_URL=http:\/\/127\.0\.0\.1:8080(\S+)/.exec(text) ?? [];
  expect(openApiDocument().paths?.[path]).toHaveProperty(client.verb.toLowerCase());
});

test('has the inputs of other brokers in comments that are YAML', () => {
  const commented = text
    .slice(text.indexOf('\ninput:'), text.indexOf('\noutput:'))
    .replace(/^ {2}# [A-Z].*:$/gm, '')
    .replace(/^ {2}# /gm, '  ');
  expect(Object.keys(parse(commented).input)).toEqual([
    'kafka_franz',
    'amqp_0_9',
    'nats_jetstream',
    'mqtt',
  ]);
});
