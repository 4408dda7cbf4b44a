import type { Actor } from '../../base/actor.ts';
import { selfServiceLimits } from '../../base/limits/self-service.ts';
import { prepareLine } from '../../base/one-line.ts';
import { done, refused } from '../../base/results.ts';
import { usableStates } from '../../base/token-states.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Management } from '../../storage/management.ts';
import { raiseAlert } from '../../subjects/alerts/alerts.ts';
import { recordAudit } from '../../subjects/audit/record.ts';
import { markLost } from '../../subjects/care/life.ts';
import { reportLost } from '../../subjects/tokens/moves.ts';
import type { TokenRow } from '../../subjects/tokens/rows.ts';
import { takesLastWay } from '../../subjects/users/admins.ts';
import { endOtherUserSessions, type UserSession } from '../../subjects/users/user-sessions.ts';
import { userTokenStates } from './tokens.ts';

/**
 * Suspends a token of the session's user at once, and all others in the same fob, because it was lost. The help desk
 * gets an alert, and the user's other sessions end: the finder of the fob may have opened them.
 *
 * Refused: `unknown_serial` (another user's as well), `bad_transition` if it is not in use, `last_admin` if no
 * administrator would be left: then nothing is suspended, but the alert is still raised.
 *
 * @returns the serial numbers that were suspended
 */
export function reportFobLost(
  management: Management,
  actor: Actor,
  input: { readonly session: UserSession; readonly serial: string },
) {
  return actOf(async (acting: Acting) => {
    const tokens = await tokensOf(acting, input.session.userId);
    const lost = tokens.find(({ serial }) => serial === input.serial);
    if (lost === undefined) return refused('unknown_serial');
    if (!isUsable(lost)) return refused('bad_transition');
    const isWithIt = (token: TokenRow) =>
      token.id === lost.id || (lost.fob_id !== null && token.fob_id === lost.fob_id);
    const all = tokens.filter(token => isUsable(token) && isWithIt(token));
    const isKept = await takesLastWay(
      acting.db,
      actor,
      all.map(({ id }) => id),
    );
    for (const token of isKept ? [] : all) {
      const result = await reportLost(acting, token);
      if (!result.ok) throw new Error(`a usable token could not be suspended: ${result.refusal.code}`);
    }
    await raiseAlert(acting.db, {
      kind: 'lost',
      dedupe: `lost:${lost.id}:${acting.atMs}`,
      userId: input.session.userId,
      tokenId: lost.id,
      atMs: acting.atMs,
      source: actor.source,
    });
    await endOtherUserSessions(acting.db, input.session);
    if (isKept) return refused('last_admin');
    if (!(await isOthersToo(acting, input.session.userId, lost))) await loseFobOf(acting, lost);
    return done(all.map(({ serial }) => serial));
  })(management, actor, undefined);
}

/** Whether another user has a token on the same fob: it is not suspended, and the help desk, who is told, decides. */
async function isOthersToo({ db }: Acting, userId: string, { fob_id }: TokenRow): Promise<boolean> {
  const others = await db
    .selectFrom('tokens')
    .select('id')
    .where('fob_id', '=', fob_id)
    .where('user_id', 'is not', null)
    .where('user_id', '<>', userId)
    .where('state', '<>', 'revoked')
    .executeTakeFirst();
  return others !== undefined;
}

/** The fob itself counts as lost: if it ever comes back, its accounts are removed. */
async function loseFobOf(acting: Acting, { fob_id }: TokenRow): Promise<void> {
  if (fob_id === null) return;
  const fob = await acting.db.selectFrom('fobs').select('serial').where('id', '=', fob_id).executeTakeFirst();
  // A fob that is lost already, or retired, stays so.
  if (fob !== undefined) await markLost.work(acting, fob);
}

/**
 * Names a fob that holds a token of the session's user; an empty name removes the name.
 *
 * Refused: `unknown_fob` (another user's as well), `bad_nickname`.
 */
export function nameFob(
  management: Management,
  actor: Actor,
  input: { readonly session: UserSession; readonly fob: string; readonly nickname: string },
) {
  return actOf(async ({ db, keys, atMs }: Acting) => {
    const fob = await db
      .selectFrom('fobs')
      .select(['fobs.id', 'fobs.serial'])
      .innerJoin('tokens', 'tokens.fob_id', 'fobs.id')
      .where('fobs.serial', '=', input.fob)
      .where('tokens.user_id', '=', input.session.userId)
      .where('tokens.state', 'in', userTokenStates)
      .executeTakeFirst();
    if (fob === undefined) return refused('unknown_fob');
    const nickname = prepareLine(input.nickname, selfServiceLimits.nicknameMax);
    if (nickname === undefined) return refused('bad_nickname');
    await db.updateTable('fobs').set({ nickname }).where('id', '=', fob.id).execute();
    const about = { subjectKind: 'fob', subjectId: fob.id, subject: fob.serial } as const;
    await recordAudit(db, keys, { atMs, actor, action: 'fob.name', ...about, detail: { nickname } });
    return done(nickname);
  })(management, actor, undefined);
}

const isUsable = ({ state }: TokenRow) => usableStates.includes(state);

/** In a fixed order, so that two transactions cannot deadlock. */
function tokensOf({ db }: Acting, userId: string): Promise<TokenRow[]> {
  return db
    .selectFrom('tokens')
    .selectAll()
    .where('user_id', '=', userId)
    .where('state', 'in', userTokenStates)
    .orderBy('id')
    .execute();
}
