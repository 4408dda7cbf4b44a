import type { Migration, MigrationProvider } from 'kysely';
import { up as first } from './0001-first.ts';
import { up as care } from './0019-care.ts';
import { up as fobAlerts } from './0020-fob-alerts.ts';
import { up as replacement } from './0021-replacement.ts';
import { up as idempotencyUser } from './0022-idempotency-user.ts';
import { up as searchTexts } from './0023-search-texts.ts';
import { up as listsByTime } from './0024-lists-by-time.ts';
import { up as keptDays } from './0025-kept-days.ts';
import { up as groups } from './0032-groups.ts';

/**
 * What 0.2.0 recorded. `0001-first` does the work of all of them: a new database records the same names as one of
 * 0.2.0, because nodes and backups compare them.
 */
const NAMES_OF_0_2_0 = [
  ...['0001-first', '0002-management', '0003-sessions', '0004-challenges', '0005-mails', '0006-activations'],
  ...['0007-failures', '0008-radius', '0009-push', '0010-radius-challenges', '0011-familiar-sources'],
  ...['0012-event-by', '0013-readiness', '0014-look-alike-names', '0016-look-ahead', '0017-alphabets'],
  '0018-search-parts',
];

const migrations: Record<string, Migration> = {
  ...Object.fromEntries(NAMES_OF_0_2_0.map(name => [name, { up: async () => undefined }])),
  '0001-first': { up: first },
  '0019-care': { up: care },
  '0020-fob-alerts': { up: fobAlerts },
  '0021-replacement': { up: replacement },
  '0022-idempotency-user': { up: idempotencyUser },
  '0023-search-texts': { up: searchTexts },
  '0024-lists-by-time': { up: listsByTime },
  '0025-kept-days': { up: keptDays },
  '0032-groups': { up: groups },
};

/** The names of all migrations, in order. */
export const migrationNames: readonly string[] = Object.keys(migrations).sort();

/** The migrations in order of their names. A released one is never edited: a later change is a new file. */
export const migrationProvider: MigrationProvider = {
  getMigrations: () => Promise.resolve(migrations),
};

/** Whether a database that records these names is older than 0.2.0: it cannot be brought up to date. */
export function isTooOld(names: readonly string[]): boolean {
  return names.length > 0 && !NAMES_OF_0_2_0.every(name => names.includes(name));
}
