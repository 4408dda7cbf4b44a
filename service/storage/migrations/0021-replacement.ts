import type { Kysely } from 'kysely';
import { exactText } from './columns.ts';

/** The token that ends when an activation has made another one active. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('activations').addColumn('replaces_token_id', exactText(db)).execute();
}
