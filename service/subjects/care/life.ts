import type { FobLifeState } from '../../base/kinds.ts';
import { careLimits } from '../../base/limits/care.ts';
import type { Action } from '../../base/permissions.ts';
import { done, type Result, refused } from '../../base/results.ts';
import { tokenStates } from '../../base/token-states.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import { recordAudit } from '../audit/record.ts';
import { accountIdOf } from '../tokens/account-id.ts';
import { revokeToken, suspendToken } from '../tokens/acts.ts';
import { wantTask } from '../tokens/fob-tasks.ts';
import { type FobRow, fobNamed } from '../tokens/fobs.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { takesLastWay } from '../users/admins.ts';

/** A fob by its serial number. */
export interface FobInput {
  readonly serial: string;
}

/** A fob after an act on it. */
interface FobStateView {
  readonly serial: string;
  readonly state: FobLifeState;
}

/**
 * Suspends all tokens of a lost fob at once; its accounts are removed if it ever comes back. In the caller's
 * transaction.
 */
export async function loseFob(acting: Acting, { serial }: FobInput) {
  return change(acting, serial, ['in_use', 'found'], async fob => {
    const tokens = await tokensOn(acting, fob);
    const usable = tokens.filter(({ state }) => tokenStates[state].usable);
    if (await takesLastWay(acting.db, acting.actor, idsOf(usable))) return refused('last_admin');
    for (const token of usable) mustBeDone(await suspendToken.work(acting, token));
    for (const token of tokens) await wantGone(acting, fob, token);
    return moveFob(acting, fob, { state: 'lost', action: 'fob.lost', suspended: usable.length });
  });
}

/**
 * Ends the search for a lost fob that is back with its user or in the inventory. Its tokens stay suspended: somebody
 * has to reactivate them, and enrol again what was removed.
 */
async function findFob(acting: Acting, { serial }: FobInput) {
  return change(acting, serial, ['lost', 'found'], fob =>
    moveFob(acting, fob, { state: 'in_use', action: 'fob.found' }),
  );
}

/**
 * Takes a fob back: its tokens are revoked, and it is erased when it is next reached and its person holds the button;
 * then the service is not its owner any more.
 */
async function takeBack(acting: Acting, { serial }: FobInput) {
  return change(acting, serial, ['in_use', 'found', 'lost', 'retired'], async fob => {
    const revoked = await revokeAll(acting, fob);
    if (!revoked.ok) return revoked;
    await wantTask(acting, { fobId: fob.id, kind: 'erase', cause: 'returned', needsHold: true });
    return moveFob(acting, fob, { state: fob.state, action: 'fob.return', revoked: revoked.value });
  });
}

/** Puts a fob out of use for good: its tokens are revoked. */
async function retire(acting: Acting, { serial }: FobInput) {
  return change(acting, serial, ['in_use', 'found', 'lost'], async fob => {
    const revoked = await revokeAll(acting, fob);
    if (!revoked.ok) return revoked;
    return moveFob(acting, fob, { state: 'retired', action: 'fob.retire', revoked: revoked.value });
  });
}

/** "Later": nobody is asked for a hold of this fob's button for a day. */
async function putOff(acting: Acting, { serial }: FobInput) {
  const fob = await fobNamed(acting.db, serial);
  if (fob === undefined) return refused('unknown_fob');
  const untilMs = acting.atMs + careLimits.putOffMs;
  await acting.db.updateTable('fobs').set({ put_off_until_ms: untilMs }).where('id', '=', fob.id).execute();
  return done({ untilMs });
}

export const markLost = actOf(loseFob);
export const markFound = actOf(findFob);
export const returnFob = actOf(takeBack);
export const retireFob = actOf(retire);
export const putOffHolds = actOf(putOff);

async function change<R>(
  acting: Acting,
  serial: string,
  from: readonly FobLifeState[],
  work: (fob: FobRow) => Promise<R>,
) {
  const fob = await fobNamed(acting.db, serial);
  if (fob === undefined) return refused('unknown_fob');
  return from.includes(fob.state) ? work(fob) : refused('bad_fob_state');
}

function tokensOn({ db }: Acting, fob: FobRow): Promise<TokenRow[]> {
  return db.selectFrom('tokens').selectAll().where('fob_id', '=', fob.id).orderBy('serial').execute();
}

function idsOf(tokens: readonly TokenRow[]): string[] {
  return tokens.map(({ id }) => id);
}

async function revokeAll(acting: Acting, fob: FobRow) {
  const open = (await tokensOn(acting, fob)).filter(({ state }) => state !== 'revoked');
  if (await takesLastWay(acting.db, acting.actor, idsOf(open))) return refused('last_admin');
  for (const { serial } of open) mustBeDone(await revokeToken.work(acting, { serial, reason: 'retired' }));
  return done(open.length);
}

/** What was checked before cannot be refused; if it is, nothing of the transaction stays. */
function mustBeDone(result: Result<unknown>): void {
  if (!result.ok) throw new Error(`refused in the middle of an act: ${result.refusal.code}`);
}

async function wantGone(acting: Acting, fob: FobRow, token: TokenRow): Promise<void> {
  const subject = Buffer.from(accountIdOf(token, fob.serial)).toString('hex');
  await wantTask(acting, { fobId: fob.id, kind: 'remove-account', subject, cause: 'lost' });
}

async function moveFob(
  { db, keys, actor, atMs }: Acting,
  fob: FobRow,
  {
    state,
    action,
    ...facts
  }: {
    readonly state: FobLifeState;
    readonly action: Action;
    readonly suspended?: number;
    readonly revoked?: number;
  },
) {
  await db.updateTable('fobs').set({ state, state_ms: atMs }).where('id', '=', fob.id).execute();
  const about = { subjectKind: 'fob', subjectId: fob.id, subject: fob.serial } as const;
  await recordAudit(db, keys, {
    atMs,
    actor,
    action,
    ...about,
    detail: { from: fob.state, to: state, ...facts },
  });
  return done<FobStateView>({ serial: fob.serial, state });
}
