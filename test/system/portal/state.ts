import type { Db } from '@passfob/service/storage/database/database';
import { backedUpTables, leftOutTables } from '@passfob/service/subjects/operations/tables';
import { sql } from 'kysely';

/** Values that differ from run to run in any case: randomness, times, and their encrypted or hashed forms. */
const MASKED: Readonly<Record<string, readonly string[]>> = {
  settings: ['value', 'changed_ms'],
  service_keys: ['public_key', 'sealed_key', 'key_id', 'created_ms'],
  users: ['created_ms'],
  applications: ['key_hash', 'created_ms'],
  policies: ['created_ms', 'changed_ms'],
  fobs: [
    'sealed_secrets',
    'key_id',
    'clock_set_ms',
    'clock_error_ms',
    'seen_error_ms',
    'listed_ms',
    'last_seen_ms',
    'created_ms',
  ],
  fob_accounts: ['account', 'seen_ms'],
  tokens: ['recent', 'sealed_secret', 'key_id', 'created_ms', 'last_used_ms'],
  assignments: ['from_ms'],
  mails: ['sealed_content', 'key_id', 'created_ms', 'expires_ms', 'due_ms'],
  events: ['at_ms', 'request_id'],
  audit: ['at_ms', 'request_id', 'mac'],
  operator_links: ['key_hash', 'expires_ms'],
  activations: ['code_hash', 'claim', 'created_ms', 'expires_ms', 'claimed_until_ms', 'used_ms'],
  // Its account is made of the fob's identifier.
  push_keys: ['account', 'sealed_secret', 'key_id', 'proved_ms', 'created_ms'],
  user_sessions: ['token_hash', 'created_ms', 'expires_ms'],
};

/** A checkpoint covers the rows of some seconds: the checkpoint of a row depends on its time. */
const SEALS = 'audit_seals';
/**
 * Derived from the rows of users and tokens, and so from their serial numbers: test/service/search compares them with
 * those rows.
 */
const SEARCH = ['search_parts', 'search_texts'];

const IDENTIFIER = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const SERIAL = /PF-[0-9A-Z]{4}-[0-9A-Z]{4}(?:-[0-9a-f]{8})?/g;

/**
 * Returns every row of every table; of masked values only whether they are null. Identifiers and serial numbers are
 * numbered in order, so that references are compared, too.
 */
export async function comparableState(db: Db, origin: string): Promise<Record<string, unknown[]>> {
  const names = new Map<string, string>();
  const named = (kind: string) => (found: string) => {
    if (!names.has(found)) names.set(found, `${kind} ${names.size}`);
    return names.get(found) ?? '';
  };
  const state: Record<string, unknown[]> = {};
  for (const table of [...backedUpTables.map(one => one.table), ...leftOutTables]) {
    if (table === SEALS || SEARCH.includes(table)) continue;
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db);
    const masked = MASKED[table] ?? [];
    const texts = rows.map(row =>
      JSON.stringify(row, (name, value) => (masked.includes(name) && value !== null ? 'masked' : value)),
    );
    state[table] = texts.map(text => {
      const row = JSON.parse(
        text
          .replaceAll(origin, 'origin')
          .replaceAll(IDENTIFIER, named('id'))
          .replaceAll(SERIAL, named('serial')),
      ) as Record<string, unknown>;
      // The one trace of the way: how the relay reached the fob.
      if (table === 'audit') return { ...row, seal: 'masked', detail: withoutWay(String(row.detail)) };
      return row;
    });
  }
  return state;
}

function withoutWay(detail: string): unknown {
  const { port, expiresMs, ...rest } = JSON.parse(detail) as Record<string, unknown>;
  return { ...rest, port: typeof port, expiresMs: typeof expiresMs };
}
