import { pause } from 'passfob/client/pause';
import type { CareKind } from '../../../../base/kinds.ts';
import { careLimits } from '../../../../base/limits/care.ts';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import type { Acting } from '../../../../storage/acting.ts';
import { recordAudit } from '../../../audit/record.ts';
import { stepKey } from '../../../care/plan.ts';
import { type CareRunOptions, type CareRunResult, careFor } from '../../../care/run/run.ts';
import type { FobRow } from '../../../tokens/fobs.ts';
import { type EarlierUse, earlierUse } from '../records/earlier.ts';
import { RelayRefusal, refusalOfOwned } from '../records/refusal.ts';
import { isSomebodys } from '../records/token.ts';
import { EARLIER_PIN, opened, pinOnFob, USERS_PIN } from './locked.ts';
import type { Run } from './run.ts';

/** What comes before the account of a new user. */
const FIRST: ReadonlySet<CareKind> = new Set<CareKind>(['remove-account', 'pin-reset']);
const PIN_RESET = stepKey({ kind: 'pin-reset', subject: '' });

/**
 * Removes the accounts that must not stay beside the one that is about to be written: of revoked tokens, and of those
 * that were taken from their users. If the PIN of an earlier user locks the fob, the service resets it where it may;
 * otherwise somebody has to enter it. A PIN that has to be chosen is chosen before the account is written.
 * @throws RelayRefusal `somebody`, `has_owner`, `no_pin`, `earlier_pin`, `no_press`; `in_use` if another relay cares
 * for the fob; `fob_failed` if an account stays
 */
export async function clearedFob(run: Run, fob: FobRow): Promise<void> {
  const { claim } = run;
  // What needs no hold is right whoever has the fob.
  const first = await care(run, fob, { mayHold: false });
  const use = await claim.holding(async (acting, { user_id, fobs }) => {
    if (await isSomebodys(acting, user_id, fob.id, [])) throw refusalOfOwned(fobs, 'belongs to another user');
    return earlierUse(acting, user_id, fob);
  });
  const last = first.observed.accounts === 'locked' ? await unlockedFob(run, fob, use) : first;
  if (last.observed.accounts === 'locked' || last.waiting.some(({ kind }) => kind === 'remove-account'))
    throw new RelayRefusal('fob_failed', 'an earlier account could not be removed');
  const { status } = last.observed;
  if (status?.pin === 'to-be-chosen' && status.policy.pinDigits > 0)
    await pinOnFob(run, status.policy.pinDigits);
  await claim.holding(acting => comeBack(acting, fob.id));
}

/**
 * Has the fob open: by a reset that a person of the service asked for, or that the change of its user needs; else by
 * its PIN.
 */
async function unlockedFob(
  run: Run,
  fob: FobRow,
  { isAnothers, isAllKnown }: EarlierUse,
): Promise<CareRunResult> {
  const { client, tools } = run;
  const reset = await care(run, fob, { mayHold: true, resetsPin: isAnothers && isAllKnown });
  if (reset.observed.accounts !== 'locked') return reset;
  const why = reset.tried.get(PIN_RESET);
  if (why === 'no_hold' || why === 'reported') throw new RelayRefusal('no_press', `PIN reset: ${why}`);
  const request = isAnothers ? EARLIER_PIN : USERS_PIN;
  await opened(run, () => client.call('info', {}, { signal: tools.signal }), request);
  return care(run, fob, { mayHold: false });
}

async function care(
  { management, client, hello, tools, tell, claim }: Run,
  fob: FobRow,
  options: Pick<CareRunOptions, 'mayHold' | 'resetsPin'>,
): Promise<CareRunResult> {
  const { steps } = relayTexts;
  const session = { client, hello, fobId: fob.id, tools };
  for (let waitedMs = 0; ; waitedMs += relayLimits.pinPollMs) {
    const result = await careFor(management, session, {
      ...options,
      relay: { kind: 'activation', name: claim.actor.source },
      only: FIRST,
      tell: ({ phase, cause }) =>
        phase === 'hold' && tell('press', cause === 'given' ? steps.pinGiven : steps.pinReset),
    });
    if (!result.isBusy) return result;
    if (waitedMs > careLimits.careLeaseMs)
      throw new RelayRefusal('in_use', 'another relay cares for the fob');
    await pause(relayLimits.pinPollMs, tools.signal);
  }
}

/** A fob that was lost, or out of use, is in use again. */
async function comeBack({ db, keys, actor, atMs }: Acting, fobId: string): Promise<void> {
  const fob = await db
    .selectFrom('fobs')
    .select(['serial', 'state'])
    .where('id', '=', fobId)
    .where('state', 'in', ['found', 'retired'])
    .executeTakeFirst();
  if (fob === undefined) return;
  await db.updateTable('fobs').set({ state: 'in_use', state_ms: atMs }).where('id', '=', fobId).execute();
  const about = { subjectKind: 'fob', subjectId: fobId, subject: fob.serial } as const;
  const detail = { what: 'activated', from: fob.state };
  await recordAudit(db, keys, { atMs, actor, action: 'fob.found', ...about, detail });
}
