import { readAccounts } from 'passfob/owner/listing';
import { relayTexts } from '../../../../base/texts/relay.ts';
import { tendPushKey } from '../../../agents/push-key.ts';
import { serialOnFob } from '../../../tokens/account-id.ts';
import type { TokenRow } from '../../../tokens/rows.ts';
import { readSettings } from '../../../users/settings.ts';
import { type Finished, finish } from '../records/finish.ts';
import { RelayRefusal } from '../records/refusal.ts';
import { chooseToken, isSomebodys } from '../records/token.ts';
import { provedAccount } from './account.ts';
import { rightClock } from './clock.ts';
import { freshToken } from './fresh-token.ts';
import { opened, pinOnFob } from './locked.ts';
import { ownedFob } from './ownership.ts';
import { pressedPasscode } from './passcode.ts';
import type { Run } from './run.ts';

/**
 * Enrols the fob at the other end of a relay: its owner's session, its token, the proof by a MAC, the PIN where one is
 * wanted, a passcode by a press, and the one transaction that makes the token active. Cut off anywhere it is begun again,
 * and goes on with what is there.
 * @throws RelayRefusal, FobError `refused`, those of the link
 */
export async function enrol(
  run: Run,
  { port, applicationId }: { readonly port: string; readonly applicationId: string },
): Promise<Finished> {
  const { claim, client, tell, tools } = run;
  const fob = await ownedFob(run);
  tell('writing', relayTexts.steps.writing);
  const info = await opened(run, () => client.call('info', {}, { signal: tools.signal }));
  const listed = await opened(run, () => readAccounts(client, info.accounts, tools.signal));
  const serials = listed.map(({ id }) => serialOnFob(fob.serial, id));
  const token = await claim.holding(async (acting, activation) => {
    if (await isSomebodys(acting, activation.user_id, fob.id, serials)) throw new RelayRefusal('somebody');
    const { serviceName } = await readSettings(acting.db);
    const user = await acting.db
      .selectFrom('users')
      .select('name')
      .where('id', '=', activation.user_id)
      .executeTakeFirstOrThrow();
    return await chooseToken(acting, activation, {
      row: fob,
      listed: serials,
      fresh: policy => freshToken(run, policy, { service: serviceName, user: user.name, info }),
    });
  });
  await rightClock(run, token.kind === 'totp');
  const id = await provedAccount(run, token, fob.serial, listed);
  if (token.pin_place === 'fob') await pinOnFob(run, token.pin_min_digits);
  const passcode = await passcodeOf(run, token, id);
  const finished = await finish(claim, { token, ...passcode, port, applicationId });
  await pushKey(run, fob.id);
  return finished;
}

/** While the fob is here it gets its push key. It is enrolled without one, too: an agent's first session goes on. */
async function pushKey({ management, client, hello, tools }: Run, fobId: string): Promise<void> {
  try {
    await tendPushKey(management, { client, hello, fobId, tools });
  } catch {
    // Cut off, full or in use: nobody has to be told.
  }
}

async function passcodeOf(run: Run, token: TokenRow, id: Uint8Array) {
  const first = await pressedPasscode(run, token, id);
  if (first !== undefined) return first;
  // It may have gone wrong since it was looked at: a clock without a battery, a press after minutes.
  await rightClock(run, true);
  const second = await pressedPasscode(run, token, id);
  if (second === undefined) throw new RelayRefusal('not_proved', 'the clock of the fob is off');
  return second;
}
