import { html, type Markup, nothing } from '../../../base/html.ts';
import type { Factors } from '../../../base/kinds.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import {
  type ApplicationView,
  changeFactors,
  createApplication,
  disableApplication,
  enableApplication,
  listApplications,
  rotateApplicationKey,
} from '../../../subjects/users/application-changes.ts';
import type { FormField } from '../../web/fields.ts';
import { actionLink, actions, badge, moment, onceShown } from '../../web/parts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import type { ConsolePage } from '../kit/layout.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';
import { namedForm } from './named-form.ts';

const text = consoleTexts.applications;

/** Serves applications: the callers of validations, and the factors that log-ins through them need. */
export function serveApplications(router: ConsoleRouter): void {
  router.page('/applications', 'read', async visit => {
    const mayChange = visit.may('application.change');
    const rows = (await listApplications(visit.management.db)).map(one => row(one, mayChange));
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions([mayChange ? actionLink(at('/applications/create'), text.create) : nothing])}
${table(text.title, rows, text.none)}`,
    };
  });
  serveForm(router, createForm);
  serveForm(router, rotateForm);
  for (const form of [factorsForm, disableForm, enableForm]) serveForm(router, form);
}

function row(one: ApplicationView, mayChange: boolean): readonly Cell[] {
  return [
    [text.name, html`<strong>${one.name}</strong>`, 'bare'],
    [
      text.state,
      one.disabledMs === null ? badge('good', consoleTexts.enabled) : badge('plain', consoleTexts.disabled),
      'bare',
    ],
    [text.factors, text.factorNames.find(([name]) => name === one.factors)?.[1] ?? null],
    [text.created, moment(one.createdMs)],
    ...(mayChange ? [[consoleTexts.actions, actsOn(one), 'bare'] as const] : []),
  ];
}

function actsOn({ id, name, internal, disabledMs }: ApplicationView): Markup {
  if (internal) return html`<span class="muted">${text.internal}</span>`;
  const link = (act: string, words: string) =>
    html`<a href="${at(`/application/${act}`, { id })}">${words}<span class="unseen"> ${name}</span></a> `;
  return html`${link('factors', text.changeFactors)}${link('rotate', text.rotate)}${disabledMs === null ? link('disable', consoleTexts.disable) : link('enable', consoleTexts.enable)}`;
}

const factorsField: FormField = {
  name: 'factors',
  label: text.factors,
  kind: 'select',
  options: text.factorNames,
  faults: ['bad_factors'],
};

interface Keyed {
  readonly application: ApplicationView;
  readonly value: string;
}

function keyPage({ application, value }: Keyed): ConsolePage {
  return {
    title: text.keyTitle,
    main: html`${onceShown(text.keyOf(application.name), value, consoleTexts.once)}
<p class="next"><a href="${at('/applications')}">${consoleTexts.back}</a></p>`,
  };
}

const createForm: FormPage<Keyed> = {
  path: '/applications/create',
  action: 'application.change',
  async view() {
    const name: FormField = {
      name: 'name',
      label: text.name,
      max: userLimits.clientNameMax,
      faults: ['bad_name', 'application_taken', 'too_many_applications'],
    };
    return {
      title: text.create,
      lead: text.createLead,
      fields: [name, factorsField],
      submit: text.create,
      back: at('/applications'),
    };
  },
  run: ({ management, actor, value }) =>
    createApplication(management, actor, { name: value('name'), factors: value('factors') as Factors }),
  done: (_context, made) => keyPage(made),
};

const of = {
  action: 'application.change',
  back: at('/applications'),
  missing: 'unknown_application',
  find: listApplications,
} as const;

const factorsForm = namedForm<ApplicationView, unknown>('/application/factors', {
  ...of,
  view: one => ({
    title: text.factorsOf(one.name),
    fields: [{ ...factorsField, value: one.factors }],
    submit: consoleTexts.save,
  }),
  run: ({ management, actor, value }, id) =>
    changeFactors(management, actor, { id, factors: value('factors') as Factors }),
  done: () => ({ to: at('/applications', { done: 'changed' }) }),
});

const rotateForm = namedForm<ApplicationView, Keyed>('/application/rotate', {
  ...of,
  view: one => ({
    title: text.rotateOf(one.name),
    lead: text.rotateLead,
    fields: [],
    submit: text.rotate,
    isFinal: true,
  }),
  run: ({ management, actor }, id) => rotateApplicationKey(management, actor, id),
  done: (_context, made) => keyPage(made),
});

const disableForm = namedForm<ApplicationView, unknown>('/application/disable', {
  ...of,
  view: one => ({
    title: text.disableOf(one.name),
    lead: text.disableLead,
    fields: [],
    submit: consoleTexts.disable,
    isFinal: true,
  }),
  run: ({ management, actor }, id) => disableApplication(management, actor, id),
  done: () => ({ to: at('/applications', { done: 'changed' }) }),
});

const enableForm = namedForm<ApplicationView, unknown>('/application/enable', {
  ...of,
  view: one => ({ title: text.enableOf(one.name), fields: [], submit: consoleTexts.enable }),
  run: ({ management, actor }, id) => enableApplication(management, actor, id),
  done: () => ({ to: at('/applications', { done: 'changed' }) }),
});
