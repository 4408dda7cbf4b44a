import { done, refused } from '../../base/results.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import { raiseAlert } from '../alerts/alerts.ts';
import { recordAudit } from '../audit/record.ts';
import { findUser, prepareUserName } from '../users/users.ts';
import { heldToken } from './target.ts';

/** A wish for another fob. */
export interface FobRequest {
  readonly user: string;
  /** The serial number of the token that it is to replace; a spare if left out. */
  readonly replaces?: string | undefined;
}

/** A wish for another fob as administrators see it. */
export interface FobRequestView {
  readonly user: string;
  /** Null for a spare. */
  readonly replaces: string | null;
}

/**
 * Asks the administrators for another fob of a user: an alert, until an activation for it is started. Nothing is
 * issued. Asking again while the alert is open changes nothing.
 */
async function ask(acting: Acting, input: FobRequest) {
  const { db, keys, actor, atMs } = acting;
  const user = await findUser(db, prepareUserName(input.user) ?? '');
  if (user === undefined) return refused('unknown_user');
  if (user.disabled_ms !== null) return refused('disabled_user');
  const token = input.replaces === undefined ? undefined : await heldToken(db, user.id, input.replaces);
  if (input.replaces !== undefined && token === undefined) return refused('not_replaceable');
  const view = { user: user.name, replaces: token?.serial ?? null };
  const tokenId = token?.id ?? null;
  const dedupe = dedupeOf(user.id, tokenId);
  const open = await db
    .selectFrom('alerts')
    .select('id')
    .where('dedupe', '=', dedupe)
    .where('acknowledged_ms', 'is', null)
    .executeTakeFirst();
  if (open !== undefined) return done(view);
  await raiseAlert(db, {
    kind: 'fob_wanted',
    dedupe,
    userId: user.id,
    tokenId,
    atMs,
    source: actor.source,
  });
  const about = { subjectKind: 'user', subjectId: user.id, subject: user.name } as const;
  const detail = { replaces: view.replaces };
  await recordAudit(db, keys, { atMs, actor, action: 'activation.ask', ...about, detail });
  return done(view);
}

export const requestFob = actOf(ask);

/** Ends the alert about a wish for this fob, if there is one: its activation has started. */
export async function endRequest(
  { db, actor, atMs }: Acting,
  userId: string,
  tokenId: string | null,
): Promise<void> {
  await db
    .updateTable('alerts')
    .set({ acknowledged_ms: atMs, acknowledged_by: actor.name })
    .where('dedupe', '=', dedupeOf(userId, tokenId))
    .where('acknowledged_ms', 'is', null)
    .execute();
}

function dedupeOf(userId: string, tokenId: string | null): string {
  return `fob_wanted:${userId}:${tokenId ?? ''}`;
}
