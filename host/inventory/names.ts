import { existsSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { NAMES_MAX, NAMES_TIMEOUT_MS } from '../limits.ts';

/** What people call a fob and its accounts. */
export interface FobNames {
  readonly serial: string;
  /** The person with the fob, by `passfob inventory assign`. */
  readonly holder: string | null;
  readonly accounts: readonly { readonly issuer: string; readonly label: string }[];
}

/**
 * Returns the names of the fobs in the inventory of a folder, without opening the inventory: a completion has no time
 * for that. Reads only, makes no file, and needs no key, because names are not encrypted. An inventory that cannot be
 * read at once has no names.
 */
export function namesIn(directory: string): readonly FobNames[] {
  const path = join(directory, 'inventory.db');
  if (!existsSync(path)) return [];
  try {
    const database = new BetterSqlite(path, {
      readonly: true,
      fileMustExist: true,
      timeout: NAMES_TIMEOUT_MS,
    });
    try {
      return read(database);
    } finally {
      database.close();
    }
  } catch {
    // For example an inventory of an older version, or a missing native part, which the command itself reports.
    return [];
  }
}

interface NameRow {
  readonly serial: string;
  readonly holder: string | null;
  readonly issuer: string | null;
  readonly label: string | null;
}

function read(database: BetterSqlite.Database): FobNames[] {
  const rows = database
    .prepare(
      `select serial, holder, issuer, label from pairings
       left join accounts on pairing_id = pairings.id and accounts.state = 'active'
       where pairings.state != 'erased' order by serial, accounts.created_ms limit ?`,
    )
    .all(NAMES_MAX) as NameRow[];
  const fobs = new Map<string, FobNames & { accounts: { issuer: string; label: string }[] }>();
  for (const { serial, holder, issuer, label } of rows) {
    const fob = fobs.get(serial) ?? { serial, holder, accounts: [] };
    fobs.set(serial, fob);
    if (issuer !== null && label !== null) fob.accounts.push({ issuer, label });
  }
  return [...fobs.values()];
}
