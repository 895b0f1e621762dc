import { integer, variable } from './variable.ts';

const port = integer(0, 65_535);

export const sandbox = {
  apiPort: variable('SANDBOX_API_PORT', port, 8080, 'Port of the sandbox’s API and dashboard.'),
  storePort: variable('SANDBOX_S3_PORT', port, 4566, 'Port of the sandbox’s S3 and SQS.'),
  databasePort: variable('SANDBOX_DB_PORT', port, 54_320, 'Port of the sandbox’s PostgreSQL.'),
  workers: variable(
    'SANDBOX_WORKERS',
    integer(1, 64),
    2,
    'Number of function processes that the sandbox runs.',
  ),
};
