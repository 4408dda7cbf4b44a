import { pushLimits } from '../../base/limits/push.ts';
import type { Outcome } from '../../base/outcomes.ts';
import { usableStates } from '../../base/token-states.ts';
import { type Db, validating, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import type { PushKind, PushState } from '../../storage/schema/schema.ts';
import { raiseAlert } from '../alerts/alerts.ts';
import { isRightAnswer, readPushKey } from '../tokens/push-keys.ts';
import { recordCallerResult } from './caller-result.ts';
import { recordOutcome } from './expiry.ts';
import { openStates, type PushRow, sentStates } from './rows.ts';
import { forgetSource } from './trusted-source.ts';

/** A request for the fob at the other end of a connection. */
export interface PushToSend {
  readonly id: string;
  readonly fobId: string;
  /** The newest connection over which the fob proved itself, on any node. */
  readonly link: string;
  readonly kind: PushKind;
  /** Name of the user. */
  readonly user: string;
  /** Hexadecimal digits, as many as the suite requires. */
  readonly question: string;
  /** 0 to 99, or `NO_NUMBER`. */
  readonly number: number;
  /** Milliseconds since 1970: the first moment at which it is expired. */
  readonly expiresMs: number;
}

/** A request, and the connection that claimed it. */
export interface ClaimedPush {
  readonly id: string;
  readonly link: string;
}

/**
 * Returns the requests to be delivered to connected fobs, oldest first: those that no connection has claimed, and
 * those claimed by a connection that is not the fob's location any more.
 */
export async function pushesToSend(db: Db, nowMs: number): Promise<PushToSend[]> {
  const rows = await unclaimed(db, nowMs)
    .innerJoin('users', 'users.id', 'pushes.user_id')
    .select(['pushes.id', 'pushes.kind', 'pushes.question', 'pushes.number', 'pushes.expires_ms'])
    .select(['agent_fobs.fob_id', 'agent_fobs.link', 'users.name'])
    .orderBy('pushes.created_ms')
    .execute();
  return rows.map(row => ({
    id: row.id,
    fobId: row.fob_id,
    link: row.link,
    kind: row.kind,
    user: row.name,
    question: row.question,
    number: row.number,
    expiresMs: row.expires_ms,
  }));
}

function unclaimed(db: Db, nowMs: number) {
  return db
    .selectFrom('pushes')
    .innerJoin('agent_fobs', 'agent_fobs.fob_id', 'pushes.fob_id')
    .where('pushes.state', 'in', openStates)
    .where('pushes.expires_ms', '>', nowMs)
    .where(where =>
      where.or([where('pushes.link', 'is', null), where('pushes.link', '<>', where.ref('agent_fobs.link'))]),
    );
}

/**
 * Claims a request for one connection: of all claims, on all nodes, one succeeds, and only if the connection is the
 * fob's newest.
 */
export function claimPush({ db, clock }: Management, id: string, link: string): Promise<boolean> {
  return validating(db, async transaction => {
    const mine = unclaimed(transaction, clock()).where('agent_fobs.link', '=', link);
    const claimed = await transaction
      .updateTable('pushes')
      .set({ state: 'sent', link })
      .where('id', '=', id)
      .where('id', 'in', mine.select('pushes.id'))
      // On PostgreSQL another claim may have come in between.
      .where('state', 'in', openStates)
      .where(where => where.or([where('link', 'is', null), where('link', '<>', link)]))
      .executeTakeFirst();
    return claimed.numUpdatedRows === 1n;
  });
}

/** Stores that the fob shows the request. @returns whether the connection still had the claim */
export function pushShown(management: Management, id: string, link: string): Promise<boolean> {
  return move(management, { id, link }, { from: ['sent'], to: 'shown' });
}

/**
 * Returns the request to the queue, even if the fob has shown it: any connection may claim it, including this one.
 * The connection must write nothing about this claim afterwards. If a write of this connection is still uncommitted,
 * because its confirmation was lost, this waits for it.
 */
export function returnPush(management: Management, claimed: ClaimedPush): Promise<boolean> {
  return move(management, claimed, { from: sentStates, to: 'waiting' });
}

function move(
  { db, clock }: Management,
  { id, link }: ClaimedPush,
  { from, to }: { readonly from: readonly PushState[]; readonly to: PushState },
): Promise<boolean> {
  return validating(db, async transaction => {
    // On PostgreSQL an update skips a row that only an uncommitted transaction makes match; a row lock waits for it.
    const itself = transaction.selectFrom('pushes').select('id').where('id', '=', id);
    if (engineOf(db) === 'postgres') await itself.forUpdate().execute();
    const moved = await transaction
      .updateTable('pushes')
      .set({ state: to, ...(to === 'waiting' && { link: null }) })
      .where('id', '=', id)
      .where('link', '=', link)
      .where('state', 'in', from)
      .where('expires_ms', '>', clock())
      .executeTakeFirst();
    return moved.numUpdatedRows === 1n;
  });
}

/** Returns which of these requests are still being delivered, and over which connection. */
export async function wantedPushes(
  { db, clock }: Management,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await db
    .selectFrom('pushes')
    .select(['id', 'link'])
    .where('id', 'in', valuesAsList(db, ids))
    .where('state', 'in', sentStates)
    .where('expires_ms', '>', clock())
    .execute();
  return new Map(rows.map(({ id, link }) => [id, link]));
}

function claimedPush(db: Db, { id, link }: ClaimedPush, nowMs: number): Promise<PushRow | undefined> {
  return db
    .selectFrom('pushes')
    .selectAll()
    .where('id', '=', id)
    .where('link', '=', link)
    .where('state', 'in', sentStates)
    .where('expires_ms', '>', nowMs)
    .executeTakeFirst();
}

/**
 * Decides a request by the fob's response: approved if the response is right for this request, by the key of the fob
 * that was asked, in time; otherwise failed. Only one response is evaluated.
 *
 * @param code the fob's response to `respond`
 * @returns whether the request is approved; only `redeemPush` lets anybody in
 * @throws ServiceError `busy`
 */
export function answerPush(management: Management, claimed: ClaimedPush, code: string): Promise<boolean> {
  return writing(management.db, async db => {
    const nowMs = management.clock();
    const push = await claimedPush(db, claimed, nowMs);
    if (push === undefined) return false;
    const key = await readPushKey(db, push.fob_id ?? '');
    const isProved = key !== undefined && key.proved_ms !== null && (await isUsable(db, push));
    const isRight = isProved && isRightAnswer(management.keys, key, push.question, code);
    const isEnded = await end({ ...management, db }, push, { to: isRight ? 'approved' : 'failed', nowMs });
    return isRight && isEnded;
  });
}

async function isUsable(db: Db, { token_id, fob_id, user_id }: PushRow): Promise<boolean> {
  const token = await db
    .selectFrom('tokens')
    .select('id')
    .where('id', '=', token_id)
    .where('fob_id', '=', fob_id)
    .where('user_id', '=', user_id)
    .where('state', 'in', usableStates)
    .executeTakeFirst();
  return token !== undefined;
}

/**
 * Ends a request that the user denied or reported, or that the fob cannot answer. A refusal starts a cool-down, and
 * raises an alert. It does so even if the request was withdrawn, superseded or expired while the user pressed: an
 * attacker cannot avoid this by withdrawing a request at once.
 *
 * @returns whether the connection still had the claim
 * @throws ServiceError `busy`
 */
export function endPush(
  management: Management,
  claimed: ClaimedPush,
  to: 'denied' | 'reported' | 'failed',
): Promise<boolean> {
  return writing(management.db, async db => {
    const nowMs = management.clock();
    const push = await claimedPush(db, claimed, nowMs);
    if (push !== undefined && (await end({ ...management, db }, push, { to, nowMs }))) return true;
    if (to !== 'failed') await heedLate({ ...management, db }, claimed, { to, nowMs });
    return false;
  });
}

/** A late refusal does not change the request, and counts once. */
async function heedLate(
  management: Management,
  { id, link }: ClaimedPush,
  { to, nowMs }: { readonly to: 'denied' | 'reported'; readonly nowMs: number },
): Promise<void> {
  const late = await management.db
    .updateTable('pushes')
    .set({ quiet_until_ms: nowMs + coolDownMs[to] })
    .where('id', '=', id)
    .where('link', '=', link)
    .where('state', 'in', [...sentStates, 'superseded', 'withdrawn'])
    .where('quiet_until_ms', '=', 0)
    .returningAll()
    .executeTakeFirst();
  if (late === undefined) return;
  await writeDown(management, late, to, nowMs);
  if (to === 'reported') await forgetSource(management.db, late);
}

type Ending = 'approved' | 'denied' | 'reported' | 'failed';

const outcomeOf: Readonly<Record<Ending, Outcome | undefined>> = {
  // The outcome is decided when the session redeems the request.
  approved: undefined,
  denied: 'push_denied',
  reported: 'push_reported',
  failed: 'push_failed',
};

const coolDownMs: Readonly<Record<Ending, number>> = {
  approved: 0,
  denied: pushLimits.pushDeniedQuietMs,
  reported: pushLimits.pushReportedQuietMs,
  failed: 0,
};

/** Ends a request that its connection still has claimed, and records the result. */
async function end(
  management: Management,
  push: PushRow,
  { to, nowMs }: { readonly to: Ending; readonly nowMs: number },
): Promise<boolean> {
  const isOver = push.kind === 'caller' || to !== 'approved';
  const ended = await management.db
    .updateTable('pushes')
    .set({
      state: to,
      ...(coolDownMs[to] > 0 && { quiet_until_ms: nowMs + coolDownMs[to] }),
      ...(isOver && { decided_ms: nowMs }),
    })
    .where('id', '=', push.id)
    .where('link', '=', push.link)
    .where('state', 'in', sentStates)
    .executeTakeFirst();
  if (ended.numUpdatedRows !== 1n) return false;
  await writeDown(management, push, to, nowMs);
  if (to === 'reported') await forgetSource(management.db, push);
  return true;
}

/** Records the result in the log of log-ins or in the audit, and raises an alert if the user refused. */
async function writeDown({ db, keys }: Management, push: PushRow, to: Ending, nowMs: number): Promise<void> {
  if (push.kind === 'caller') await recordCallerResult(db, keys, push, { result: to, atMs: nowMs });
  else await recordOutcome(db, push, outcomeOf[to], nowMs);
  const alert = alertOf[to];
  if (alert !== undefined) await alertOfRefusal(db, push, alert, nowMs);
}

const alertOf: Readonly<Record<Ending, 'denied' | 'report' | undefined>> = {
  approved: undefined,
  denied: 'denied',
  reported: 'report',
  failed: undefined,
};

/** Raises one alert per user, source and day, which counts repeats. */
async function alertOfRefusal(db: Db, push: PushRow, kind: 'denied' | 'report', atMs: number): Promise<void> {
  const day = new Date(atMs).toISOString().slice(0, 10);
  await raiseAlert(db, {
    kind,
    dedupe: `${kind}:${push.user_id}:${day}:${push.source}`,
    userId: push.user_id,
    tokenId: push.token_id,
    atMs,
    source: push.source,
  });
}
