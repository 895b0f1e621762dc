import { openApiDocument, routes } from '../../src/server/api/openapi.ts';
import {
  cephEvent,
  eventBridgeEvent,
  minioEvent,
  rustfsEvent,
  s3Event,
  seaweedFsEvent,
  versityGatewayEvent,
} from '../../testing/events.ts';
import { type Example, examples, sample } from './examples.ts';

/** The part of an OpenAPI operation that is read here. */
interface OperationObject {
  tags: string[];
  summary: string;
  description?: string;
  parameters?: { name: string; in: string; description?: string }[];
}

/** https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html */
export function postmanCollection() {
  const document = openApiDocument();
  const { title, version } = document.info;
  const paths = document.paths as Record<string, Record<string, OperationObject>>;
  const operations = routes.map(({ method, path }): Entry => {
    const name = `${method.toUpperCase()} ${path}`;
    const [operation, example] = [paths[path]?.[method], examples[name]];
    if (operation && example) return { name, method, path, operation, example };
    throw new Error(`Expected an example of ${name} in test/postman/examples.ts.`);
  });
  const inFolder = (tag: string) =>
    operations
      .filter(({ operation, example }) => operation.tags[0] === tag && !example.isStream)
      .map(requestOf);
  return {
    info: {
      name: title,
      description: `Version ${version}. Generated from the OpenAPI document by \`npm run postman\`.`,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    item: [
      { name: 'System', item: inFolder('System') },
      { name: 'Work', item: inFolder('Work') },
      { name: 'Events of each store', item: Object.entries(events).map(eventRequest) },
      { name: 'Images', item: inFolder('Images') },
      { name: 'Statistics', item: inFolder('Statistics') },
      {
        name: 'Streams',
        description: 'Endless responses: send them by hand, not in a collection run.',
        item: operations.filter(({ example }) => example.isStream).map(requestOf),
      },
    ],
  };
}

/** The URL of the sandbox. */
export function postmanEnvironment() {
  const value = (key: string, text: string) => ({
    key,
    value: text,
    type: 'default',
    enabled: true,
  });
  return {
    name: 'Grayscale (local)',
    values: [
      value('baseUrl', 'http://127.0.0.1:8080'),
      { ...value('token', 'not-needed-on-loopback'), type: 'secret' },
      value('imageId', '1'),
    ],
    _postman_variable_scope: 'environment',
  };
}

interface Entry {
  name: string;
  method: string;
  path: string;
  operation: OperationObject;
  example: Example;
}

function requestOf({ name, method, path, operation, example }: Entry) {
  const { summary, description, parameters = [] } = operation;
  const values = example.values ?? {};
  const parametersIn = (location: string) =>
    parameters.filter((parameter) => parameter.in === location);
  const query = parametersIn('query').map(({ name: key, description: queryDescription = '' }) => ({
    key,
    value: values[key] ?? '',
    description: queryDescription,
    ...(values[key] === undefined && { disabled: true }),
  }));
  const variable = parametersIn('path').map(({ name: key }) => ({ key, value: values[key] ?? '' }));
  const enabled = query.filter(({ key }) => values[key] !== undefined);
  const text = enabled.map(({ key, value }) => `${key}=${value}`).join('&');
  const segments = path.replace(/\{(\w+)\}/g, ':$1');
  return {
    name: `${summary} (${name})`,
    event: [testEvent(example)],
    request: {
      method: method.toUpperCase(),
      description: description ?? summary,
      header: [],
      url: {
        raw: `{{baseUrl}}${segments}${text && `?${text}`}`,
        host: ['{{baseUrl}}'],
        path: segments.slice(1).split('/'),
        ...(query.length > 0 && { query }),
        ...(variable.length > 0 && { variable }),
      },
      ...bodyOf(example),
    },
  };
}

function bodyOf({ file, json, form }: Example) {
  if (form) {
    const urlencoded = Object.entries(form).map(([key, value]) => ({ key, value, type: 'text' }));
    return { body: { mode: 'urlencoded', urlencoded } };
  }
  if (file) return { body: { mode: 'file', file: { src: file } } };
  if (json === undefined) return {};
  const options = { raw: { language: 'json' } };
  return { body: { mode: 'raw', raw: JSON.stringify(json, null, 2), options } };
}

function testEvent({ status, script = [] }: Example) {
  const exec = [
    `pm.test('returns ${status}', () => pm.response.to.have.status(${status}));`,
    ...script,
  ];
  return { listen: 'test', script: { type: 'text/javascript', exec } };
}

/** The event that each store sends when the sample is uploaded. */
const events = {
  S3: s3Event(sample),
  'S3 by EventBridge': eventBridgeEvent(sample),
  MinIO: minioEvent(sample),
  RustFS: rustfsEvent(sample),
  'Ceph RGW': cephEvent(sample),
  VersityGW: versityGatewayEvent(sample),
  SeaweedFS: seaweedFsEvent(sample),
};

function eventRequest([store, json]: [string, unknown]) {
  const script = [
    "pm.test('converts the image', () => pm.expect(pm.response.json().results[0].status).to.equal('converted'));",
  ];
  return requestOf({
    name: store,
    method: 'post',
    path: '/v1/events',
    operation: { tags: [], summary: `Event of ${store}` },
    example: { json, status: 200, script },
  });
}
