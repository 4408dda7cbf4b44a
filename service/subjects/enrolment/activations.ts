import { randomUUID } from 'node:crypto';
import { enrolmentLimits } from '../../base/limits/enrolment.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { done, refused } from '../../base/results.ts';
import {
  described,
  nullable,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  text,
  whole,
} from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import type { Acting } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import type { ActivationFobs } from '../../storage/schema/schema.ts';
import { act, audited, did, type NamedItem, subject } from '../kit/act.ts';
import { defaulted, field, optional, plain } from '../kit/field.ts';
import { unassignToken } from '../tokens/acts.ts';
import { endActivation } from '../tokens/end-activation.ts';
import { isWhole } from '../tokens/facts.ts';
import { reserve } from '../tokens/moves.ts';
import { listPolicies } from '../tokens/policies.ts';
import { renewSeed } from '../tokens/renew-seed.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { aboutUser } from '../users/subject.ts';
import { findUser, prepareUserName, type User } from '../users/users.ts';
import { type GeneratedCode, generateActivationCode } from './generate-code.ts';
import { hasAddress, mailActivation } from './mailing.ts';
import { endRequest, replaces, requestFob, serial } from './requests.ts';
import { leavingFor, targetOf } from './target.ts';
import {
  type ActivationRow,
  type ActivationView,
  activationShape,
  activationStatusOf,
  allowedFobs,
  viewActivation,
} from './views.ts';

/** How an activation reaches its user: by mail, or shown to the operator, who hands it over in person. */
const delivery = optional(plain(oneOf('mail', 'shown'), { label: 'How it reaches the user' }));
const { activations: words, tokens: tokenWords } = consoleTexts;
const fobs = optional(plain(allowedFobs, { label: words.fobs, options: words.fobsOptions }));

const lifetimes = [
  ['1', '1 hour'],
  ['8', '8 hours'],
  ['24', '1 day'],
  ['72', '3 days'],
  ['168', '7 days'],
  ['720', '30 days'],
] as const;

const { activationMinMs, activationMaxMs } = enrolmentLimits;
/** One hour to 30 days. */
const lifetime = whole(activationMinMs, activationMaxMs);
const hours = { name: 'hours', label: 'Good for', unit: 3_600_000 } as const;

function lifetimeOf(ms: number) {
  return isWhole(ms, activationMinMs, activationMaxMs) ? ms : undefined;
}

const made = object({
  activation: activationShape,
  /** Stored nowhere. A secret. */
  string: described(
    nullable(serviceText),
    'Holds the one-time code. Shown once for handing over in person; null if it is mailed.',
  ),
});
export type MadeActivation = TypeOf<typeof made>;

/** Lets a user enrol a fob: reserves the token if one is named, and mails or shows the one-time code. */
export const startActivation = act({
  permission: 'activation.start',
  subject: aboutUser,
  fields: {
    serial: optional(
      plain(serial, {
        label: 'Token',
        hint: 'A token in the inventory whose fob the service owns. It is reserved for the user. Empty: the choice under Fobs counts.',
      }),
    ),
    fobs,
    policy: optional(
      plain(text(tokenLimits.policyNameMax), {
        label: tokenWords.policy,
        hint: 'For the new token. Only without a token.',
        options: async db => [
          ['', 'None: the defaults'],
          ...(await listPolicies(db)).map(({ name }) => [name, name] as const),
        ],
      }),
    ),
    replaces,
    lifetimeMs: defaulted(
      field(lifetime, { ...hours, options: lifetimes }, 'bad_activation_time', lifetimeOf),
      enrolmentLimits.activationMs,
    ),
    delivery,
  },
  gives: made,
  refusals: {
    disabled_user: 'form',
    bad_target: 'serial',
    not_replaceable: 'replaces',
    unknown_serial: 'serial',
    not_enrolable: 'serial',
    bad_transition: 'serial',
    reserved_for_another: 'serial',
    unknown_policy: 'policy',
    too_many_tokens: 'serial',
    activation_open: 'form',
    no_email: 'delivery',
    no_public_address: 'form',
  },
  routes: [
    {
      name: 'activations.start',
      summary:
        'Start an activation, which lets a user enrol a fob. An activation string for handing over in person is shown once.',
      at: 'POST /v1/users/:user/activations',
      status: 201,
      example: { fobs: 'any', lifetimeMs: 86_400_000 },
    },
  ],
  async run(acting, { lifetimeMs, delivery, ...input }) {
    const { item: user } = acting;
    const problem = problemOfUser(user, delivery);
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
    return await make(acting, { user, about, lifetimeMs, minted, delivery });
  },
});
export type StartInput = Parameters<typeof startActivation>[2];

/** Activations. In the audit, acts on them are about their users. */
const aboutActivation = subject({
  kind: 'user',
  key: 'id',
  home: '/activations',
  missing: ['unknown_activation'],
  async find(db, id) {
    const row = await db.selectFrom('activations').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) return refused('unknown_activation');
    const ofUser = db.selectFrom('users').selectAll().where('id', '=', row.user_id);
    const user = await ofUser.executeTakeFirstOrThrow();
    return done({ id: user.id, name: user.name, row, user });
  },
});
type Item = NamedItem & { readonly row: ActivationRow; readonly user: User };

const again = {
  permission: 'activation.resend',
  subject: aboutActivation,
  fields: {
    lifetimeMs: optional(plain(lifetime, { ...hours, options: [['', 'As long as before'], ...lifetimes] })),
    delivery,
  },
  gives: made,
  refusals: {
    activation_over: 'form',
    bad_activation_time: 'lifetimeMs',
    disabled_user: 'form',
    no_email: 'delivery',
    activation_open: 'form',
    too_many_resends: 'form',
    no_public_address: 'form',
  },
} as const;

/** Replaces the code of an activation whose code did not arrive or has expired; the old code ends at once. */
export const resendActivation = act({
  ...again,
  routes: [
    {
      name: 'activations.resend',
      summary: 'Replace an activation by one with a new code. The old code stops working.',
      at: 'POST /v1/activations/:id/resend',
      status: 201,
      example: { delivery: 'shown' },
    },
  ],
  run: (acting, input) => resend(acting, input),
});

/** The same for other fobs than before; not for any fob if it was issued for a token. */
export const resendActivationFor = act({
  ...again,
  fields: { fobs, ...again.fields },
  refusals: { bad_target: 'fobs', ...again.refusals },
  routes: [],
  async run(acting, input) {
    const { row } = acting.item;
    if (input.fobs === 'any' && row.state === 'open' && givenOutWith(row) !== null)
      return refused('bad_target');
    return await resend(acting, input);
  },
});

interface Again {
  /** Default: the lifetime of the previous code. */
  readonly lifetimeMs: number | undefined;
  readonly delivery: Making['delivery'];
  /** Default: as before. */
  readonly fobs?: ActivationFobs | undefined;
}

async function resend(acting: Acting & { readonly item: Item }, input: Again) {
  const { db, atMs, item } = acting;
  const { row, user } = item;
  const { delivery, lifetimeMs = row.expires_ms - row.created_ms, fobs = row.fobs } = input;
  if (row.state !== 'open') return refused('activation_over');
  if (lifetimeOf(lifetimeMs) === undefined) return refused('bad_activation_time');
  const problem = problemOfUser(user, delivery);
  if (problem !== undefined) return refused(problem);
  if (await hasOpen(acting, user.id, givenOutWith(row), row.id)) return refused('activation_open');
  if ((await countResends(acting, user.id)) >= enrolmentLimits.resendsMax) return refused('too_many_resends');
  const minted = await generateActivationCode(acting);
  if (minted === undefined) return refused('no_public_address');
  if (!(await endActivation(db, { id: row.id, reason: 'resent', atMs }))) return refused('activation_over');
  // A token reserved by an interrupted run stays reserved for the next run.
  const { token_id, fob_id, policy_id, replaces_token_id } = row;
  const about = { token_id, fob_id, policy_id, fobs, replaces: row.id, replaces_token_id };
  return await make(acting, { user, about, lifetimeMs, minted, delivery });
}

/** Its reserved token goes back to the inventory. */
export const revokeActivation = act({
  permission: 'activation.revoke',
  subject: aboutActivation,
  fields: {},
  gives: activationShape,
  refusals: { activation_over: 'form' },
  routes: [
    {
      name: 'activations.revoke',
      summary: 'End an activation, and return its token to the inventory.',
      at: 'DELETE /v1/activations/:id',
    },
  ],
  async run(acting) {
    const { db, atMs, item } = acting;
    const { row } = item;
    if (!(await endActivation(db, { id: row.id, reason: 'operator', atMs })))
      return refused('activation_over');
    await giveBack(acting, row);
    const view = await viewNow(acting, row.id);
    const expired = activationStatusOf(row, atMs) === 'expired';
    return did(view, item, detailOf(view, { expired }));
  },
});

export const activationActs = [
  startActivation,
  requestFob,
  resendActivation,
  resendActivationFor,
  revokeActivation,
] as const;

interface Making {
  readonly user: User;
  readonly about: Pick<
    ActivationRow,
    'token_id' | 'fob_id' | 'policy_id' | 'fobs' | 'replaces' | 'replaces_token_id'
  >;
  readonly lifetimeMs: number;
  readonly minted: GeneratedCode;
  readonly delivery: 'mail' | 'shown' | undefined;
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
  const delivery = isMailed ? 'mail' : 'shown';
  const detail = detailOf(view, { delivery, expiresMs: row.expires_ms, replaces: row.replaces });
  return did({ activation: view, string: isMailed ? null : minted.string }, user, detail);
}

function problemOfUser(user: User, delivery: Making['delivery']) {
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

async function viewNow({ db, atMs }: Acting, id: string): Promise<ActivationView> {
  const view = await viewActivation(db, id, atMs);
  if (view === undefined) throw new Error('an activation of this transaction is there');
  return view;
}

function detailOf(
  { id, serial, policy, fobs, replaces }: ActivationView,
  more: Readonly<Record<string, string | number | boolean | null>>,
) {
  return { activation: id, serial, policy, fobs, ...(replaces !== null && { token: replaces }), ...more };
}
