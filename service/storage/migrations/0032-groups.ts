import { type Kysely, sql } from 'kysely';
import { engineOf } from '../schema/engine.ts';

/**
 * Groups of people and who is in them; who disabled an account, where that was an import; when a job starts at the
 * earliest, and after which other.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const exact = sql.raw(engineOf(db) === 'postgres' ? 'text collate "C"' : 'text');
  await sql`create table user_groups (
    id ${exact} primary key, name ${exact} not null unique, created_ms bigint not null)`.execute(db);
  await sql`create table group_members (
    group_id ${exact} not null references user_groups (id), user_id ${exact} not null references users (id),
    given_by text not null,
    constraint group_members_pkey primary key (group_id, user_id))`.execute(db);
  await sql`create index group_members_user on group_members (user_id)`.execute(db);
  await sql`alter table users add column disabled_by text`.execute(db);
  await sql`alter table jobs add column starts_ms bigint`.execute(db);
  await sql`alter table jobs add column waits_for ${exact}`.execute(db);
}
