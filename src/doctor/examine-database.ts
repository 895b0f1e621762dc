import { examine, type Finding } from './finding.ts';
import type { DatabaseFacts, DatabaseProbe } from './probes.ts';

/** Rights that every part of the program needs. */
const requiredRights = ['SELECT', 'INSERT', 'UPDATE'];

/** `removes`: whether rows are deleted with their sources. If not, only the API removes rows. */
export function examineDatabase(
  open: () => Promise<DatabaseProbe>,
  { isDeletionEnabled = false } = {},
): Promise<Finding[]> {
  return examine(
    'database',
    async (found) => {
      const database = await open();
      const facts = await database.readFacts();
      const { version, user, connections, rights } = facts;
      const encrypted = facts.isEncrypted ? 'encrypted' : 'not encrypted';
      found({
        state: 'good',
        what: `PostgreSQL ${version} is reachable as "${user}", ${encrypted}`,
      });
      found(schemaFinding(facts));
      for (const { name, isGranted } of rights ?? []) {
        if (isGranted) continue;
        const isNeeded = requiredRights.includes(name) || (isDeletionEnabled && name === 'DELETE');
        const message = `"${user}" lacks ${name} on image_metadata`;
        found({
          state: isNeeded ? 'bad' : 'good',
          what: isNeeded ? message : `${message}, which only the API needs for deletions`,
          ...(isNeeded && { cure: `GRANT ${name} ON image_metadata TO "${user}";` }),
        });
      }
      const { used, max } = connections;
      const isTight = used > max * 0.8;
      found({
        state: isTight ? 'warning' : 'good',
        what: `${used} of ${max} connections are in use`,
        ...(isTight && {
          cure: 'Lower the concurrency of the function, or use a connection pooler.',
        }),
      });
    },
    'Check DATABASE_URL, or DB_HOST and the other DB_ variables, and the network.',
  );
}

function schemaFinding({ migrations, rights, user }: DatabaseFacts): Omit<Finding, 'subject'> {
  if (!migrations) {
    return {
      state: 'good',
      what: `"${user}" cannot read the schema version, but the owner of the table can`,
    };
  }
  const { pending, unknown } = migrations;
  if (pending.length > 0) {
    const what = `pending migrations: ${pending.join(', ')}`;
    return { state: 'bad', what, cure: 'Run `grayscale migrate` as the owner of the table.' };
  }
  if (rights === undefined) {
    const what = 'image_metadata does not exist, although all migrations were applied';
    const cure = 'Restore it from a backup, or run `grayscale migrate` in an empty database.';
    return { state: 'bad', what, cure };
  }
  if (unknown.length > 0) {
    const what = `the schema is newer than this release: ${unknown.join(', ')}`;
    const cure =
      'One release ahead is compatible, as after a rollback; otherwise upgrade this program.';
    return { state: 'warning', what, cure };
  }
  return { state: 'good', what: 'the schema is up to date' };
}
