import { askTime, setTime } from 'passfob/owner/clock';
import { readAccounts } from 'passfob/owner/listing';
import type { CareKind } from '../../../../base/kinds.ts';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { tokenLimits } from '../../../../base/limits/tokens.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import { careFor } from '../../../care/run/run.ts';
import { serialOnFob } from '../../../tokens/account-id.ts';
import { keepClock } from '../../../tokens/fobs.ts';
import type { TokenRow } from '../../../tokens/rows.ts';
import { readSettings } from '../../../users/settings.ts';
import { type Finished, finish } from '../records/finish.ts';
import { RelayRefusal, refusalOfOwned } from '../records/refusal.ts';
import { chooseToken, isInUse, isSomebodys } from '../records/token.ts';
import { provedAccount } from './account.ts';
import { clearedFob } from './cleared.ts';
import { freshToken } from './fresh-token.ts';
import { opened, pinOnFob } from './locked.ts';
import { ownedFob } from './ownership.ts';
import { pressedPasscode } from './passcode.ts';
import type { Run } from './run.ts';

/**
 * Enrols the fob at the other end of a relay: its owner's session, the removal of what an earlier user left on it, its
 * token, the proof by a MAC, the PIN where one is required, a passcode by a press, and the one transaction that makes
 * the token active. After an interruption it starts again from the current state.
 * @throws RelayRefusal, FobError `refused`, those of the link
 */
export async function enrol(
  run: Run,
  { port, applicationId }: { readonly port: string; readonly applicationId: string },
): Promise<Finished> {
  const { claim, client, tell, tools } = run;
  const fob = await ownedFob(run);
  tell('writing', relayTexts.steps.writing);
  await clearedFob(run, fob);
  const info = await opened(run, () => client.call('info', {}, { signal: tools.signal }));
  const listed = await opened(run, () => readAccounts(client, info.accounts, tools.signal));
  const serials = listed.map(({ id }) => serialOnFob(fob.serial, id));
  const token = await claim.holding(async (acting, activation) => {
    if (await isSomebodys(acting, activation.user_id, fob.id, serials))
      throw refusalOfOwned(activation.fobs, 'belongs to another user');
    // Meanwhile somebody may have given it away, taken it back, or reported it lost.
    if (!(await isInUse(acting, fob.id))) throw refusalOfOwned(activation.fobs, 'not in use any more');
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
  await afterwards(run, fob.id);
  return finished;
}

const LAST: ReadonlySet<CareKind> = new Set<CareKind>(['remove-account', 'push-key']);

/**
 * Removes the account of a replaced token, if it is on the same fob, gives the fob its push key while it is here, and
 * stores which accounts it has now. The enrolment succeeds without that too: an agent's first session then tries
 * again.
 */
async function afterwards({ management, client, hello, tools, claim }: Run, fobId: string): Promise<void> {
  const relay = { kind: 'activation', name: claim.actor.source } as const;
  try {
    await careFor(management, { client, hello, fobId, tools }, { relay, mayHold: false, only: LAST });
  } catch {
    // Interrupted, full or busy: nobody has to be told.
  }
}

async function passcodeOf(run: Run, token: TokenRow, id: Uint8Array) {
  const first = await pressedPasscode(run, token, id);
  if (first !== undefined) return first;
  // The clock may have changed since it was checked: a clock without a battery, a press after minutes.
  await rightClock(run, true);
  const second = await pressedPasscode(run, token, id);
  if (second === undefined) throw new RelayRefusal('not_proved', 'the clock of the fob is off');
  return second;
}

/**
 * Sets the fob's clock if it is unset, stale, or further off than its passcodes allow. Moving a trusted clock far
 * needs a press on the fob.
 * @param mustBeNear whether the fob makes time-based passcodes
 * @throws FobError `refused` (press-denied, press-timeout, clock-failed), those of the link
 */
async function rightClock(run: Run, mustBeNear: boolean): Promise<void> {
  const { claim, client, hello, tools, tell } = run;
  const { state, utc } = await askTime(tools, client);
  // The fob reports whole seconds: on average its time is half a second later.
  const errorMs = state === 'unset' ? null : Math.round(utc * 1000 + 500 - tools.now());
  const isFar = mustBeNear && Math.abs(errorMs ?? 0) > relayLimits.fobClockErrorMaxMs;
  if (state === 'trusted' && !isFar) return;
  await setTime(tools, client, () => tell('press', relayTexts.steps.clock));
  const setMs = Math.max(0, Math.round(tools.now()));
  const within = errorMs !== null && Math.abs(errorMs) <= tokenLimits.clockErrorMaxMs ? errorMs : null;
  await claim.holding(acting =>
    keepClock(acting, { serial: hello.serial, clock: { setMs, errorMs: within, driftPpm: null } }),
  );
}
