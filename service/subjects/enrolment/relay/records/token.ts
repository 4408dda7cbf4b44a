import type { Acting } from '../../../../storage/acting.ts';
import { valuesAsList } from '../../../../storage/queries/rows.ts';
import { recordAudit } from '../../../audit/record.ts';
import type { FobRow } from '../../../tokens/fobs.ts';
import { hasEnough, insertToken, type SeededToken } from '../../../tokens/issue.ts';
import type { PolicyRow } from '../../../tokens/policies.ts';
import { renewSeed } from '../../../tokens/renew-seed.ts';
import type { TokenRow } from '../../../tokens/rows.ts';
import { leavingFor } from '../../target.ts';
import type { ClaimedActivation } from './claim.ts';
import { RelayRefusal } from './refusal.ts';

/** The facts about the fob for which a token is chosen. */
export interface ChoosingFob {
  readonly row: FobRow;
  /** Serial numbers that tokens of the fob's accounts would have. */
  readonly listed: readonly string[];
  /** Makes a new token for the fob, if none exists. */
  readonly fresh: (policy: PolicyRow | undefined) => SeededToken;
}

/** Whether another user has a token on this fob: then the fob is theirs. */
export async function isSomebodys(
  { db }: Acting,
  userId: string,
  fobId: string,
  listed: readonly string[],
): Promise<boolean> {
  const other = await db
    .selectFrom('tokens')
    .select('id')
    .where(where => where.or([where('fob_id', '=', fobId), where('serial', 'in', valuesAsList(db, listed))]))
    .where('user_id', 'is not', null)
    .where('user_id', '<>', userId)
    .where('state', '<>', 'revoked')
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

/** Whether a fob is in use by the service, or in its inventory: not lost, out of use or another owner's. */
export async function isInUse({ db }: Acting, fobId: string): Promise<boolean> {
  const fob = await db.selectFrom('fobs').select('state').where('id', '=', fobId).executeTakeFirst();
  return fob?.state === 'in_use';
}

/**
 * Chooses the token that an activation makes active on a fob: the token that it was issued for or that an interrupted
 * run reserved; else one in the inventory on this fob; else a new one. It is stored as reserved for the user before
 * the fob receives it. An activation never has two.
 * @throws RelayRefusal `wrong_fob`, `not_valid`, `full`, `unfit`
 */
export async function chooseToken(
  acting: Acting,
  activation: ClaimedActivation,
  fob: ChoosingFob,
): Promise<TokenRow> {
  const { db } = acting;
  const own = await tokenOf(acting, activation.token_id);
  const isOurs = own?.state === 'reserved' && own.user_id === activation.user_id;
  const isGivenOut = activation.token_id !== null && activation.fob_id === null;
  if (isGivenOut) {
    if (own === undefined || !isOurs) throw new RelayRefusal('not_valid', 'the token is not reserved');
    return takeGivenOut(acting, own, fob);
  }
  if (own !== undefined && isOurs) {
    if (own.fob_id === fob.row.id) return own;
    // Not the fob of the previous run: the token reserved there is returned.
    await returnToken(acting, own.id, activation.user_id);
  }
  const policy = await policyOf(acting, activation.policy_id);
  const user = await db
    .selectFrom('users')
    .selectAll()
    .where('id', '=', activation.user_id)
    .executeTakeFirstOrThrow();
  if (await hasEnough(db, user, leavingFor(activation.replaces_token_id)))
    throw new RelayRefusal('full', 'the user has enough tokens');
  const waiting = await waitingOn(acting, fob, policy);
  const token =
    waiting === undefined
      ? await issued(acting, fob, { user, policy })
      : await renewSeed(acting, waiting, user.id);
  if (waiting !== undefined) await setAside(acting, waiting, user);
  await db
    .updateTable('activations')
    .set({ token_id: token.id, fob_id: fob.row.id })
    .where('id', '=', activation.id)
    .execute();
  return { ...token, state: 'reserved', user_id: user.id };
}

async function takeGivenOut(acting: Acting, token: TokenRow, fob: ChoosingFob): Promise<TokenRow> {
  if (token.kind === 'ocra') throw new RelayRefusal('unfit', 'the token answers questions');
  if (token.fob_id === fob.row.id) return token;
  if (token.fob_id !== null) throw new RelayRefusal('wrong_fob', 'another fob than that of the token');
  await acting.db.updateTable('tokens').set({ fob_id: fob.row.id }).where('id', '=', token.id).execute();
  return { ...token, fob_id: fob.row.id };
}

/** Returns a token in the inventory that is on this fob; a token whose account the fob lists comes first. */
async function waitingOn(
  { db }: Acting,
  { row, listed }: ChoosingFob,
  policy: PolicyRow | undefined,
): Promise<TokenRow | undefined> {
  const rows = await db
    .selectFrom('tokens')
    .selectAll()
    .where('fob_id', '=', row.id)
    .where('state', '=', 'inventory')
    .where('kind', '<>', 'ocra')
    .where('sealed_secret', 'is not', null)
    .orderBy('created_ms')
    .orderBy('id')
    .execute();
  const fitting = rows.filter(token => policy === undefined || isLike(token, policy));
  return fitting.find(({ serial }) => listed.includes(serial)) ?? fitting[0];
}

const ALIKE = ['kind', 'algorithm', 'alphabet', 'digits', 'period_seconds', 'pin_place'] as const;

function isLike(token: TokenRow, policy: PolicyRow): boolean {
  return ALIKE.every(name => token[name] === policy[name]);
}

async function issued(
  acting: Acting,
  fob: ChoosingFob,
  {
    user,
    policy,
  }: { readonly user: Parameters<typeof insertToken>[2]['user']; readonly policy: PolicyRow | undefined },
): Promise<TokenRow> {
  const given = fob.fresh(policy);
  try {
    await insertToken(acting, given, {
      user,
      policy,
      fobId: fob.row.id,
      isReserved: true,
    });
  } finally {
    given.secret.fill(0);
  }
  return acting.db
    .selectFrom('tokens')
    .selectAll()
    .where('serial', '=', given.serial)
    .executeTakeFirstOrThrow();
}

async function setAside(
  { db, keys, actor, atMs }: Acting,
  token: TokenRow,
  user: { readonly id: string; readonly name: string },
): Promise<void> {
  await db
    .updateTable('tokens')
    .set({ state: 'reserved', user_id: user.id })
    .where('id', '=', token.id)
    .execute();
  const about = { subjectKind: 'token', subjectId: token.id, subject: token.serial } as const;
  const detail = { from: token.state, to: 'reserved', user: user.name };
  await recordAudit(db, keys, { atMs, actor, action: 'token.assign', ...about, detail });
}

/** Returns a reserved token that was not enrolled to the inventory. */
export async function returnToken(
  { db, keys, actor, atMs }: Acting,
  tokenId: string,
  userId: string,
): Promise<void> {
  const token = await tokenOf({ db }, tokenId);
  if (token?.state !== 'reserved' || token.user_id !== userId) return;
  await db
    .updateTable('tokens')
    .set({ state: 'inventory', user_id: null })
    .where('id', '=', tokenId)
    .execute();
  const about = { subjectKind: 'token', subjectId: token.id, subject: token.serial } as const;
  const detail = { from: 'reserved', to: 'inventory' };
  await recordAudit(db, keys, { atMs, actor, action: 'token.unassign', ...about, detail });
}

function tokenOf({ db }: Pick<Acting, 'db'>, id: string | null): Promise<TokenRow | undefined> {
  return db
    .selectFrom('tokens')
    .selectAll()
    .where('id', '=', id ?? '')
    .executeTakeFirst();
}

function policyOf({ db }: Pick<Acting, 'db'>, id: string | null): Promise<PolicyRow | undefined> {
  return db
    .selectFrom('policies')
    .selectAll()
    .where('id', '=', id ?? '')
    .executeTakeFirst();
}
