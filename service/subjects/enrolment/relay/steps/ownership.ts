import { pairingKey } from 'passfob/client/handshake';
import { isFobError, isRefusal } from 'passfob/errors';
import { alertOfRefusal } from '../../../care/alerts.ts';
import { clearSecrets } from '../../../tokens/fob-secrets.ts';
import type { FobRow } from '../../../tokens/fobs.ts';
import { confirmPairing, knownSecrets } from '../records/pairings.ts';
import { RelayRefusal, refusalOfOwned } from '../records/refusal.ts';
import { isSomebodys } from '../records/token.ts';
import { pairBlank } from './pair.ts';
import { type Run, recordStep } from './run.ts';

/**
 * Opens the owner's session with the fob at hand: with a key that the service has for it, or, where it is blank and
 * the activation allows that, by making the service its owner.
 * @returns the fob, which has proved its identity
 * @throws RelayRefusal `wrong_fob`, `blank_fob`, `somebody`, `has_owner`, `wrong_code`, FobError those of the link
 */
export async function ownedFob(run: Run): Promise<FobRow> {
  await refuseOthers(run);
  const { state } = run.hello;
  if (state === 'keys-lost' || state === 'damaged') throw new RelayRefusal('fob_failed', `fob ${state}`);
  const fob = state === 'blank' ? await blankFob(run) : await knownFob(run);
  await recordStep(run.claim, 'paired');
  return fob;
}

/** If the activation was issued for a token, only the fob of that token is accepted. */
async function refuseOthers({ claim, hello }: Run): Promise<void> {
  const expected = await claim.holding(({ db }, { token_id, fob_id }) =>
    db
      .selectFrom('tokens')
      .innerJoin('fobs', 'fobs.id', 'tokens.fob_id')
      .select('fobs.serial')
      .where('tokens.id', '=', fob_id === null ? (token_id ?? '') : '')
      .executeTakeFirst(),
  );
  if (expected !== undefined && expected.serial !== hello.serial)
    throw new RelayRefusal('wrong_fob', 'another fob than that of the token');
}

async function knownFob(run: Run): Promise<FobRow> {
  const { activation, claim, client, hello, tools } = run;
  const { fob, known } = await claim.holding(({ db, keys }) => knownSecrets(db, keys, hello.serial));
  try {
    for (const { id, secrets } of known) {
      try {
        await client.openSession(pairingKey(secrets.pairingKey), tools.signal);
      } catch (error) {
        if (!isFobError(error, 'not-authentic') && !isRefusal(error, 'wrong-proof')) throw error;
        continue;
      }
      // The fob has the key of an interrupted pairing: it took the key, but the confirmation was lost.
      if (id !== null || fob === undefined)
        return await claim.holding(acting => confirmPairing(acting, hello, secrets));
      return fob;
    }
  } finally {
    for (const { secrets } of known) clearSecrets(secrets);
  }
  if (known.length === 0) throw refusalOfOwned(activation.fobs, 'has another owner, unknown here');
  // If the database is busy, the next attempt raises it.
  await alertOfRefusal(run.management, { serial: hello.serial, source: 'activation' }).catch(() => undefined);
  throw refusalOfOwned(activation.fobs, 'has another owner by now: the stored keys do not open it');
}

/**
 * Nothing proves the serial of a blank fob: if a fob of that serial has another user's token, it is not paired anew.
 */
async function blankFob(run: Run): Promise<FobRow> {
  const { claim, activation, hello } = run;
  if (activation.fobs !== 'any') throw new RelayRefusal('blank_fob');
  const isTaken = await claim.holding(async (acting, { user_id }) => {
    const { fob } = await knownSecrets(acting.db, acting.keys, hello.serial);
    return fob !== undefined && (await isSomebodys(acting, user_id, fob.id, []));
  });
  if (isTaken)
    throw new RelayRefusal('somebody', 'blank, but with the serial number of the fob of another user');
  return pairBlank(run);
}
