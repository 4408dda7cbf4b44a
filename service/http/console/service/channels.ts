import { html } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import {
  type ChannelTarget,
  type NotificationChannel,
  readChannels,
} from '../../../subjects/notify/channels.ts';
import { actionLink, actions, badge } from '../../web/parts.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import type { ConsoleRouter } from '../kit/router.ts';
import { type Cell, table } from '../kit/table.ts';
import { serveChannelForms } from './channel-forms.ts';

const text = consoleTexts.channels;

/** Serves the channels that deliver alerts. */
export function serveChannels(router: ConsoleRouter): void {
  router.page('/channels', 'read', async visit => {
    const mayChange = visit.may('settings.change');
    const rows = (await readChannels(visit.management.db)).map(channel => row(visit, channel));
    return {
      title: text.title,
      main: html`<p class="lead">${text.lead}</p>
${actions(
  mayChange ? text.kinds.map(([kind, name]) => actionLink(at(`/channels/${kind}`), text.add(name))) : [],
)}
${table(text.title, rows, text.none)}`,
    };
  });
  serveChannelForms(router);
}

function row(visit: ConsoleContext, { id, name, enabled, target }: NotificationChannel): readonly Cell[] {
  const link = (path: string, words: string) =>
    html`<a href="${at(path, { id })}">${words}<span class="unseen"> ${name}</span></a> `;
  const acts = html`${link(`/channels/${target.kind}`, consoleTexts.change)}${link('/channel/test', text.test)}${link('/channel/remove', consoleTexts.remove)}`;
  return [
    [text.name, html`<strong>${name}</strong>`, 'bare'],
    [
      text.state,
      enabled ? badge('good', consoleTexts.enabled) : badge('plain', consoleTexts.disabled),
      'bare',
    ],
    [text.kind, text.kinds.find(([kind]) => kind === target.kind)?.[1] ?? null],
    [text.address, addressOf(target)],
    ...(visit.may('settings.change') ? [[consoleTexts.actions, acts, 'bare'] as const] : []),
  ];
}

function addressOf(target: ChannelTarget): string {
  if (target.kind === 'webhook') return target.url;
  if (target.kind === 'mail') return target.to.join(', ');
  return `${target.host}:${target.port} (${target.transport})`;
}
