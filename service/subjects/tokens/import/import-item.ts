import { RECOVERY_KEY_BYTES } from '@passfob/protocol/limits';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { done, refused } from '../../../base/results.ts';
import type { Acting } from '../../../storage/acting.ts';
import type { Db } from '../../../storage/database/database.ts';
import { seal } from '../../../storage/encryption-at-rest/seal.ts';
import { looksLikeAnother } from '../../users/look-alikes.ts';
import { findOrAddUser, findUser, prepareUserName } from '../../users/users.ts';
import { fobNamed, isElsewhere, type NewFob, register } from '../fobs.ts';
import { hasEnough, insertToken, problemOf, type SeededToken } from '../issue.ts';
import { bytesOf, type FobItem, type ImportItem, type TokenItem } from './items.ts';

/** Imports one row, in the caller's transaction. Refused as `addToken` and `registerFob`. */
export async function importItem(acting: Acting, item: ImportItem) {
  return item.what === 'fob' ? takeFob(acting, item) : takeToken(acting, item);
}

async function takeFob(acting: Acting, item: FobItem) {
  const fob = fobOf(item);
  try {
    const present = await fobNamed(acting.db, item.serial);
    const result = await register(acting, fob);
    const isNew = present === undefined || isElsewhere(present);
    if (result.ok && isNew) await keepNextRecovery(acting, item);
    return result.ok ? done({ serial: item.serial }) : result;
  } finally {
    for (const bytes of Object.values(fob.secrets)) bytes.fill(0);
  }
}

/** Without it, the PIN of a fob that has taken this key already could never be reset. */
async function keepNextRecovery({ db, keys, atMs }: Acting, item: FobItem): Promise<void> {
  const fob = await fobNamed(db, item.serial);
  if (fob === undefined) return;
  await db.deleteFrom('fob_recovery').where('fob_id', '=', fob.id).execute();
  if (item.nextRecoveryKey === undefined) return;
  const key = bytesOf(item.nextRecoveryKey);
  if (key.length !== RECOVERY_KEY_BYTES) return;
  const { box, keyId } = seal(keys, { table: 'fob_recovery', id: fob.id }, key);
  key.fill(0);
  await db
    .insertInto('fob_recovery')
    .values({ fob_id: fob.id, sealed_key: box, key_id: keyId, created_ms: atMs })
    .execute();
}

async function takeToken(acting: Acting, item: TokenItem) {
  const token = tokenOf(item);
  try {
    const problem = await problemOfItem(acting.db, item);
    if (problem !== undefined) return refused(problem);
    const fob = item.fob === null ? undefined : await fobNamed(acting.db, item.fob);
    const user =
      item.user === null
        ? undefined
        : await findOrAddUser(acting.db, prepareUserName(item.user) ?? '', acting.atMs);
    const result = await insertToken(acting, token, {
      user,
      fobId: fob?.id,
      action: 'token.import',
    });
    return result.ok ? done({ serial: item.serial }) : result;
  } finally {
    token.secret.fill(0);
  }
}

/** Returns why a token of an import cannot be added, or undefined. */
export async function problemOfItem(db: Db, item: TokenItem) {
  const token = tokenOf(item);
  const problem = await problemOf(db, token);
  token.secret.fill(0);
  if (problem !== undefined || item.user === null) return problem;
  const name = prepareUserName(item.user);
  if (name === undefined) return 'bad_user';
  const user = await findUser(db, name);
  if (user === undefined) return (await looksLikeAnother(db, name)) ? 'name_looks_alike' : undefined;
  if (user.disabled_ms !== null) return 'disabled_user';
  return (await hasEnough(db, user)) ? 'too_many_tokens' : undefined;
}

/** Returns the fob of an item. The caller clears its secrets. */
export function fobOf(item: FobItem): NewFob {
  return {
    serial: item.serial,
    board: item.board,
    firmware: item.firmware,
    secrets: {
      deviceSecret: bytesOf(item.deviceSecret),
      pairingKey: bytesOf(item.pairingKey),
      recoveryKey: bytesOf(item.recoveryKey),
    },
    ...(item.clock && { clock: item.clock }),
  };
}

function tokenOf(item: TokenItem): SeededToken {
  return {
    serial: item.serial,
    kind: item.kind,
    algorithm: item.algorithm,
    alphabet: item.alphabet,
    digits: item.digits,
    period: item.period ?? tokenLimits.periodDefaultSeconds,
    ...(item.suite !== undefined && { suite: item.suite }),
    counter: item.counter,
    issuer: item.issuer,
    label: item.label,
    secret: bytesOf(item.secret),
  };
}
