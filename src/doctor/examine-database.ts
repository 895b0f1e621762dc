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
      const { version, user, connections, rights, migrations } = facts;
      const encrypted = facts.isEncrypted ? 'encrypted' : 'not encrypted';
      found({ state: 'good', what: `PostgreSQL ${version} answers, as "${user}", ${encrypted}` });
      found(schemaFinding(migrations, user));
      for (const { name, isGranted } of rights ?? []) {
        if (isGranted) continue;
        const isNeeded = requiredRights.includes(name) || (isDeletionEnabled && name === 'DELETE');
        const right = `"${user}" may not ${name} in image_metadata`;
        found({
          state: isNeeded ? 'bad' : 'good',
          what: isNeeded ? right : `${right}, which only the API needs, to delete`,
          ...(isNeeded && { cure: `GRANT ${name} ON image_metadata TO "${user}";` }),
        });
      }
      const { used, max } = connections;
      const isTight = used > max * 0.8;
      found({
        state: isTight ? 'warning' : 'good',
        what: `${used} of ${max} connections are in use`,
        ...(isTight && { cure: 'Lower the concurrency of the function, or put a pooler between.' }),
      });
    },
    'Check DATABASE_URL, or DB_HOST and the others, and the way there.',
  );
}

function schemaFinding(
  migrations: DatabaseFacts['migrations'],
  user: string,
): Omit<Finding, 'subject'> {
  if (!migrations) {
    return { state: 'good', what: `"${user}" may not ask for the schema's version; its owner may` };
  }
  const { pending, unknown } = migrations;
  if (pending.length > 0) {
    const what = `it lacks ${pending.join(', ')}`;
    return { state: 'bad', what, cure: 'Run `grayscale migrate` as the owner of the table.' };
  }
  if (unknown.length > 0) {
    const what = `it is ahead of this release by ${unknown.join(', ')}`;
    const cure = 'One release ahead is fine, as after a roll-back; else upgrade this program.';
    return { state: 'warning', what, cure };
  }
  return { state: 'good', what: 'the schema is up to date' };
}
