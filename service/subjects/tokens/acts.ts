import { userLimits } from '../../base/limits/users.ts';
import { refused } from '../../base/results.ts';
import { oneOf, text } from '../../base/shapes.ts';
import { mayBecome, revokedReasons } from '../../base/token-states.ts';
import { changeParts, textsOfToken } from '../../storage/search/rows.ts';
import { act, did } from '../kit/act.ts';
import { choice, lookUp, optional, shownAs } from '../kit/field.ts';
import { userNamed } from '../users/subject.ts';
import { hasEnough } from './issue.ts';
import { nameFields } from './kind-fields.ts';
import { move, moveAny, reserve } from './moves.ts';
import { aboutToken } from './subject.ts';
import { tokenShape, viewOf } from './views.ts';

export const user = lookUp(
  text(userLimits.userNameMax, { minLength: 1 }),
  { label: 'User name' },
  ['unknown_user', 'disabled_user'],
  async (db, typed: string) => {
    const found = await userNamed(db, typed);
    return found.ok && found.value.disabled_ms !== null ? refused('disabled_user') : found;
  },
);

/** Why tokens are revoked, in words. */
export const reasonOptions = [
  ['lost', 'Lost'],
  ['faulty', 'Faulty'],
  ['retired', 'Retired'],
] as const;
export const reason = choice(
  oneOf(...revokedReasons),
  { label: 'Why it is revoked', options: reasonOptions },
  'bad_reason',
);

const shared = { subject: aboutToken, gives: tokenShape } as const;

export const assignToken = act({
  ...shared,
  permission: 'token.assign',
  fields: { user },
  refusals: { bad_transition: 'form', reserved_for_another: 'user', too_many_tokens: 'user' },
  routes: [
    {
      name: 'tokens.assign',
      summary: 'Give a token to a user.',
      at: 'POST /v1/tokens/:serial/assign',
      example: { user: 'ada' },
    },
  ],
  form: {
    at: '/token/assign',
    title: ({ serial }) => `Assign ${serial}`,
    submit: 'Assign',
    fills: token => ({ user: token.user }),
    done: 'assigned',
  },
  async run(acting, { user }) {
    const { item } = acting;
    if (!mayBecome(item.state, 'assigned')) return refused('bad_transition');
    if (item.user_id !== null && item.user_id !== user.id) return refused('reserved_for_another');
    // A reserved token already counts among the user's.
    if (item.user_id === null && (await hasEnough(acting.db, user))) return refused('too_many_tokens');
    return move(acting, item, { to: 'assigned', userId: user.id });
  },
});

/** For a user if one is named, until enrolment. */
export const reserveToken = act({
  ...shared,
  permission: 'token.assign',
  fields: { user: optional(shownAs(user, { hint: 'Empty: it is reserved without a user.' })) },
  refusals: { bad_transition: 'form', too_many_tokens: 'user' },
  routes: [
    {
      name: 'tokens.reserve',
      summary: 'Reserve a token, for a user or without a user.',
      at: 'POST /v1/tokens/:serial/reserve',
      example: { user: 'ada' },
    },
  ],
  form: {
    at: '/token/reserve',
    title: ({ serial }) => `Reserve ${serial}`,
    lead: 'Nobody else gets the token, and it works for nobody until it is assigned.',
    submit: 'Reserve',
    done: 'reserved',
  },
  run: (acting, { user }) => reserve(acting, acting.item, { user }),
});

export const unassignToken = act({
  ...shared,
  permission: 'token.unassign',
  fields: {},
  refusals: { bad_transition: 'form', last_admin: 'form' },
  routes: [
    {
      name: 'tokens.unassign',
      summary: 'Return a token to the inventory.',
      at: 'POST /v1/tokens/:serial/unassign',
    },
  ],
  form: {
    at: '/token/unassign',
    title: ({ serial }) => `Return ${serial} to the inventory`,
    lead: ({ user }) =>
      user === null ? 'It can then be assigned to anybody.' : `It stops working for ${user} at once.`,
    submit: 'Return to the inventory',
    done: 'unassigned',
  },
  run: acting => moveAny(acting, acting.item, { to: 'inventory', userId: null }),
});

export const suspendToken = act({
  ...shared,
  permission: 'token.suspend',
  fields: {},
  refusals: { bad_transition: 'form', last_admin: 'form' },
  routes: [
    {
      name: 'tokens.suspend',
      summary: 'Stop a token until it is reactivated.',
      at: 'POST /v1/tokens/:serial/suspend',
    },
  ],
  form: {
    at: '/token/suspend',
    title: ({ serial }) => `Suspend ${serial}`,
    lead: 'It stops working at once, until it is reactivated.',
    submit: 'Suspend',
    done: 'suspended',
  },
  run: acting => moveAny(acting, acting.item, { to: 'suspended' }),
});

export const reactivateToken = act({
  ...shared,
  permission: 'token.reactivate',
  fields: {},
  refusals: { bad_transition: 'form' },
  routes: [
    {
      name: 'tokens.reactivate',
      summary: 'Let a suspended token work again.',
      at: 'POST /v1/tokens/:serial/reactivate',
    },
  ],
  form: { at: '/token/reactivate', submit: 'Reactivate', done: 'reactivated' },
  run: acting => move(acting, acting.item, { to: 'active' }),
});

export const revokeToken = act({
  ...shared,
  permission: 'token.revoke',
  fields: { reason },
  refusals: { bad_transition: 'form', last_admin: 'form' },
  routes: [
    {
      name: 'tokens.revoke',
      summary: 'End a token for good and destroy its seed.',
      at: 'POST /v1/tokens/:serial/revoke',
      example: { reason: 'lost' },
    },
  ],
  form: {
    at: '/token/revoke',
    title: ({ serial }) => `Revoke ${serial}`,
    lead: 'It stops working at once and for good: the seed is destroyed. Later use raises an alert.',
    submit: 'Revoke',
    isFinal: true,
    done: 'revoked',
  },
  run: (acting, { reason }) => moveAny(acting, acting.item, { to: 'revoked', reason }),
});

export const renameToken = act({
  ...shared,
  permission: 'token.rename',
  fields: nameFields,
  refusals: {},
  routes: [
    {
      name: 'tokens.rename',
      summary: 'Rename a token.',
      at: 'PATCH /v1/tokens/:serial',
      example: { label: 'VPN' },
    },
  ],
  form: {
    at: '/token/rename',
    title: ({ serial }) => `Rename ${serial}`,
    submit: 'Save',
    fills: ({ issuer, label }) => ({ issuer, label }),
    done: 'changed',
  },
  async run({ db, item }, { issuer = item.issuer, label = item.label }) {
    const names = { issuer, label };
    await db.updateTable('tokens').set(names).where('id', '=', item.id).execute();
    const { serial } = item;
    await changeParts(
      db,
      'token',
      { name: serial, texts: textsOfToken({ serial, label }) },
      textsOfToken(item),
    );
    return did(viewOf({ ...item, ...names }, item.user), item, names);
  },
});

/** In the order of the documentation. */
export const tokenActs = [
  renameToken,
  assignToken,
  reserveToken,
  unassignToken,
  suspendToken,
  reactivateToken,
  revokeToken,
] as const;
