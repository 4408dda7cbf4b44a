import type { Migration, MigrationProvider } from 'kysely';
import { up as first } from './0001-first.ts';
import { up as management } from './0002-management.ts';
import { up as sessions } from './0003-sessions.ts';
import { up as challenges } from './0004-challenges.ts';
import { up as mails } from './0005-mails.ts';
import { up as activations } from './0006-activations.ts';
import { up as failures } from './0007-failures.ts';
import { up as radius } from './0008-radius.ts';
import { up as push } from './0009-push.ts';
import { up as radiusChallenges } from './0010-radius-challenges.ts';
import { up as familiarSources } from './0011-familiar-sources.ts';
import { up as eventBy } from './0012-event-by.ts';
import { up as readiness } from './0013-readiness.ts';
import { up as lookAlikeNames } from './0014-look-alike-names.ts';
import { up as lookAhead } from './0016-look-ahead.ts';
import { up as alphabets } from './0017-alphabets.ts';
import { up as searchParts } from './0018-search-parts.ts';
import { up as care } from './0019-care.ts';
import { up as fobAlerts } from './0020-fob-alerts.ts';
import { up as replacement } from './0021-replacement.ts';
import { up as idempotencyUser } from './0022-idempotency-user.ts';

const migrations: Record<string, Migration> = {
  '0001-first': { up: first },
  '0002-management': { up: management },
  '0003-sessions': { up: sessions },
  '0004-challenges': { up: challenges },
  '0005-mails': { up: mails },
  '0006-activations': { up: activations },
  '0007-failures': { up: failures },
  '0008-radius': { up: radius },
  '0009-push': { up: push },
  '0010-radius-challenges': { up: radiusChallenges },
  '0011-familiar-sources': { up: familiarSources },
  '0012-event-by': { up: eventBy },
  '0013-readiness': { up: readiness },
  '0014-look-alike-names': { up: lookAlikeNames },
  '0016-look-ahead': { up: lookAhead },
  '0017-alphabets': { up: alphabets },
  '0018-search-parts': { up: searchParts },
  '0019-care': { up: care },
  '0020-fob-alerts': { up: fobAlerts },
  '0021-replacement': { up: replacement },
  '0022-idempotency-user': { up: idempotencyUser },
};

/** The names of all migrations, in order. */
export const migrationNames: readonly string[] = Object.keys(migrations).sort();

/** The migrations in order of their names. A released one is never edited: a later change is a new file. */
export const migrationProvider: MigrationProvider = {
  getMigrations: () => Promise.resolve(migrations),
};
