import { html, nothing } from '../../../base/html.ts';
import type { Role } from '../../../base/kinds.ts';
import { userLimits } from '../../../base/limits/users.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import {
  type ApiKeyView,
  createApiKey,
  listApiKeys,
  revokeApiKey,
} from '../../../subjects/users/access/api-keys.ts';
import { actionLink, actions, badge, moment, momentOr, onceShown } from '../../web/parts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { roleOptions } from '../kit/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';
import { namedForm } from './named-form.ts';

const text = consoleTexts.apiKeys;

/** Serves the keys of programs that administer the service. */
export function serveApiKeys(router: ConsoleRouter): void {
  router.page('/api-keys', 'read', async visit => {
    const mayChange = visit.may('api-key.change');
    const rows = (await listApiKeys(visit.management.db)).map(key => row(key, mayChange));
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions([mayChange ? actionLink(at('/api-keys/create'), text.create) : nothing])}
${table(text.title, rows, text.none)}`,
    };
  });
  serveForm(router, createForm);
  serveForm(router, revokeForm);
}

function row(key: ApiKeyView, mayChange: boolean): readonly Cell[] {
  const revoke =
    key.revokedMs === null
      ? html`<a href="${at('/api-key/revoke', { id: key.id })}">${text.revoke}<span class="unseen"> ${key.name}</span></a>`
      : nothing;
  return [
    [text.name, html`<strong>${key.name}</strong>`, 'bare'],
    [
      text.state,
      key.revokedMs === null ? badge('good', text.inUse) : badge('bad', texts.states.revoked),
      'bare',
    ],
    [text.role, consoleTexts.roles[key.role]],
    [text.lastUsed, momentOr(key.lastUsedMs, texts.operator.never)],
    [text.created, moment(key.createdMs)],
    ...(mayChange ? [[consoleTexts.actions, revoke, 'bare'] as const] : []),
  ];
}

const createForm: FormPage<{ apiKey: ApiKeyView; value: string }> = {
  path: '/api-keys/create',
  action: 'api-key.change',
  async view() {
    return {
      title: text.create,
      lead: text.createLead,
      submit: text.create,
      back: at('/api-keys'),
      fields: [
        {
          name: 'name',
          label: text.name,
          max: userLimits.clientNameMax,
          faults: ['bad_name', 'api_key_taken', 'too_many_api_keys'],
        },
        {
          name: 'role',
          label: text.role,
          kind: 'select',
          options: roleOptions,
          value: 'auditor',
          faults: ['bad_role'],
        },
      ],
    };
  },
  run: ({ management, actor, value }) =>
    createApiKey(management, actor, { name: value('name'), role: value('role') as Role }),
  done: (_context, { apiKey, value }) => ({
    title: text.madeTitle,
    main: html`${onceShown(text.keyOf(apiKey.name), value, consoleTexts.once)}
<p class="next"><a href="${at('/api-keys')}">${consoleTexts.back}</a></p>`,
  }),
};

const revokeForm = namedForm<ApiKeyView, unknown>('/api-key/revoke', {
  action: 'api-key.change',
  back: at('/api-keys'),
  missing: 'unknown_api_key',
  find: listApiKeys,
  view: key => ({
    title: text.revokeOf(key.name),
    lead: text.revokeLead,
    fields: [],
    submit: text.revoke,
    isFinal: true,
  }),
  run: ({ management, actor }, id) => revokeApiKey(management, actor, id),
  done: () => ({ to: at('/api-keys', { done: 'revoked' }) }),
});
