import { tokenLimits } from '../../base/limits/tokens.ts';
import { refused } from '../../base/results.ts';
import { nullable, object, serviceText, text } from '../../base/shapes.ts';
import type { Acting } from '../../storage/acting.ts';
import { raiseAlert } from '../alerts/alerts.ts';
import { act, did, unchanged } from '../kit/act.ts';
import { optional, plain } from '../kit/field.ts';
import { aboutUser } from '../users/subject.ts';
import { heldToken } from './target.ts';

export const serial = text(tokenLimits.serialMax, { minLength: 1 });
/** The token that another fob is to replace; a spare if left out. */
export const replaces = optional(plain(serial, { label: 'In place of' }));

/** Raises an alert, until an activation for the fob is started. */
export const requestFob = act({
  permission: 'activation.ask',
  subject: aboutUser,
  fields: { replaces },
  gives: object({ user: serviceText, replaces: nullable(serviceText) }),
  refusals: { disabled_user: 'form', not_replaceable: 'replaces' },
  routes: [
    {
      name: 'activations.ask',
      summary:
        'Ask the administrators for another fob of a user, as a spare or in place of a token. Nothing is issued: an alert waits until an activation is started.',
      at: 'POST /v1/users/:user/fob-requests',
      status: 201,
      example: { replaces: 'PF-7Q4M-K2XZ-07a1b2c3' },
    },
  ],
  async run({ db, actor, atMs, item: user }, { replaces }) {
    if (user.disabled_ms !== null) return refused('disabled_user');
    const token = replaces === undefined ? undefined : await heldToken(db, user.id, replaces);
    if (replaces !== undefined && token === undefined) return refused('not_replaceable');
    const wish = { user: user.name, replaces: token?.serial ?? null };
    const tokenId = token?.id ?? null;
    const dedupe = dedupeOf(user.id, tokenId);
    const open = await db
      .selectFrom('alerts')
      .select('id')
      .where('dedupe', '=', dedupe)
      .where('acknowledged_ms', 'is', null)
      .executeTakeFirst();
    if (open !== undefined) return unchanged(wish);
    const { source } = actor;
    await raiseAlert(db, { kind: 'fob_wanted', dedupe, userId: user.id, tokenId, atMs, source });
    return did(wish, user, { replaces: wish.replaces });
  },
});

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
