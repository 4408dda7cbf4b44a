import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { macOf } from '../../storage/encryption-at-rest/seal.ts';
import { writeSetting } from '../../storage/settings.ts';

const NAME = 'audit-head';

/** The number of the last audit row; 0 before the first row or if the stored number was tampered with. */
export interface Head {
  readonly standing: 'absent' | 'good' | 'changed';
  readonly id: number;
}

/** Reads the last assigned number from `settings`, and verifies its MAC. */
export async function readHead(db: Db, keys: Keys): Promise<Head> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', NAME).executeTakeFirst();
  if (row === undefined) return { standing: 'absent', id: 0 };
  const [, digits = '', mac] = /^\{"id":(\d{1,15}),"mac":"([\w-]+)"\}$/.exec(row.value) ?? [];
  if (mac !== headMac(keys, digits)) return { standing: 'changed', id: 0 };
  return { standing: 'good', id: Number(digits) };
}

/** Stores the last number under a MAC. */
export async function writeHead(db: Db, keys: Keys, id: number, nowMs: number): Promise<void> {
  await writeSetting(db, NAME, { id, mac: headMac(keys, String(id)) }, nowMs);
}

function headMac(keys: Keys, digits: string): string {
  return macOf(keys, 'audit-seal', ['head', digits]);
}
