import { hkdfSync, randomBytes } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Db } from '../../data/database.ts';
import type { PushSchema } from '../../data/schema-push.ts';
import { limits } from '../../limits.ts';
import { readSettings } from '../../people/settings.ts';
import type { Keys } from '../../sealing/key-file.ts';
import { seal, unseal } from '../../sealing/seal.ts';
import { usableStates } from '../../tokens/states.ts';

export type PushKeyRow = Selectable<PushSchema['push_keys']>;

/** The suite that fobs answer pushes by (RFC 6287 §6): a question of forty hexadecimal digits, and nothing else. */
export const PUSH_SUITE = 'OCRA-1:HOTP-SHA256-8:QH40';

/** What is known of the push key of a fob. */
export interface PushKeyState {
  readonly row: PushKeyRow | undefined;
  /** `yes` while somebody uses a token on the fob, `no` once nobody has one. */
  readonly isWanted: 'yes' | 'perhaps' | 'no';
  /** What the service calls itself. */
  readonly service: string;
}

export async function pushKeyState(db: Db, fobId: string): Promise<PushKeyState> {
  const row = await db.selectFrom('push_keys').selectAll().where('fob_id', '=', fobId).executeTakeFirst();
  const tokens = await db
    .selectFrom('tokens')
    .select('state')
    .where('fob_id', '=', fobId)
    .where('user_id', 'is not', null)
    .where('state', '<>', 'revoked')
    .execute();
  const isUsed = tokens.some(({ state }) => usableStates.includes(state));
  const { serviceName } = await readSettings(db);
  return { row, isWanted: isUsed ? 'yes' : tokens.length > 0 ? 'perhaps' : 'no', service: serviceName };
}

/**
 * Makes a key for a fob and keeps it. Once this is durable the fob may hear it.
 * @param fobChance of the session: the key is as good as the better of the two sources (RFC 5869)
 * @param account 4 bytes
 */
export async function makePushKey(
  { db, keys, atMs }: { readonly db: Db; readonly keys: Keys; readonly atMs: number },
  fobId: string,
  fobChance: Uint8Array,
  account: Uint8Array,
): Promise<PushKeyRow> {
  const own = randomBytes(limits.pushSecretBytes);
  const secret = new Uint8Array(hkdfSync('sha256', own, fobChance, 'passfob push', limits.pushSecretBytes));
  const { box, keyId } = seal(keys, placeOf(fobId), secret);
  own.fill(0);
  secret.fill(0);
  const row: PushKeyRow = {
    fob_id: fobId,
    account: Buffer.from(account).toString('hex'),
    suite: PUSH_SUITE,
    sealed_secret: box,
    key_id: keyId,
    proved_ms: null,
    created_ms: atMs,
  };
  await dropPushKey(db, fobId);
  await db.insertInto('push_keys').values(row).execute();
  return row;
}

/** The key's secret, or undefined where the seal does not open. The caller clears it after use. */
export function pushSecretOf(keys: Keys, row: PushKeyRow): Uint8Array | undefined {
  return unseal(keys, placeOf(row.fob_id), { box: row.sealed_secret, keyId: row.key_id });
}

/** @param provedMs null where the fob turned out not to have it */
export async function markPushKey(db: Db, row: PushKeyRow, provedMs: number | null): Promise<void> {
  await db
    .updateTable('push_keys')
    .set({ proved_ms: provedMs })
    .where('fob_id', '=', row.fob_id)
    .where('account', '=', row.account)
    .execute();
}

export async function dropPushKey(db: Db, fobId: string): Promise<void> {
  await db.deleteFrom('push_keys').where('fob_id', '=', fobId).execute();
}

/** Whether a serial number is that of a token. */
export async function isTokenOf(db: Db, serial: string): Promise<boolean> {
  const found = await db.selectFrom('tokens').select('id').where('serial', '=', serial).executeTakeFirst();
  return found !== undefined;
}

function placeOf(fobId: string) {
  return { table: 'push_keys', id: fobId };
}
