import { sealHandover } from 'passfob/inventory/handover';
import { PASSWORD_CHARACTERS_MIN } from 'passfob/limits';
import type { Actor } from '../../base/actor.ts';
import type { FobLifeState } from '../../base/kinds.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { done, refused } from '../../base/results.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import { unseal } from '../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import { clearSecrets } from '../tokens/fob-secrets.ts';
import { cancelTasksOf, openTask, openTaskStates } from '../tokens/fob-tasks.ts';
import { type FobRow, fobNamed, keptSecretsOf } from '../tokens/fobs.ts';
import { forgetContent, forgetNextRecovery } from './journal.ts';
import { endLease, leaseOf } from './lease.ts';
import type { FobInput } from './life.ts';

/** A file with the keys of a fob for its next owner, as `passfob handover give` writes it. */
export interface GivenFob {
  readonly serial: string;
  readonly state: FobLifeState;
  readonly file: Buffer;
}

const givable: readonly FobLifeState[] = ['in_use', 'found', 'retired', 'giving'];

/**
 * Writes the keys of a fob into a file under a password, for another owner. The fob has no accounts then: its next
 * owner cannot use them, and would see their names. From the same transaction on the service does nothing with the fob,
 * but keeps its keys until `confirmGiven`: if the file is lost, or its answer, asking again makes another one.
 * Importing the file here takes the fob back.
 */
export async function giveFob(
  management: Management,
  actor: Actor,
  { serial, password }: { readonly serial: string; readonly password: string },
) {
  const characters = [...password].length;
  if (characters < PASSWORD_CHARACTERS_MIN || characters > credentialLimits.passwordFieldMax)
    return refused('bad_file_password');
  const exported = await exportFob(management, actor, { serial });
  if (!exported.ok) return exported;
  // Deriving the key takes most of a second, so it is no part of the transaction.
  return done({ serial, state: 'giving', file: await sealHandover(exported.value, password) });
}

/** Deletes the keys of a fob whose next owner has taken them. Confirming it again changes nothing. */
async function confirm(acting: Acting, { serial }: FobInput) {
  const { db, atMs } = acting;
  const fob = await fobNamed(db, serial);
  if (fob === undefined) return refused('unknown_fob');
  if (fob.state === 'handed_over') return done({ serial, state: fob.state });
  if (fob.state !== 'giving') return refused('bad_fob_state');
  await forgetContent({ ...acting, fob });
  await forgetNextRecovery({ ...acting, fob });
  await db.deleteFrom('fob_pairings').where('serial', '=', serial).execute();
  await db
    .updateTable('fobs')
    .set({ state: 'handed_over', state_ms: atMs, sealed_secrets: null, key_id: null })
    .where('id', '=', fob.id)
    .execute();
  await record(acting, fob, 'handed_over');
  return done({ serial, state: 'handed_over' });
}

export const confirmGiven = actOf(confirm);

const exportFob = actOf(async (acting: Acting, { serial }: FobInput) => {
  const { db, keys, atMs } = acting;
  const fob = await fobNamed(db, serial);
  if (fob === undefined) return refused('unknown_fob');
  const problem = await problemOf(acting, fob);
  if (problem !== undefined) return refused(problem);
  const secrets = keptSecretsOf(keys, fob);
  if (secrets === undefined) return refused('bad_fob_state');
  const next = await nextRecoveryKey(acting, fob);
  try {
    if (fob.state !== 'giving') {
      // A run whose lease has expired must notice it before it makes another recovery key.
      await endLease(db, fob.id);
      await cancelTasksOf(db, fob.id, atMs);
      await db.deleteFrom('push_keys').where('fob_id', '=', fob.id).execute();
      await db
        .updateTable('fobs')
        .set({ state: 'giving', state_ms: atMs })
        .where('id', '=', fob.id)
        .execute();
    }
    await record(acting, fob, 'giving');
    const recovery = next && { next_recovery_key: base64(next) };
    return done({
      version: 1,
      fobs: [
        {
          pairing: pairingOf(fob),
          secrets: {
            device_secret: base64(secrets.deviceSecret),
            pairing_key: base64(secrets.pairingKey),
            recovery_key: base64(secrets.recoveryKey),
          },
          ...recovery,
          accounts: [],
          clocks: clocksOf(fob),
        },
      ],
      history: [],
    });
  } finally {
    clearSecrets(secrets);
    next?.fill(0);
  }
});

async function problemOf({ db, atMs }: Acting, fob: FobRow) {
  if (!givable.includes(fob.state)) return 'bad_fob_state';
  if (fob.state === 'giving') return undefined;
  const fobId = fob.id;
  // A run of care may be about to give the fob another recovery key, which would be missing in the file.
  if ((await leaseOf(db, { fobId, link: '', nowMs: atMs })) !== 'free') return 'fob_in_care';
  const inUse = await db
    .selectFrom('tokens')
    .select('id')
    .where('fob_id', '=', fobId)
    .where('state', '!=', 'revoked')
    .executeTakeFirst();
  if (inUse !== undefined) return 'account_in_use';
  const left = await db
    .selectFrom('fob_accounts')
    .select('account')
    .where('fob_id', '=', fobId)
    .executeTakeFirst();
  const removal = await db
    .selectFrom('fob_tasks')
    .select('id')
    .where('fob_id', '=', fobId)
    .where('kind', '=', 'remove-account')
    .where('state', 'in', openTaskStates)
    .executeTakeFirst();
  if (left !== undefined || removal !== undefined) return 'accounts_left';
  // It may be blank already, so that its keys are worth nothing.
  const erasure = await openTask(db, { fobId, kind: 'erase', subject: '' });
  return erasure === undefined ? undefined : 'bad_fob_state';
}

async function nextRecoveryKey({ db, keys }: Acting, { id }: FobRow): Promise<Uint8Array | undefined> {
  const row = await db.selectFrom('fob_recovery').selectAll().where('fob_id', '=', id).executeTakeFirst();
  return row && unseal(keys, { table: 'fob_recovery', id }, { box: row.sealed_key, keyId: row.key_id });
}

function pairingOf({ serial, board, firmware, created_ms, can_reset_pin }: FobRow) {
  return {
    serial,
    state: 'confirmed',
    board,
    firmware,
    created_ms,
    confirmed_ms: created_ms,
    erased_ms: null,
    // The time at which it got its recovery key is not kept here.
    escrowed_ms: can_reset_pin === 1 ? created_ms : null,
    holder: null,
  } as const;
}

function clocksOf({ clock_set_ms, clock_error_ms, drift_ppm, trim_ppm }: FobRow) {
  if (clock_set_ms === null) return [];
  return [
    {
      read_ms: clock_set_ms,
      is_set: 1,
      difference_ms: clock_error_ms,
      uncertainty_ms: null,
      age_seconds: null,
      drift_ppm,
      trim_ppm,
    } as const,
  ];
}

function record({ db, keys, actor, atMs }: Acting, fob: FobRow, to: FobLifeState): Promise<void> {
  const about = { subjectKind: 'fob', subjectId: fob.id, subject: fob.serial } as const;
  const detail = { from: fob.state, to };
  return recordAudit(db, keys, { atMs, actor, action: 'fob.give', ...about, detail });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
