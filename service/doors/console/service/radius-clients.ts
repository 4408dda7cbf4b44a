import { html, nothing } from '../../../base/html.ts';
import { radiusLimits } from '../../../base/limits/radius.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { validationLimits } from '../../../base/limits/validation.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import {
  changeRadiusClient,
  createRadiusClient,
  type KeyedRadiusClient,
  listRadiusClients,
  type RadiusClientView,
  removeRadiusClient,
  rotateRadiusSecret,
  setRadiusSecret,
} from '../../../features/radius/clients.ts';
import { listApplications } from '../../../features/users/application-changes.ts';
import type { Db } from '../../../storage/database/database.ts';
import type { RadiusPush } from '../../../storage/schema/schema.ts';
import type { FormField } from '../../web/fields.ts';
import { actionLink, actions, moment, onceShown } from '../../web/parts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleResponse, type ConsoleRouter, missingPage } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';
import { namedForm } from './named-form.ts';

const text = consoleTexts.radiusClients;

/** Serves RADIUS clients: their addresses and their applications. */
export function serveRadiusClients(router: ConsoleRouter): void {
  router.page('/radius-clients', 'read', async visit => {
    const mayChange = visit.may('radius-client.change');
    const rows = (await listRadiusClients(visit.management.db)).map(one => row(one, mayChange));
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions([mayChange ? actionLink(at('/radius-clients/create'), text.create) : nothing])}
${table(text.title, rows, text.none)}`,
    };
  });
  serveForm(router, createForm);
  serveForm(router, changeForm);
  serveForm(router, secretForm);
  serveForm(router, removeForm);
}

function row(one: RadiusClientView, mayChange: boolean): readonly Cell[] {
  const { id, name } = one;
  const link = (act: string, words: string) =>
    html`<a href="${at(`/radius-client/${act}`, { id })}">${words}<span class="unseen"> ${name}</span></a> `;
  const acts = html`${link('change', consoleTexts.change)}${link('secret', text.newSecret)}${link('remove', consoleTexts.remove)}`;
  return [
    [text.name, html`<strong>${name}</strong>`, 'bare'],
    [text.address, one.address],
    [text.application, one.application],
    [text.push, text.pushModes.find(([mode]) => mode === one.push)?.[1] ?? null],
    [text.created, moment(one.createdMs)],
    ...(mayChange ? [[consoleTexts.actions, acts, 'bare'] as const] : []),
  ];
}

/** Returns the fields of a client, filled with its current values if it exists. */
async function clientFields(db: Db, one?: RadiusClientView): Promise<FormField[]> {
  const applications = (await listApplications(db)).filter(({ internal }) => !internal);
  return [
    {
      name: 'name',
      label: text.name,
      value: one?.name ?? '',
      max: userLimits.clientNameMax,
      faults: ['bad_name', 'radius_client_taken', 'too_many_radius_clients'],
    },
    {
      name: 'address',
      label: text.address,
      hint: text.addressHint,
      value: one?.address ?? '',
      max: validationLimits.sourceMax,
      faults: ['bad_client_address'],
    },
    {
      name: 'application',
      label: text.application,
      hint: text.applicationHint,
      kind: 'select',
      options: applications.map(({ id, name }) => [id, name] as const),
      value: one?.applicationId ?? '',
      faults: ['unknown_application', 'application_internal'],
    },
    {
      name: 'push',
      label: text.push,
      hint: text.pushHint,
      kind: 'select',
      options: text.pushModes,
      value: one?.push ?? 'challenge',
      faults: ['bad_push'],
    },
  ];
}

const secretField: FormField = {
  name: 'secret',
  label: text.secret,
  hint: text.secretHint,
  kind: 'password',
  optional: true,
  autocomplete: 'new-password',
  max: radiusLimits.radiusSecretMax,
  faults: ['bad_radius_secret'],
};

function typed({ value }: ConsoleContext) {
  return {
    name: value('name'),
    address: value('address'),
    applicationId: value('application'),
    push: value('push') as RadiusPush,
  };
}

function entered({ value }: ConsoleContext): string | undefined {
  return value('secret') || undefined;
}

/** A generated secret is shown once; an entered one is not shown. */
function keyed({ client, value }: KeyedRadiusClient, done: 'created' | 'changed'): ConsoleResponse {
  if (value === null) return { to: at('/radius-clients', { done }) };
  return {
    title: text.madeTitle,
    main: html`${onceShown(text.madeOf(client.name), value, consoleTexts.once)}
<p class="next"><a href="${at('/radius-clients')}">${consoleTexts.back}</a></p>`,
  };
}

const createForm: FormPage<KeyedRadiusClient> = {
  path: '/radius-clients/create',
  action: 'radius-client.change',
  async view({ management }) {
    return {
      title: text.create,
      lead: text.createLead,
      fields: [...(await clientFields(management.db)), secretField],
      submit: text.create,
      back: at('/radius-clients'),
    };
  },
  run: visit =>
    createRadiusClient(visit.management, visit.actor, { ...typed(visit), secret: entered(visit) }),
  done: (_context, made) => keyed(made, 'created'),
};

const changeForm: FormPage<RadiusClientView> = {
  path: '/radius-client/change',
  action: 'radius-client.change',
  async view({ management, value }) {
    const id = value('id');
    const one = (await listRadiusClients(management.db)).find(client => client.id === id);
    if (one === undefined) return { instead: missingPage('unknown_radius_client') };
    return {
      title: text.changeOf(one.name),
      fields: [
        { name: 'id', label: '', kind: 'hidden', value: id },
        ...(await clientFields(management.db, one)),
      ],
      submit: consoleTexts.save,
      back: at('/radius-clients'),
    };
  },
  run: visit => changeRadiusClient(visit.management, visit.actor, { ...typed(visit), id: visit.value('id') }),
  done: () => ({ to: at('/radius-clients', { done: 'changed' }) }),
};

const of = {
  action: 'radius-client.change',
  back: at('/radius-clients'),
  missing: 'unknown_radius_client',
  find: listRadiusClients,
} as const;

const secretForm = namedForm<RadiusClientView, KeyedRadiusClient>('/radius-client/secret', {
  ...of,
  view: one => ({
    title: text.secretOf(one.name),
    lead: text.secretLead,
    fields: [secretField],
    submit: text.newSecret,
    isFinal: true,
  }),
  run: (visit, id) => {
    const secret = entered(visit);
    return secret === undefined
      ? rotateRadiusSecret(visit.management, visit.actor, { id })
      : setRadiusSecret(visit.management, visit.actor, { id, secret });
  },
  done: (_context, made) => keyed(made, 'changed'),
});

const removeForm = namedForm<RadiusClientView, unknown>('/radius-client/remove', {
  ...of,
  view: one => ({
    title: text.removeOf(one.name),
    lead: text.removeLead,
    fields: [],
    submit: consoleTexts.remove,
    isFinal: true,
  }),
  run: ({ management, actor }, id) => removeRadiusClient(management, actor, id),
  done: () => ({ to: at('/radius-clients', { done: 'removed' }) }),
});
