import { randomUUID } from 'node:crypto';
import { enrolmentLimits } from '../../base/limits/enrolment.ts';
import { done, refused } from '../../base/results.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import type { ActivationFobs } from '../../storage/schema/schema.ts';
import { recordAudit } from '../audit/record.ts';
import { audited } from '../kit/act.ts';
import { unassignToken } from '../tokens/acts.ts';
import { endActivation } from '../tokens/end-activation.ts';
import { isWhole } from '../tokens/facts.ts';
import { reserve } from '../tokens/moves.ts';
import { renewSeed } from '../tokens/renew-seed.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { findUser, prepareUserName, type User } from '../users/users.ts';
import { type GeneratedCode, generateActivationCode } from './generate-code.ts';
import { hasAddress, mailActivation } from './mailing.ts';
import { endRequest } from './requests.ts';
import { leavingFor, type TargetInput, targetOf } from './target.ts';
import { type ActivationRow, type ActivationView, activationStatusOf, viewActivation } from './views.ts';

/** How an activation reaches its user: by mail, or shown to the operator, who hands it over in person. */
export type ActivationDelivery = 'mail' | 'shown';

/** An activation to start. */
export interface StartInput extends TargetInput {
  readonly user: string;
  /** One hour to 30 days, default 72 hours. */
  readonly lifetimeMs?: number | undefined;
  /** Default: by mail where the user has an address. */
  readonly delivery?: ActivationDelivery | undefined;
}

/** A new activation. */
export interface MadeActivation {
  readonly activation: ActivationView;
  /** The activation string if it is to be handed over in person: shown once, stored nowhere. A secret. */
  readonly string: string | null;
}

/** Lets a user enrol a fob: reserves the token if one is named, and mails or shows the one-time code. */
export async function start(acting: Acting, input: StartInput) {
  const { lifetimeMs = enrolmentLimits.activationMs } = input;
  if (!isLifetime(lifetimeMs)) return refused('bad_activation_time');
  const user = await findUser(acting.db, prepareUserName(input.user) ?? '');
  if (user === undefined) return refused('unknown_user');
  const problem = problemOfUser(user, input.delivery);
  if (problem !== undefined) return refused(problem);
  const target = await targetOf(acting, user, input);
  if (!target.ok) return target;
  const { tokenId, policyId, fobs, toReserve, replacesId } = target.value;
  if (await hasOpen(acting, user.id, tokenId)) return refused('activation_open');
  const minted = await generateActivationCode(acting);
  if (minted === undefined) return refused('no_public_address');
  if (toReserve !== null) {
    const reserved = await reserve(acting, toReserve, { user, leaving: leavingFor(replacesId) });
    if (!reserved.ok) return reserved;
    await audited(acting, { kind: 'token', action: 'token.assign' }, reserved);
  }
  if (tokenId !== null) await renewSeed(acting, await tokenOf(acting.db, tokenId), user.id);
  await endRequest(acting, user.id, replacesId);
  const about = {
    token_id: tokenId,
    fob_id: null,
    policy_id: policyId,
    fobs,
    replaces: null,
    replaces_token_id: replacesId,
  };
  return make(acting, { user, about, lifetimeMs, minted, delivery: input.delivery });
}

/** An activation by its identifier. */
export interface ActivationInput {
  readonly id: string;
}

export interface ResendInput extends ActivationInput {
  /** Default: the lifetime of the previous code. */
  readonly lifetimeMs?: number | undefined;
  readonly delivery?: ActivationDelivery | undefined;
}

interface Fobs {
  /** Default: as before. */
  readonly fobs?: ActivationFobs | undefined;
}

/** Replaces the code of an activation whose code did not arrive or has expired; the old code ends at once. */
async function resend(acting: Acting, input: ResendInput & Fobs) {
  const { db, atMs } = acting;
  const row = await rowOf(db, input.id);
  if (row === undefined) return refused('unknown_activation');
  if (row.state !== 'open') return refused('activation_over');
  const { lifetimeMs = row.expires_ms - row.created_ms } = input;
  if (!isLifetime(lifetimeMs)) return refused('bad_activation_time');
  const user = await db
    .selectFrom('users')
    .selectAll()
    .where('id', '=', row.user_id)
    .executeTakeFirstOrThrow();
  const problem = problemOfUser(user, input.delivery);
  if (problem !== undefined) return refused(problem);
  if (await hasOpen(acting, user.id, givenOutWith(row), row.id)) return refused('activation_open');
  if ((await countResends(acting, user.id)) >= enrolmentLimits.resendsMax) return refused('too_many_resends');
  const minted = await generateActivationCode(acting);
  if (minted === undefined) return refused('no_public_address');
  if (!(await endActivation(db, { id: row.id, reason: 'resent', atMs }))) return refused('activation_over');
  // A token reserved by an interrupted run stays reserved for the next run.
  const { token_id, fob_id, policy_id, replaces_token_id } = row;
  const { fobs = row.fobs } = input;
  const about = { token_id, fob_id, policy_id, fobs, replaces: row.id, replaces_token_id };
  return make(acting, { user, about, lifetimeMs, minted, delivery: input.delivery });
}

/** The same for other fobs than before; not for any fob if it was issued for a token. */
async function resendFor(acting: Acting, input: ResendInput & Fobs) {
  const row = input.fobs === 'any' ? await rowOf(acting.db, input.id) : undefined;
  if (row?.state === 'open' && givenOutWith(row) !== null) return refused('bad_target');
  return await resend(acting, input);
}

/** Ends an activation, and returns its reserved token to the inventory. */
async function revoke(acting: Acting, { id }: ActivationInput) {
  const { db, atMs } = acting;
  const row = await rowOf(db, id);
  if (row === undefined) return refused('unknown_activation');
  if (!(await endActivation(db, { id, reason: 'operator', atMs }))) return refused('activation_over');
  await giveBack(acting, row);
  const view = await viewNow(acting, id);
  await record(acting, 'activation.revoke', view, row.user_id, {
    expired: activationStatusOf(row, atMs) === 'expired',
  });
  return done(view);
}

export const startActivation = actOf(start);
export const resendActivation = actOf((acting: Acting, input: ResendInput) => resend(acting, input));
export const resendActivationFor = actOf(resendFor);
export const revokeActivation = actOf(revoke);

interface Making {
  readonly user: User;
  readonly about: Pick<
    ActivationRow,
    'token_id' | 'fob_id' | 'policy_id' | 'fobs' | 'replaces' | 'replaces_token_id'
  >;
  readonly lifetimeMs: number;
  readonly minted: GeneratedCode;
  readonly delivery?: ActivationDelivery | undefined;
}

async function make(acting: Acting, making: Making) {
  const { user, about, lifetimeMs, minted } = making;
  const { db, atMs } = acting;
  const row: ActivationRow = {
    id: randomUUID(),
    user_id: user.id,
    ...about,
    code_hash: minted.codeHash,
    state: 'open',
    reason: null,
    attempts: 0,
    created_ms: atMs,
    expires_ms: atMs + lifetimeMs,
    reminded_ms: null,
    expiry_told_ms: null,
    claim: null,
    claimed_until_ms: null,
    step: 'waiting',
    used_ms: null,
    actor: acting.actor.name,
  };
  await db.insertInto('activations').values(row).execute();
  const isMailed = hasAddress(user) && making.delivery !== 'shown';
  if (isMailed) await mailActivation(acting, user, row, minted);
  const view = await viewNow(acting, row.id);
  const action = about.replaces === null ? 'activation.start' : 'activation.resend';
  const delivery = isMailed ? 'mail' : 'shown';
  await record(acting, action, view, user.id, {
    delivery,
    expiresMs: row.expires_ms,
    replaces: row.replaces,
  });
  return done({ activation: view, string: isMailed ? null : minted.string });
}

function isLifetime(lifetimeMs: number): boolean {
  return isWhole(lifetimeMs, enrolmentLimits.activationMinMs, enrolmentLimits.activationMaxMs);
}

function problemOfUser(user: User, delivery: ActivationDelivery | undefined) {
  if (user.disabled_ms !== null) return 'disabled_user';
  return delivery === 'mail' && user.email === null ? 'no_email' : undefined;
}

/**
 * Returns the token that the activation was issued for; null if it is for any fob, even if a run has already chosen
 * one.
 */
function givenOutWith({ token_id, fob_id }: ActivationRow): string | null {
  return fob_id === null ? token_id : null;
}

/** Whether a user has another usable activation for the same token, or for any fob. */
async function hasOpen(
  acting: Acting,
  userId: string,
  tokenId: string | null,
  exceptId = '',
): Promise<boolean> {
  return (await openActivationFor(acting, { userId, tokenId, exceptId })) !== undefined;
}

/** A usable activation to look for. */
interface OpenActivationQuery {
  readonly userId: string;
  /** The token that it was issued for; null for any fob. */
  readonly tokenId: string | null;
  readonly exceptId?: string;
}

async function openActivationFor(
  { db, atMs }: Pick<Acting, 'db' | 'atMs'>,
  { userId, tokenId, exceptId = '' }: OpenActivationQuery,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('activations')
    .select('id')
    .where('user_id', '=', userId)
    .where(where =>
      tokenId === null
        ? where.or([where('token_id', 'is', null), where('fob_id', 'is not', null)])
        : where('token_id', '=', tokenId),
    )
    .where('state', '=', 'open')
    .where('expires_ms', '>', atMs)
    .where('id', '<>', exceptId)
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/**
 * Returns the identifier of the activation because of which a new one is refused with `activation_open`; undefined if
 * there is none. @param serial of the token that the new one is for; undefined for any fob
 */
export async function activationInTheWay(
  { db, clock }: Pick<Management, 'db' | 'clock'>,
  input: { readonly user: string; readonly serial: string | undefined },
): Promise<string | undefined> {
  const user = await findUser(db, prepareUserName(input.user) ?? '');
  if (user === undefined) return undefined;
  const tokenId = input.serial === undefined ? null : await tokenIdOf(db, input.serial);
  return tokenId === undefined
    ? undefined
    : openActivationFor({ db, atMs: clock() }, { userId: user.id, tokenId });
}

async function tokenIdOf(db: Db, serial: string): Promise<string | undefined> {
  return (await db.selectFrom('tokens').select('id').where('serial', '=', serial).executeTakeFirst())?.id;
}

async function countResends({ db, atMs }: Acting, userId: string): Promise<number> {
  const { count } = await db
    .selectFrom('activations')
    .select(query => query.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('created_ms', '>', atMs - enrolmentLimits.resendWindowMs)
    .where('replaces', 'is not', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/**
 * Returns the reserved token of an activation to the inventory, if it is still reserved and no other activation needs
 * it.
 */
async function giveBack(acting: Acting, { token_id, user_id }: ActivationRow): Promise<void> {
  if (token_id === null || (await hasOpen(acting, user_id, token_id))) return;
  const token = await acting.db
    .selectFrom('tokens')
    .select('serial')
    .where('id', '=', token_id)
    .where('state', '=', 'reserved')
    .where('user_id', '=', user_id)
    .executeTakeFirst();
  if (token !== undefined) await unassignToken.work(acting, token);
}

function tokenOf(db: Db, id: string): Promise<TokenRow> {
  return db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

function rowOf(db: Db, id: string): Promise<ActivationRow | undefined> {
  return db.selectFrom('activations').selectAll().where('id', '=', id).executeTakeFirst();
}

async function viewNow({ db, atMs }: Acting, id: string): Promise<ActivationView> {
  const view = await viewActivation(db, id, atMs);
  if (view === undefined) throw new Error('an activation of this transaction is there');
  return view;
}

function record(
  { db, keys, actor, atMs }: Acting,
  action: 'activation.start' | 'activation.resend' | 'activation.revoke',
  view: ActivationView,
  userId: string,
  more: Readonly<Record<string, string | number | boolean | null>>,
): Promise<void> {
  const { id, serial, policy, fobs, replaces } = view;
  const about = { subjectKind: 'user', subjectId: userId, subject: view.user } as const;
  return recordAudit(db, keys, {
    atMs,
    actor,
    action,
    ...about,
    detail: { activation: id, serial, policy, fobs, ...(replaces !== null && { token: replaces }), ...more },
  });
}
