import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import { writeSetting } from '../../storage/settings.ts';
import type { AuditCheckpoint } from './chain.ts';

const NAME = 'audit-anchor';

/** How far the audit was rotated: the last checkpoint whose rows are gone, and the last of those rows. */
export interface Anchor {
  readonly seal: number;
  readonly lastRow: number;
}

/**
 * Reads the anchor from `settings` and verifies its MAC: without the MAC, an attacker who removes rows could pass it
 * off as rotation.
 *
 * @returns null before the first rotation; undefined if the anchor was changed or does not match the first checkpoint
 */
export async function readAnchor(
  db: Db,
  keys: Keys,
  first: AuditCheckpoint | undefined,
): Promise<Anchor | null | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', NAME).executeTakeFirst();
  if (row === undefined) return first === undefined || first.rotated_ms === null ? null : undefined;
  const form = /^\{"seal":(\d{1,15}),"lastRow":(\d{1,15}),"mac":"([\w-]+)"\}$/;
  const [, seal = '', lastRow = '', mac] = form.exec(row.value) ?? [];
  if (first === undefined || first.rotated_ms === null || String(first.number) !== seal) return undefined;
  if (mac !== anchorMac(keys, first, Number(lastRow))) return undefined;
  return { seal: first.number, lastRow: Number(lastRow) };
}

/** Stores the anchor: the checkpoint in its current state, with `rotated_ms`, and the last row that was removed. */
export async function writeAnchor(db: Db, keys: Keys, seal: AuditCheckpoint, lastRow: number): Promise<void> {
  const anchor = { seal: seal.number, lastRow, mac: anchorMac(keys, seal, lastRow) };
  await writeSetting(db, NAME, anchor, seal.rotated_ms ?? 0);
}

function anchorMac(keys: Keys, seal: AuditCheckpoint, lastRow: number): string {
  const numbers = [seal.number, seal.at_ms, seal.rows, seal.rotated_ms ?? -1, lastRow].map(String);
  return macOf(keys, 'audit-seal', ['anchor', ...numbers, seal.previous, seal.mac]);
}
