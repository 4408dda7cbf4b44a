import { html, type Markup, nothing } from '../../../base/html.ts';
import type { Role } from '../../../base/kinds.ts';
import { userLimits } from '../../../base/limits/users.ts';
import type { Result } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { roleOptions } from '../../../subjects/kit/common-fields.ts';
import {
  addOperator,
  changeOperatorRole,
  disableOperator,
  enableOperator,
  listOperators,
  type OperatorView,
  removeOperator,
} from '../../../subjects/users/access/operator-changes.ts';
import type { FormField } from '../../web/fields.ts';
import { actionLink, actions, badge, moment } from '../../web/parts.ts';
import { type FormPage, type FormView, serveForm } from '../kit/form.ts';
import { userLink } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';

const text = consoleTexts.operators;

/** Serves operators and their roles. */
export function serveOperators(router: ConsoleRouter): void {
  router.page('/operators', 'read', async visit => {
    const mayChange = visit.may('operator.change');
    const rows = (await listOperators(visit.management.db)).map(one => row(one, mayChange));
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions([mayChange ? actionLink(at('/operators/add'), text.add) : nothing])}
${table(text.title, rows, text.none)}`,
    };
  });
  for (const form of [addForm, roleForm, disableForm, enableForm, removeForm]) serveForm(router, form);
}

function row(one: OperatorView, mayChange: boolean): readonly Cell[] {
  return [
    [consoleTexts.users.name, html`<strong>${userLink(one.user)}</strong>`, 'bare'],
    [
      text.state,
      one.disabledMs === null ? badge('good', consoleTexts.enabled) : badge('plain', consoleTexts.disabled),
      'bare',
    ],
    [text.role, consoleTexts.roles[one.role]],
    [consoleTexts.users.displayName, one.displayName],
    [text.since, moment(one.createdMs)],
    ...(mayChange ? [[consoleTexts.actions, actsOn(one), 'bare'] as const] : []),
  ];
}

function actsOn({ user, disabledMs }: OperatorView): Markup {
  const link = (act: string, words: string) =>
    html`<a href="${at(`/operator/${act}`, { user })}">${words}<span class="unseen"> ${user}</span></a> `;
  return html`${link('role', text.changeRole)}${disabledMs === null ? link('disable', consoleTexts.disable) : link('enable', consoleTexts.enable)}${link('remove', consoleTexts.remove)}`;
}

function roleField(value: Role): FormField {
  return {
    name: 'role',
    label: text.role,
    hint: text.roleHint,
    kind: 'select',
    options: roleOptions,
    value,
    faults: ['bad_role', 'last_admin'],
  };
}

const back = at('/operators');
const done = () => ({ to: at('/operators', { done: 'changed' }) });

const addForm: FormPage<unknown> = {
  path: '/operators/add',
  action: 'operator.change',
  async view() {
    const user: FormField = {
      name: 'user',
      label: consoleTexts.users.name,
      max: userLimits.userNameMax,
      faults: ['unknown_user', 'operator_present', 'reserved_name', 'too_many_operators'],
    };
    return {
      title: text.add,
      lead: text.addLead,
      fields: [user, roleField('helpdesk')],
      submit: text.add,
      back,
    };
  },
  run: ({ management, actor, value }) =>
    addOperator(management, actor, { user: value('user'), role: value('role') as Role }),
  done,
};

function operatorForm(
  act: string,
  view: (operator: OperatorView) => Omit<FormView, 'back'>,
  run: (visit: ConsoleContext, user: string) => Promise<Result<unknown>>,
): FormPage<unknown> {
  return {
    path: `/operator/${act}`,
    action: 'operator.change',
    async view(visit) {
      const name = visit.value('user');
      const operator = (await listOperators(visit.management.db)).find(({ user }) => user === name);
      if (operator === undefined) return { instead: missingPage('unknown_operator') };
      const { fields, ...rest } = view(operator);
      const subject: FormField = { name: 'user', label: '', kind: 'hidden', value: name };
      return { ...rest, fields: [subject, ...fields], back };
    },
    run: visit => run(visit, visit.value('user')),
    done,
  };
}

const roleForm = operatorForm(
  'role',
  ({ user, role }) => ({
    title: text.roleOf(user),
    lead: text.roleLead,
    fields: [roleField(role)],
    submit: consoleTexts.save,
  }),
  ({ management, actor, value }, user) =>
    changeOperatorRole(management, actor, { user, role: value('role') as Role }),
);

const disableForm = operatorForm(
  'disable',
  ({ user }) => ({
    title: text.disableOf(user),
    lead: text.disableLead,
    fields: [],
    submit: consoleTexts.disable,
    isFinal: true,
  }),
  ({ management, actor }, user) => disableOperator(management, actor, user),
);

const enableForm = operatorForm(
  'enable',
  ({ user }) => ({ title: text.enableOf(user), fields: [], submit: consoleTexts.enable }),
  ({ management, actor }, user) => enableOperator(management, actor, user),
);

const removeForm = operatorForm(
  'remove',
  ({ user }) => ({
    title: text.removeOf(user),
    lead: text.removeLead,
    fields: [],
    submit: consoleTexts.remove,
    isFinal: true,
  }),
  ({ management, actor }, user) => removeOperator(management, actor, user),
);
