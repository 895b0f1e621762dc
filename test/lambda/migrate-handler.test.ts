// The migrations handler on a real PostgreSQL. It answers a server in place of CloudFormation.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../src/lambda/migrate-handler.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import { captureLog } from '../../testing/lambda-environment.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

const role = `migrated_${process.pid}`;
let database: TestDatabase;
let cloudFormation: Server;
let answers: { path: string; headers: IncomingHttpHeaders; body: Record<string, unknown> }[];
/** Statuses of the answers to the next requests; 200 when the list is empty. */
let statuses: number[];

beforeAll(async () => {
  cloudFormation = createServer(async (request, response) => {
    const status = statuses.shift() ?? 200;
    const body = JSON.parse(await text(request));
    if (status === 200) answers.push({ path: request.url ?? '', headers: request.headers, body });
    response.writeHead(status).end();
  });
  await once(cloudFormation.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void cloudFormation.close());
beforeEach(async () => {
  answers = [];
  statuses = [];
  database = await createDatabase({ migrated: false });
  vi.stubEnv('DATABASE_URL', database.url);
  vi.stubEnv('DB_APPLICATION_ROLE', role);
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  captureLog();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  const { rowCount } = await database.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount) await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await database.drop();
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
function request(type: 'Create' | 'Update' | 'Delete', more: object = {}) {
  const { port } = cloudFormation.address() as AddressInfo;
  return {
    RequestType: type,
    ResponseURL: `http://127.0.0.1:${port}/answer?X-Amz-Signature=abc%2Fdef`,
    StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/grayscale/1',
    RequestId: '5c8c9a3e-0000-4000-8000-000000000001',
    ResourceType: 'Custom::GrayscaleSchema',
    LogicalResourceId: 'Schema',
    ServiceToken: 'arn:aws:lambda:eu-central-1:123456789012:function:migrations',
    ResourceProperties: { ServiceToken: 'arn:aws:lambda:eu-central-1:123456789012:function:m' },
    ...(type !== 'Create' && { PhysicalResourceId: 'Schema' }),
    ...more,
  };
}

const isMigrated = async () =>
  (await database.query("SELECT to_regclass('failures_by_code') AS found")).rows[0]?.found !== null;

describe('the migrations handler', () => {
  test('migrates and prepares the role when the stack is created, and reports to CloudFormation', async () => {
    await handler(request('Create'), lambdaContext);
    expect(await isMigrated()).toBe(true);
    const { rows } = await database.query(
      "SELECT has_table_privilege($1, 'image_metadata', 'INSERT') AS may, pg_has_role($1, 'rds_iam', 'MEMBER') AS iam",
      [role],
    );
    expect(rows).toEqual([{ may: true, iam: true }]);
    expect(answers).toEqual([
      {
        path: '/answer?X-Amz-Signature=abc%2Fdef',
        headers: expect.objectContaining({ 'content-type': '' }),
        body: {
          Status: 'SUCCESS',
          PhysicalResourceId: 'Schema',
          StackId: 'arn:aws:cloudformation:eu-central-1:123456789012:stack/grayscale/1',
          RequestId: '5c8c9a3e-0000-4000-8000-000000000001',
          LogicalResourceId: 'Schema',
          Data: {
            Applied:
              '0001_image-metadata, 0002_ledger, 0003_views, 0004_api, 0005_lists-at-scale, 0006_output-checksum, 0007_lists-by-groups, 0008_fewer-indexes, 0009_colourfulness',
          },
        },
      },
    ]);
  });

  test('changes nothing at the next deployment, and keeps the resource', async () => {
    await handler(request('Create'), lambdaContext);
    await database.query("INSERT INTO image_metadata (file_name) VALUES ('grayscale/a.png')");
    await handler(request('Update', { PhysicalResourceId: 'as before' }), lambdaContext);
    expect(answers[1]?.body).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: 'as before',
      Data: { Applied: '' },
    });
    expect(await database.rows()).toHaveLength(1);
  });

  test('changes nothing when the stack is deleted, even if the database is already gone', async () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1:1/gone');
    await handler(request('Delete'), lambdaContext);
    expect(answers[0]?.body).toMatchObject({ Status: 'SUCCESS' });
    expect(await isMigrated()).toBe(false);
  });

  test('reports the reason for a failure to CloudFormation in one sentence, within its time limit', async () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://127.0.0.1:1/gone');
    const context = { ...lambdaContext, getRemainingTimeInMillis: () => 18_000 };
    await handler(request('Create'), context);
    expect(answers[0]?.body).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /^Expected PostgreSQL at 127\.0\.0\.1:1 to accept a connection/,
      ),
    });
  });

  test('sends its answer again when it was not accepted', async () => {
    statuses = [503];
    await handler(request('Create'), lambdaContext);
    expect(answers).toHaveLength(1);
  });

  test('migrates on a direct invocation, and throws errors', async () => {
    expect(await handler({}, lambdaContext)).toEqual({
      applied: [
        '0001_image-metadata',
        '0002_ledger',
        '0003_views',
        '0004_api',
        '0005_lists-at-scale',
        '0006_output-checksum',
        '0007_lists-by-groups',
        '0008_fewer-indexes',
        '0009_colourfulness',
      ],
    });
    vi.stubEnv('DB_AUTH', 'iam');
    await expect(handler({}, lambdaContext)).rejects.toThrow('DATABASE_URL');
    expect(answers).toEqual([]);
  });
});
