import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What a request of the collection sends, and how it checks the response. */
export interface Example {
  /** Path and query parameters; the others are included but disabled. */
  values?: Record<string, string>;
  /** A file of the project, sent as the body. */
  file?: string;
  json?: unknown;
  /** Fields of a form. */
  form?: Record<string, string>;
  status: number;
  /** Lines of JavaScript for Postman, run after the status check. */
  script?: string[];
  /** The response never ends: for manual use, not for a run. */
  isStream?: boolean;
}

const file = 'samples/dunes.jpg';
const key = 'postman/dunes.jpg';
const id = '{{imageId}}';

/** One per operation of the API. */
export const examples: Record<string, Example> = {
  'GET /v1/images': {
    values: { key },
    status: 200,
    script: [
      'const [image] = pm.response.json().images;',
      "pm.test('lists the converted image', () => pm.expect(image.status).to.equal('converted'));",
      "pm.environment.set('imageId', image.id);",
    ],
  },
  'GET /v1/images/{id}': {
    values: { id },
    status: 200,
    script: [
      "pm.test('has the duration of each stage', () => pm.expect(pm.response.json().stagesMs.decode).to.be.above(0));",
    ],
  },
  'GET /v1/images/{id}/source': { values: { id }, status: 200, script: hasType('image/jpeg') },
  'GET /v1/images/{id}/gray': { values: { id }, status: 200, script: hasType('image/png') },
  'POST /v1/images/zip': {
    form: { ids: id },
    status: 200,
    script: hasType('application/zip'),
  },
  'GET /v1/images/export': {
    values: { prefix: 'postman/', format: 'csv' },
    status: 200,
    script: hasType('text/csv; charset=utf-8'),
  },
  'POST /v1/images/{id}/retry': { values: { id }, status: 200 },
  'POST /v1/images/retry': { form: { ids: id }, status: 200 },
  'DELETE /v1/images/{id}': {
    values: { id, source: 'true' },
    status: 200,
    script: [
      "pm.test('deletes row, output and source', () => pm.expect(pm.response.json().removed).to.have.members(['row', 'output', 'source']));",
    ],
  },
  'POST /v1/images/delete': { form: { ids: id, source: 'true' }, status: 200 },
  'POST /v1/convert': {
    values: { method: 'luminance', format: 'webp' },
    file,
    status: 200,
    script: hasType('image/webp'),
  },
  'POST /v1/uploads': { values: { key }, file, status: 202 },
  'POST /v1/events': { json: { Service: 'Amazon S3', Event: 's3:TestEvent' }, status: 200 },
  'GET /v1/stats': { values: { since: '24h', by: 'stage' }, status: 200 },
  'GET /v1/stats/compare': {
    values: { baseline: '48h..24h', candidate: '24h..' },
    status: 200,
    script: [
      "pm.test('contains a sentence', () => pm.expect(pm.response.json().image.sentence).to.be.a('string'));",
    ],
  },
  'GET /v1/stats/timeline': { values: { since: '1h', buckets: '12' }, status: 200 },
  'GET /v1/stats/distribution': { status: 200 },
  'GET /v1': { status: 200 },
  'GET /v1/queue': { status: 200 },
  'GET /v1/live': { status: 200, isStream: true },
  'GET /healthz': { status: 200 },
  'GET /readyz': { status: 200 },
  'GET /metrics': { status: 200 },
};

const bytes = readFileSync(file);

/** The image that the events announce. */
export const sample = {
  bucket: 'uploads',
  key,
  etag: createHash('md5').update(bytes).digest('hex'),
  sizeBytes: bytes.byteLength,
  versionId: undefined,
  eventTime: '{{$isoTimestamp}}',
};

function hasType(type: string): string[] {
  return [
    `pm.test('has the type ${type}', () => pm.expect(pm.response.headers.get('content-type')).to.equal('${type}'));`,
  ];
}
