import { administrationLimits } from '@passfob/service/base/limits/administration';
import type { Db } from '@passfob/service/storage/database/database';
import { engineOf } from '@passfob/service/storage/schema/engine';
import { fold } from '@passfob/service/storage/search/parts';
import { sql } from 'kysely';

/** Common names: a tenth or a seventh of all users has each. */
const FIRST = ['Ada', 'Grace', 'Heinz', 'José', 'Mária', 'Nguyễn', 'Olga', 'Søren', 'Wei', 'Zoë'];
const LAST = ['Lovelace', 'Hopper', 'Müller', 'García', 'Nagy', 'Văn Hùng', 'Ivanova'];

/** The e-mail address, of which the user name is the beginning, has the most characters. */
const CHARACTERS_MOST = 25;

export const userOf = (number: number): string => `user-${String(number).padStart(8, '0')}`;

/**
 * Makes users of one token each in SQL, with their rows in the search index: as the service would, but in minutes for a
 * million. Three of ten are disabled, and 50 locked at a time.
 *
 * @param nowMs when the locked ones failed
 */
export async function seedLists(db: Db, from: number, to: number, nowMs: number): Promise<void> {
  const isSqlite = engineOf(db) === 'sqlite';
  const digits = sql.raw(isSqlite ? "substr('0000000' || n, -8)" : "right('0000000' || n, 8)");
  const feed = sql.raw(isSqlite ? 'char(10)' : 'chr(10)');
  const numbers = sql`recursive numbers (n) as (select ${sql.lit(from)} union all select n + 1 from numbers
    where n + 1 < ${sql.lit(to)})`;
  const listOf = (names: readonly string[]) =>
    sql`values ${sql.join(names.map((name, at) => sql`(${sql.lit(at)}, ${sql.lit(name)}, ${sql.lit(fold(name))})`))}`;
  const names = sql`firsts (at, name, folded) as (${listOf(FIRST)}), lasts (at, name, folded) as (${listOf(LAST)})`;
  const named = sql`numbers join firsts on firsts.at = n % 10 join lasts on lasts.at = n * 3 % 7`;
  await sql`insert into users (id, name, display_name, email, created_ms, disabled_ms, failures, last_failure_ms)
    with ${numbers}, ${names} select 'u' || n, 'user-' || ${digits}, firsts.name || ' ' || lasts.name,
      'user-' || ${digits} || '@example.org', 0, case when n % 10 in (1, 2, 3) then 1 end,
      case when n % 20000 = 7 then 10 else 0 end, case when n % 20000 = 7 then ${sql.lit(nowMs)} end
    from ${named} order by n`.execute(db);
  await sql`insert into tokens (id, serial, user_id, state, kind, algorithm, alphabet, digits, pin_place, last_step,
      drift_steps, recent, issuer, label, created_ms)
    with ${numbers} select 't' || n, 'FOB-' || ${digits}, 'u' || n, case when n % 3 = 0 then 'assigned' else 'active' end,
      'hotp', 'sha1', 'decimal', 6, 'none', -1, 0, '[]', 'Bench', 'user-' || ${digits}, 0 from numbers`.execute(
    db,
  );
  const user = sql`'user-' || ${digits}`;
  const serial = sql`'fob-' || ${digits}`;
  const texts = sql`texts (kind, name, text, other, is_first) as (
    select 'user', ${user}, firsts.folded || ' ' || lasts.folded, ${user} || '@example.org', 1 from ${named}
    union all select 'user', ${user}, ${user} || '@example.org', firsts.folded || ' ' || lasts.folded, 0 from ${named}
    union all select 'token', 'FOB-' || ${digits}, ${serial}, ${user}, 1 from numbers
    union all select 'token', 'FOB-' || ${digits}, ${user}, ${serial}, 0 from numbers)`;
  await sql`insert into search_texts (kind, name, folded)
    with ${numbers}, ${names} select 'user', 'user-' || ${digits}, 'user-' || ${digits} || ${feed} || firsts.folded || ' '
      || lasts.folded || ${feed} || 'user-' || ${digits} || '@example.org' from ${named} order by n`.execute(
    db,
  );
  await sql`insert into search_texts (kind, name, folded) with ${numbers} select 'token', 'FOB-' || ${digits},
    'fob-' || ${digits} || ${feed} || 'user-' || ${digits} from numbers`.execute(db);
  const most = sql.lit(administrationLimits.searchPartMax);
  // As in `fillParts`: PostgreSQL makes an index of rows in less time than it adds them to one.
  const key = isSqlite ? undefined : sql`constraint search_parts_pkey`;
  if (key) await sql`alter table search_parts drop ${key}`.execute(db);
  const find = sql.raw(isSqlite ? 'instr' : 'strpos');
  // As `partsOf` leaves out parts with which another one begins.
  await sql`insert into search_parts (kind, part, name)
    with ${numbers}, ${names}, ${texts},
      positions (p) as (select 1 union all select p + 1 from positions where p < ${sql.lit(CHARACTERS_MOST)}),
      parts as (select kind, substr(text, p, ${most}) as part, name, text, other, is_first, p
        from texts join positions on p <= length(text) where substr(text, p, 1) <> ' ')
    select kind, part, name from parts where length(part) = ${most} or (${find}(text, part) = p
      and (${find}(other, part) = 0 or is_first = 0 and ${find}(other, part) = length(other) - length(part) + 1))
    order by 1, 2, 3`.execute(db);
  if (key) await sql`alter table search_parts add ${key} primary key (kind, part, name)`.execute(db);
  await sql.raw(isSqlite ? 'analyze' : 'vacuum analyze').execute(db);
}
