import { credentialLimits } from '../../../base/limits/credentials.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { userLimits } from '../../../base/limits/users.ts';
import type { Result } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { withdrawTemporaryCode } from '../../../subjects/tokens/codes/temporary-codes.ts';
import { assignToken } from '../../../subjects/tokens/moves.ts';
import { setPassword } from '../../../subjects/users/credentials/passwords.ts';
import { resetPin } from '../../../subjects/users/credentials/pins.ts';
import { changeUser, createUser, disableUser } from '../../../subjects/users/user-changes.ts';
import type { UserDetail } from '../../../subjects/users/user-views.ts';
import type { FormField } from '../../web/fields.ts';
import { type FormPage, type FormView, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { userOf } from './detail.ts';

const text = consoleTexts.users;

/** Serves the forms about users. */
export function serveUserForms(router: ConsoleRouter): void {
  serveForm(router, createForm);
  for (const form of [changeForm, passwordForm, resetPinForm, withdrawForm, disableForm, assignForm])
    serveForm(router, form);
}

function nameFields(user?: UserDetail): FormField[] {
  return [
    {
      name: 'displayName',
      label: text.displayName,
      optional: true,
      max: userLimits.displayNameMax,
      value: user?.displayName ?? '',
      faults: ['bad_display_name'],
    },
    {
      name: 'email',
      label: text.email,
      kind: 'email',
      optional: true,
      max: userLimits.emailMax,
      value: user?.email ?? '',
      faults: ['bad_email'],
    },
  ];
}

const createForm: FormPage<{ name: string }> = {
  path: '/users/create',
  action: 'user.create',
  async view() {
    const name: FormField = {
      name: 'user',
      label: text.name,
      hint: text.nameHint,
      max: userLimits.userNameMax,
      faults: ['bad_user', 'user_taken', 'name_looks_alike'],
    };
    return { title: text.create, fields: [name, ...nameFields()], submit: text.create, back: at('/users') };
  },
  run: ({ management, actor, value }) =>
    createUser(management, actor, {
      name: value('user'),
      displayName: value('displayName'),
      email: value('email'),
    }),
  done: (_context, { name }) => ({ to: at('/user', { user: name, done: 'created' }) }),
};

/** Makes a form about the user in the address; afterwards it returns to that user's page. */
function userForm(
  path: string,
  given: Pick<FormPage<unknown>, 'action'> & {
    done: keyof typeof consoleTexts.done;
    view: (user: UserDetail) => Omit<FormView, 'back'>;
    run: (visit: ConsoleContext, user: string) => Promise<Result<unknown>>;
  },
): FormPage<unknown> {
  return {
    path,
    action: given.action,
    async view(visit) {
      const user = await userOf(visit);
      if (user === undefined) return { instead: missingPage('unknown_user') };
      const { fields, ...view } = given.view(user);
      const subject: FormField = { name: 'user', label: '', kind: 'hidden', value: user.name };
      return { ...view, fields: [subject, ...fields], back: at('/user', { user: user.name }) };
    },
    run: visit => given.run(visit, visit.value('user')),
    done: visit => ({ to: at('/user', { user: visit.value('user'), done: given.done }) }),
  };
}

const changeForm = userForm('/user/change', {
  action: 'user.change',
  done: 'changed',
  view: user => ({ title: text.changeOf(user.name), fields: nameFields(user), submit: consoleTexts.save }),
  run: ({ management, actor, value }, user) =>
    changeUser(management, actor, { user, displayName: value('displayName'), email: value('email') }),
});

const passwordForm = userForm('/user/password', {
  action: 'user.set-password',
  done: 'password',
  view: user => ({
    title: text.passwordOf(user.name),
    lead: text.passwordLead,
    submit: text.setPassword,
    fields: [
      {
        name: 'password',
        label: text.newPassword,
        hint: text.passwordHint,
        kind: 'password',
        autocomplete: 'new-password',
        max: credentialLimits.passwordFieldMax,
        faults: ['password_length', 'password_common', 'password_is_name'],
      },
    ],
  }),
  run: ({ management, actor, value }, user) =>
    setPassword(management, actor, { user, password: value('password') }),
});

const resetPinForm = userForm('/user/reset-pin', {
  action: 'user.reset-pin',
  done: 'pinReset',
  view: user => ({
    title: text.resetPinOf(user.name),
    lead: text.resetPinLead,
    fields: [],
    submit: text.resetPin,
  }),
  run: ({ management, actor }, user) => resetPin(management, actor, user),
});

const withdrawForm = userForm('/user/withdraw-code', {
  action: 'token.temporary-code',
  done: 'codeWithdrawn',
  view: user => ({
    title: text.withdrawOf(user.name),
    lead: text.withdrawLead,
    fields: [],
    submit: text.withdraw,
  }),
  run: ({ management, actor }, user) => withdrawTemporaryCode(management, actor, { user }),
});

const disableForm = userForm('/user/disable', {
  action: 'user.disable',
  done: 'disabled',
  view: user => ({
    title: text.disableOf(user.name),
    lead: text.disableLead,
    fields: [],
    submit: text.disable,
    isFinal: true,
  }),
  run: ({ management, actor }, user) => disableUser(management, actor, user),
});

const assignForm = userForm('/user/assign', {
  action: 'token.assign',
  done: 'assigned',
  view: user => ({
    title: text.assignTo(user.name),
    submit: text.assign,
    fields: [
      {
        name: 'serial',
        label: consoleTexts.tokens.serial,
        hint: text.assignHint,
        max: tokenLimits.serialMax,
        faults: ['unknown_serial', 'bad_transition', 'reserved_for_another', 'too_many_tokens'],
      },
    ],
  }),
  run: ({ management, actor, value }, user) =>
    assignToken(management, actor, { serial: value('serial').trim(), user }),
});
