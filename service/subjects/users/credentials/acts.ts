import { credentialLimits } from '../../../base/limits/credentials.ts';
import { done, refused } from '../../../base/results.ts';
import { object, serviceText, text } from '../../../base/shapes.ts';
import { slowHash } from '../../../base/slow-hash.ts';
import { clearIdempotencyCache } from '../../../storage/idempotency.ts';
import { act, did } from '../../kit/act.ts';
import { checked } from '../../kit/field.ts';
import { endSessionsOf } from '../sessions.ts';
import { aboutUser } from '../subject.ts';
import { isNameOf, plainPasswordProblem, preparedPassword } from './passwords.ts';

/** A password with its hash. Hashing is slow, so it runs before the transaction, which would delay other writers. */
const password = checked(
  text(credentialLimits.passwordFieldMax),
  {
    label: 'New password',
    hint: `${credentialLimits.passwordMin} to ${credentialLimits.passwordMax} characters. Several words make a good one.`,
    kind: 'password',
    autocomplete: 'new-password',
  },
  ['password_length', 'password_common'],
  async given => {
    const problem = plainPasswordProblem(given);
    return problem === undefined
      ? done({ text: given, hash: await slowHash(preparedPassword(given)) })
      : refused(problem);
  },
);

/** The user's sessions end, and with them the cached responses to requests with the old password. */
export const setPassword = act({
  permission: 'user.set-password',
  subject: aboutUser,
  fields: { password },
  gives: object({ user: serviceText }),
  refusals: { password_is_name: 'password' },
  routes: [
    {
      name: 'users.set-password',
      summary: 'Set a user’s password.',
      at: 'POST /v1/users/:user/password',
      example: { password: 'seven words make a better one' },
    },
  ],
  form: {
    at: '/user/password',
    title: ({ name }) => `Set the password of ${name}`,
    lead: 'The user’s sessions in the console end.',
    submit: 'Set password',
    done: 'password',
  },
  async run({ db, item }, { password }) {
    if (isNameOf(password.text, item)) return refused('password_is_name');
    await db.updateTable('users').set({ password_hash: password.hash }).where('id', '=', item.id).execute();
    await endSessionsOf(db, item.id);
    return did({ user: item.name }, item, { first: item.password_hash === null });
  },
});

/** Operators neither see nor set a PIN. */
export const resetPin = act({
  permission: 'user.reset-pin',
  subject: aboutUser,
  fields: {},
  gives: object({ user: serviceText }),
  refusals: {},
  routes: [
    {
      name: 'users.reset-pin',
      summary: 'Reset a user’s PIN. The user must choose another.',
      at: 'POST /v1/users/:user/reset-pin',
    },
  ],
  form: {
    at: '/user/reset-pin',
    title: ({ name }) => `Reset the PIN of ${name}`,
    lead: 'The present PIN stops working at once, and the user must choose another. Never ask a user for a PIN.',
    submit: 'Reset PIN',
    done: 'pinReset',
  },
  async run({ db, item }) {
    const change = { pin_hash: null, pin_change: 1 } as const;
    await db.updateTable('users').set(change).where('id', '=', item.id).execute();
    await clearIdempotencyCache(db, item.id);
    return did({ user: item.name }, item, {});
  },
});

/** In the order of the documentation. */
export const credentialActs = [setPassword, resetPin] as const;
