import { handoverSealer } from 'passfob/inventory/handover';
import { PASSWORD_CHARACTERS_MIN } from 'passfob/limits';
import type { FobLifeState } from '../../base/kinds.ts';
import { credentialLimits } from '../../base/limits/credentials.ts';
import { done, refused } from '../../base/results.ts';
import { described, object, serviceText, type TypeOf, text } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import type { Acting } from '../../storage/acting.ts';
import { unseal } from '../../storage/encryption-at-rest/seal.ts';
import { act, did, unchanged } from '../kit/act.ts';
import { checked } from '../kit/field.ts';
import { clearSecrets, type FobSecrets } from '../tokens/fob-secrets.ts';
import { cancelTasksOf, openTask, openTaskStates } from '../tokens/fob-tasks.ts';
import { type FobRow, keptSecretsOf } from '../tokens/fobs.ts';
import { forgetContent, forgetNextRecovery } from './journal.ts';
import { endLease, leaseOf } from './lease.ts';
import { aboutFob, fobState, lifeState } from './subject.ts';

/** A key is derived from it, which takes most of a second, so before the transaction. */
const filePassword = checked(
  text(credentialLimits.passwordFieldMax, {
    description: 'Encrypts the file: 10 characters or more. Tell it the next owner apart from the file.',
  }),
  {
    label: 'Password of the file',
    hint: '10 characters or more. Tell it the next owner by another way than the file. After a lost file, make another one.',
    kind: 'password',
    autocomplete: 'new-password',
  },
  ['bad_file_password'],
  async password => {
    const { length } = [...password];
    return length < PASSWORD_CHARACTERS_MIN || length > credentialLimits.passwordFieldMax
      ? refused('bad_file_password')
      : done(await handoverSealer(password));
  },
);

/** A file with the keys of a fob for its next owner, as `passfob handover give` writes it. */
const given = object({
  serial: serviceText,
  state: lifeState,
  file: described(
    serviceText,
    'The file for `passfob handover take`, or for the import of another service, in base64 (RFC 4648 §4).',
  ),
});
export type GivenFob = TypeOf<typeof given>;

const givable: readonly FobLifeState[] = ['in_use', 'found', 'retired', 'giving'];

/**
 * Writes the keys of a fob into a file under a password, for another owner. The fob has no accounts then: its next
 * owner cannot use them, and would see their names. From the same transaction on the service does nothing with the fob,
 * but keeps its keys until `confirmGiven`: if the file is lost, or its answer, asking again makes another one.
 * Importing the file here takes the fob back.
 */
export const giveFob = act({
  permission: 'fob.give',
  subject: aboutFob,
  fields: { password: filePassword },
  gives: given,
  refusals: { bad_fob_state: 'form', account_in_use: 'form', accounts_left: 'form', fob_in_care: 'form' },
  routes: [
    {
      name: 'fobs.give',
      summary:
        'Write the keys of a fob without accounts into a file for another owner, encrypted with a password. From then on the service does nothing with the fob. After a lost answer, ask again.',
      at: 'POST /v1/fobs/:serial/give',
      example: { password: 'four words of a sentence' },
    },
  ],
  form: {
    at: '/fob/give',
    title: ({ serial }) => consoleTexts.giving.of(serial),
    lead: 'For a fob without accounts: revoke its tokens first, and let the service remove their accounts. Its keys are written into a file for the command line or the service of its next owner. From then on this service does nothing with the fob.',
    submit: 'Make the file',
    // The page with the file comes next.
    done: 'changed',
  },
  async run(acting, { password: sealed }) {
    const { db, keys, atMs, item: fob } = acting;
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
      const file = base64(sealed(contentOf(fob, secrets, next)));
      const { serial, state } = fob;
      return did({ serial, state: 'giving', file }, fob, { from: state, to: 'giving' });
    } finally {
      clearSecrets(secrets);
      next?.fill(0);
    }
  },
});

/** Deletes the keys of a fob whose next owner has taken them. */
export const confirmGiven = act({
  permission: 'fob.give',
  subject: aboutFob,
  fields: {},
  gives: fobState,
  refusals: { bad_fob_state: 'form' },
  routes: [
    {
      name: 'fobs.given',
      summary: 'Confirm that another owner has taken over a fob: its keys are deleted here, for good.',
      at: 'POST /v1/fobs/:serial/given',
    },
  ],
  form: {
    at: '/fob/given',
    title: ({ serial }) => `Confirm the handover of ${serial}`,
    lead: 'Only when the next owner has opened the fob with the file. The keys are deleted here, for good: without the file, the fob could only be erased.',
    submit: 'Confirm the handover',
    isFinal: true,
    done: 'fobGiven',
  },
  async run(acting) {
    const { db, atMs, item: fob } = acting;
    const { serial, state } = fob;
    if (state === 'handed_over') return unchanged({ serial, state });
    if (state !== 'giving') return refused('bad_fob_state');
    await forgetContent({ ...acting, fob });
    await forgetNextRecovery({ ...acting, fob });
    await db.deleteFrom('fob_pairings').where('serial', '=', serial).execute();
    await db
      .updateTable('fobs')
      .set({ state: 'handed_over', state_ms: atMs, sealed_secrets: null, key_id: null })
      .where('id', '=', fob.id)
      .execute();
    return did({ serial, state: 'handed_over' }, fob, { from: state, to: 'handed_over' });
  },
});

export const fobGivingActs = [giveFob, confirmGiven] as const;

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

function contentOf(fob: FobRow, secrets: FobSecrets, next: Uint8Array | undefined) {
  const { deviceSecret, pairingKey, recoveryKey } = secrets;
  return {
    version: 1,
    fobs: [
      {
        pairing: pairingOf(fob),
        secrets: {
          device_secret: base64(deviceSecret),
          pairing_key: base64(pairingKey),
          recovery_key: base64(recoveryKey),
        },
        ...(next && { next_recovery_key: base64(next) }),
        accounts: [],
        clocks: clocksOf(fob),
      },
    ],
    history: [],
  } as const;
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

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
