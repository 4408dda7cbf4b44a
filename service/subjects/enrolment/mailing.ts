import type { Acting } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import { queueMail } from '../mail/queue.ts';
import { readSettings } from '../users/settings.ts';
import type { User } from '../users/users.ts';
import type { GeneratedCode } from './generate-code.ts';
import type { ActivationRow } from './views.ts';

type Mailing = Pick<Acting, 'db' | 'keys' | 'atMs'>;
/** A user with a mail address. */
export type Addressee = User & { readonly email: string };

/** Whether a user has a mail address. */
export function hasAddress(user: User): user is Addressee {
  return user.email !== null;
}

/** Queues the mail with the activation link. */
export async function mailActivation(
  { db, keys, atMs }: Mailing,
  user: Addressee,
  activation: ActivationRow,
  { publicUrl, link, string }: GeneratedCode,
): Promise<void> {
  const facts = await factsOf(db, user, { activationId: activation.id, publicUrl, atMs });
  await queueMail(db, keys, {
    ...facts,
    kind: 'activation',
    link,
    activationString: string,
    expiresMs: activation.expires_ms,
    fob: await fobOf(db, activation.token_id),
    blankAllowed: activation.fobs === 'any',
  });
}

/** Queues a reminder of that mail. The code is no longer known, so the reminder gives the date of that mail. */
export async function mailReminder(
  { db, keys, atMs }: Mailing,
  user: Addressee,
  activation: ActivationRow,
  { publicUrl, mailedMs }: { readonly publicUrl: string; readonly mailedMs: number },
): Promise<void> {
  const facts = await factsOf(db, user, { activationId: activation.id, publicUrl, atMs });
  await queueMail(db, keys, { ...facts, kind: 'reminder', mailedMs, expiresMs: activation.expires_ms });
}

/** Queues a mail that the activation expired unused. */
export async function mailExpiry(
  { db, keys, atMs }: Mailing,
  user: Addressee,
  { activationId, publicUrl }: { readonly activationId: string; readonly publicUrl: string },
): Promise<void> {
  const facts = await factsOf(db, user, { activationId, publicUrl, atMs });
  await queueMail(db, keys, { ...facts, kind: 'expired' });
}

/** Queues a mail that the fob can now be used. */
export async function mailActivated(
  { db, keys, atMs }: Mailing,
  user: Addressee,
  given: { readonly activationId: string; readonly tokenId: string; readonly publicUrl: string },
): Promise<void> {
  const { activationId, tokenId, publicUrl } = given;
  const facts = await factsOf(db, user, { activationId, publicUrl, atMs });
  await queueMail(db, keys, { ...facts, kind: 'activated', fob: await fobOf(db, tokenId) });
}

async function factsOf(
  db: Db,
  user: Addressee,
  given: { readonly activationId: string; readonly publicUrl: string; readonly atMs: number },
) {
  const { serviceName } = await readSettings(db);
  const { id, name, display_name: displayName, email } = user;
  return { ...given, userId: id, to: email, user: name, displayName, serviceName };
}

async function fobOf(db: Db, tokenId: string | null) {
  if (tokenId === null) return null;
  const fob = await db
    .selectFrom('tokens')
    .innerJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .select(['fobs.serial', 'fobs.nickname'])
    .where('tokens.id', '=', tokenId)
    .executeTakeFirst();
  return fob === undefined ? null : { serial: fob.serial, name: fob.nickname || null };
}
