import { challengeLimits } from '../../../base/limits/challenges.ts';
import { tokenLimits } from '../../../base/limits/tokens.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import type { Action } from '../../../base/permissions.ts';
import type { Result } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { RevokedReason } from '../../../base/token-states.ts';
import { repairLastStep, repairLastSteps } from '../../../subjects/tokens/codes/repair.ts';
import { resyncToken } from '../../../subjects/tokens/codes/resync.ts';
import {
  assignToken,
  reactivateToken,
  renameToken,
  reserveToken,
  revokeToken,
  suspendToken,
  unassignToken,
} from '../../../subjects/tokens/moves.ts';
import { type TokenView, viewToken } from '../../../subjects/tokens/views.ts';
import { readSettings } from '../../../subjects/users/settings.ts';
import type { FormField } from '../../web/fields.ts';
import { type FormPage, type FormView, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage, refusedPage } from '../kit/router.ts';

const text = consoleTexts.tokens;

/** Serves the forms about tokens, and the one button. */
export function serveTokenForms(router: ConsoleRouter): void {
  for (const form of forms) serveForm(router, form);
  router.act('/token/reactivate', 'token.reactivate', async ({ management, actor, value }) => {
    const serial = value('serial');
    const result = await reactivateToken(management, actor, { serial });
    if (!result.ok) return refusedPage(result.refusal.code, at('/token', { serial }));
    router.context.changes.announce();
    return { to: at('/token', { serial, done: 'reactivated' }) };
  });
}

interface TokenForm {
  readonly action: Action;
  readonly done: keyof typeof consoleTexts.done;
  readonly view: (token: TokenView) => Omit<FormView, 'back'>;
  readonly run: (visit: ConsoleContext, serial: string) => Promise<Result<unknown>>;
}

/** Makes a form about the token in the address; afterwards it returns to that token's page. */
function tokenForm(path: string, given: TokenForm): FormPage<unknown> {
  return {
    path,
    action: given.action,
    async view(visit) {
      const found = await viewToken(visit.management.db, visit.value('serial'));
      if (!found.ok) return { instead: missingPage(found.refusal.code) };
      const { serial } = found.value.token;
      const { fields, ...view } = given.view(found.value.token);
      const subject: FormField = { name: 'serial', label: '', kind: 'hidden', value: serial };
      return { ...view, fields: [subject, ...fields], back: at('/token', { serial }) };
    },
    run: visit => given.run(visit, visit.value('serial')),
    done: visit => ({ to: at('/token', { serial: visit.value('serial'), done: given.done }) }),
  };
}

const assignForm = tokenForm('/token/assign', {
  action: 'token.assign',
  done: 'assigned',
  view: token => ({
    title: text.assignOf(token.serial),
    submit: text.assign,
    fields: [
      {
        name: 'user',
        label: consoleTexts.users.name,
        value: token.user ?? '',
        max: userLimits.userNameMax,
        faults: ['unknown_user', 'disabled_user', 'too_many_tokens', 'reserved_for_another'],
      },
    ],
  }),
  run: ({ management, actor, value }, serial) =>
    assignToken(management, actor, { serial, user: value('user') }),
});

const reserveForm = tokenForm('/token/reserve', {
  action: 'token.assign',
  done: 'reserved',
  view: ({ serial }) => ({
    title: text.reserveOf(serial),
    lead: text.reserveLead,
    submit: text.reserve,
    fields: [
      {
        name: 'user',
        label: consoleTexts.users.name,
        hint: text.reserveHint,
        optional: true,
        max: userLimits.userNameMax,
        faults: ['unknown_user', 'disabled_user', 'too_many_tokens'],
      },
    ],
  }),
  run: ({ management, actor, value }, serial) => {
    const user = value('user').trim();
    return reserveToken(management, actor, { serial, ...(user !== '' && { user }) });
  },
});

const unassignForm = tokenForm('/token/unassign', {
  action: 'token.unassign',
  done: 'unassigned',
  view: ({ serial, user }) => ({
    title: text.unassignOf(serial),
    lead: text.unassignLead(user),
    fields: [],
    submit: text.unassign,
  }),
  run: ({ management, actor }, serial) => unassignToken(management, actor, { serial }),
});

const suspendForm = tokenForm('/token/suspend', {
  action: 'token.suspend',
  done: 'suspended',
  view: ({ serial }) => ({
    title: text.suspendOf(serial),
    lead: text.suspendLead,
    fields: [],
    submit: text.suspend,
  }),
  run: ({ management, actor }, serial) => suspendToken(management, actor, { serial }),
});

const revokeForm = tokenForm('/token/revoke', {
  action: 'token.revoke',
  done: 'revoked',
  view: ({ serial }) => ({
    title: text.revokeOf(serial),
    lead: text.revokeLead,
    isFinal: true,
    submit: text.revoke,
    fields: [
      { name: 'reason', label: text.reason, kind: 'select', options: text.reasons, faults: ['bad_reason'] },
    ],
  }),
  run: ({ management, actor, value }, serial) =>
    revokeToken(management, actor, { serial, reason: value('reason') as RevokedReason }),
});

const renameForm = tokenForm('/token/rename', {
  action: 'token.rename',
  done: 'changed',
  view: token => ({
    title: text.renameOf(token.serial),
    submit: consoleTexts.save,
    fields: nameFields(token),
  }),
  run: ({ management, actor, value }, serial) =>
    renameToken(management, actor, { serial, issuer: value('issuer'), label: value('label') }),
});

/** Returns the fields of a token's names. */
export function nameFields(token?: Pick<TokenView, 'issuer' | 'label'>): FormField[] {
  return [
    {
      name: 'issuer',
      label: text.issuer,
      value: token?.issuer ?? '',
      optional: true,
      max: tokenLimits.issuerMaxBytes,
      faults: ['bad_issuer'],
    },
    {
      name: 'label',
      label: text.label,
      value: token?.label ?? '',
      optional: true,
      max: tokenLimits.labelMaxBytes,
      faults: ['bad_label'],
    },
  ];
}

function codeField(name: string, label: string, faults: readonly string[]): FormField {
  return { name, label, kind: 'password', max: validationLimits.passcodeFieldMax, faults };
}

const questionField: FormField = {
  name: 'question',
  label: text.question,
  max: challengeLimits.ocraQuestionBytes,
  faults: ['bad_question', 'not_usable'],
};

const resyncForm = tokenForm('/token/resync', {
  action: 'token.resync',
  done: 'resynchronised',
  view: ({ serial, kind }) => ({
    title: text.resyncOf(serial),
    lead: kind === 'ocra' ? text.resyncAskedLead : text.resyncLead,
    submit: text.resync,
    fields: [
      ...(kind === 'ocra' ? [questionField] : []),
      codeField('first', text.firstCode, ['resync_failed', 'account_locked']),
      codeField('second', text.secondCode, []),
    ],
  }),
  run: async ({ management, actor, value }, serial) =>
    resyncToken(
      management,
      actor,
      { serial, question: value('question'), first: value('first'), second: value('second') },
      (await readSettings(management.db)).lock,
    ),
});

const repairForm = tokenForm('/token/repair-last-step', {
  action: 'token.repair-last-step',
  done: 'repaired',
  view: ({ serial }) => ({
    title: text.repairOf(serial),
    lead: text.repairLead,
    fields: [],
    submit: text.repair,
    isFinal: true,
  }),
  run: ({ management, actor }, serial) => repairLastStep(management, actor, { serial }),
});

const repairAllForm: FormPage<unknown> = {
  path: '/tokens/repair-last-steps',
  action: 'token.repair-last-step',
  view: async () => ({
    title: text.repairAll,
    lead: text.repairAllLead,
    fields: [],
    submit: text.repairAll,
    isFinal: true,
    back: at('/alerts'),
  }),
  run: ({ management, actor }) => repairLastSteps(management, actor),
  done: () => ({ to: at('/tokens', { done: 'allRepaired' }) }),
};

const forms = [
  repairAllForm,
  repairForm,
  assignForm,
  reserveForm,
  unassignForm,
  suspendForm,
  revokeForm,
  renameForm,
  resyncForm,
];
