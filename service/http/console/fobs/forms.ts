import { careLimits } from '../../../base/limits/care.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import type { Action } from '../../../base/permissions.ts';
import type { Result } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { markFound, markLost, retireFob, returnFob } from '../../../subjects/care/life.ts';
import {
  type AskedKind,
  cancelTask,
  createTask,
  permissionToCancel,
  type TaskInput,
  taskPermissions,
} from '../../../subjects/care/tasks.ts';
import { type FobAccountView, type FobDetail, viewFob } from '../../../subjects/care/views.ts';
import type { FormField } from '../../web/fields.ts';
import { type FormPage, type FormView, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage, notAllowed, refusedPage } from '../kit/router.ts';
import { accountName } from './parts.ts';

const text = consoleTexts.fob;

/** Serves the forms about fobs, and the buttons. */
export function serveFobForms(router: ConsoleRouter): void {
  for (const form of forms) serveForm(router, form);
  const button = (
    path: string,
    action: Action,
    done: keyof typeof consoleTexts.done,
    run: (visit: ConsoleContext, serial: string) => Promise<Result<unknown>>,
  ) =>
    router.act(path, action, async visit => {
      const serial = visit.value('serial');
      const result = await run(visit, serial);
      if (!result.ok) return refusedPage(result.refusal.code, at('/fob', { serial }));
      router.context.changes.announce();
      return { to: at('/fob', { serial, done }) };
    });
  button('/fob/set-clock', taskPermissions.clock, 'fobTask', ({ management, actor }, serial) =>
    createTask(management, actor, { serial, kind: 'clock' }),
  );
  button('/fob/found', 'fob.found', 'fobFound', ({ management, actor }, serial) =>
    markFound(management, actor, { serial }),
  );
  // The least of the permissions of tasks; the task's own one is checked inside.
  router.act('/fob/task/cancel', taskPermissions.clock, async visit => {
    const { management, actor, value } = visit;
    const task = { serial: value('serial'), id: value('id') };
    const permission = await permissionToCancel(management.db, task);
    if (permission !== undefined && !visit.may(permission)) return notAllowed;
    const result = await cancelTask(management, actor, task);
    const { serial } = task;
    if (!result.ok) return refusedPage(result.refusal.code, at('/fob', { serial }));
    router.context.changes.announce();
    return { to: at('/fob', { serial, done: 'fobTaskCancelled' }) };
  });
}

interface FobForm {
  readonly action: Action;
  readonly done: keyof typeof consoleTexts.done;
  readonly view: (detail: FobDetail, visit: ConsoleContext) => Omit<FormView, 'back'> | undefined;
  readonly run: (visit: ConsoleContext, serial: string) => Promise<Result<unknown>>;
}

/** Makes a form about the fob in the address; afterwards it returns to that fob's page. */
function fobForm(path: string, given: FobForm): FormPage<unknown> {
  return {
    path,
    action: given.action,
    async view(visit) {
      const found = await viewFob(visit.management.db, visit.value('serial'));
      if (!found.ok) return { instead: missingPage(found.refusal.code) };
      const { serial } = found.value.fob;
      const shown = given.view(found.value, visit);
      if (shown === undefined) return { instead: missingPage('bad_task') };
      const { fields, ...view } = shown;
      const subject: FormField = { name: 'serial', label: '', kind: 'hidden', value: serial };
      return { ...view, fields: [subject, ...fields], back: at('/fob', { serial }) };
    },
    run: visit => given.run(visit, visit.value('serial')),
    done: visit => ({ to: at('/fob', { serial: visit.value('serial'), done: given.done }) }),
  };
}

/** Makes a form that only asks whether an act is meant. */
function confirmation(
  path: string,
  given: Pick<FobForm, 'action' | 'done' | 'run'> & {
    readonly title: (serial: string) => string;
    readonly lead: string;
    readonly submit: string;
    readonly isFinal?: boolean;
  },
): FormPage<unknown> {
  const { title, lead, submit, isFinal = false, ...rest } = given;
  return fobForm(path, {
    ...rest,
    view: ({ fob }) => ({ title: title(fob.serial), lead, submit, isFinal, fields: [] }),
  });
}

function asking(kind: AskedKind, more: (visit: ConsoleContext) => Partial<TaskInput> = () => ({})) {
  return {
    action: taskPermissions[kind],
    done: 'fobTask',
    run: (visit: ConsoleContext, serial: string) =>
      createTask(visit.management, visit.actor, { ...more(visit), serial, kind }),
  } as const;
}

/** The account that a form is about: its number is in `id`, which survives a fresh proof. */
function accountOf({ accounts }: FobDetail, visit: ConsoleContext): FobAccountView | undefined {
  return accounts.find(({ account }) => account === visit.value('id'));
}

const accountField = ({ account }: FobAccountView): FormField => ({
  name: 'id',
  label: '',
  kind: 'hidden',
  value: account,
});

const removeForm = fobForm('/fob/account/remove', {
  ...asking('remove-account', visit => ({ account: visit.value('id') })),
  view(detail, visit) {
    const account = accountOf(detail, visit);
    return (
      account && {
        title: text.removeOf(detail.fob.serial),
        lead: text.removeLead(accountName(account), account.account),
        submit: text.remove,
        isFinal: true,
        fields: [accountField(account)],
      }
    );
  },
});

const renameForm = fobForm('/fob/account/rename', {
  ...asking('rename-account', ({ value }) => ({
    account: value('id'),
    issuer: value('issuer').trim(),
    label: value('label').trim(),
  })),
  view(detail, visit) {
    const account = accountOf(detail, visit);
    const max = careLimits.accountNameBytes;
    return (
      account && {
        title: text.renameOf(detail.fob.serial),
        lead: text.renameLead(accountName(account), account.account),
        submit: consoleTexts.save,
        fields: [
          accountField(account),
          { name: 'issuer', label: text.issuer, value: account.issuer, optional: true, max },
          { name: 'label', label: text.label, value: account.label, max, faults: ['bad_task'] },
        ],
      }
    );
  },
});

const orderForm = fobForm('/fob/order', {
  ...asking('order', ({ value }) => ({
    order: value('list')
      .split('\n')
      .map(line => line.trim().split(/\s/)[0] ?? '')
      .filter(Boolean),
  })),
  view: ({ fob, accounts }) => ({
    title: text.orderOf(fob.serial),
    lead: text.orderLead,
    submit: consoleTexts.save,
    fields: [
      {
        name: 'list',
        label: text.orderList,
        hint: text.orderHint,
        kind: 'list',
        value: accounts.map(one => `${one.account} ${shortName(accountName(one))}`).join('\n'),
        faults: ['bad_task'],
      },
    ],
  }),
});

/** Cuts a name so that a form with those of a full fob is not too long. */
function shortName(name: string): string {
  let short = '';
  for (const character of name) {
    if (encodeURIComponent(short + character).length > consoleLimits.orderNameMaxBytes) return `${short}…`;
    short += character;
  }
  return short;
}

const forms: readonly FormPage<unknown>[] = [
  confirmation('/fob/reset-pin', {
    ...asking('pin-reset'),
    title: text.resetPinOf,
    lead: text.resetPinLead,
    submit: text.resetPin,
  }),
  confirmation('/fob/require-pin', {
    ...asking('require-pin'),
    title: text.requirePinOf,
    lead: text.requirePinLead,
    submit: text.requirePin,
  }),
  confirmation('/fob/power-loss', {
    ...asking('power-loss'),
    title: text.powerLossOf,
    lead: text.powerLossLead,
    submit: text.powerLoss,
  }),
  confirmation('/fob/erase', {
    ...asking('erase'),
    title: text.eraseOf,
    lead: text.eraseLead,
    submit: text.erase,
    isFinal: true,
  }),
  confirmation('/fob/lost', {
    action: 'fob.lost',
    done: 'fobLost',
    title: text.lostOf,
    lead: text.lostLead,
    submit: text.lost,
    run: ({ management, actor }, serial) => markLost(management, actor, { serial }),
  }),
  confirmation('/fob/return', {
    action: 'fob.return',
    done: 'fobReturned',
    title: text.takeBackOf,
    lead: text.takeBackLead,
    submit: text.takeBack,
    isFinal: true,
    run: ({ management, actor }, serial) => returnFob(management, actor, { serial }),
  }),
  confirmation('/fob/retire', {
    action: 'fob.retire',
    done: 'fobRetired',
    title: text.retireOf,
    lead: text.retireLead,
    submit: text.retire,
    isFinal: true,
    run: ({ management, actor }, serial) => retireFob(management, actor, { serial }),
  }),
  removeForm,
  renameForm,
  orderForm,
];
