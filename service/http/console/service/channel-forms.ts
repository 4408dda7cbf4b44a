import { html } from '../../../base/html.ts';
import { consoleLimits } from '../../../base/limits/console.ts';
import { recordLimits } from '../../../base/limits/records.ts';
import type { ValueOf } from '../../../base/results.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import {
  type ChannelTarget,
  type NotificationChannel,
  readChannels,
} from '../../../subjects/notify/channels.ts';
import { addChannel, changeChannel } from '../../../subjects/notify/manage.ts';
import type { FormField } from '../../web/fields.ts';
import { onceShown } from '../../web/parts.ts';
import { fieldOf } from '../kit/acts.ts';
import { type FormPage, serveForm } from '../kit/form.ts';
import { at } from '../kit/paths.ts';
import type { ConsoleContext } from '../kit/request-context.ts';
import { type ConsoleRouter, missingPage } from '../kit/router.ts';
import { authorityField, fieldsOfTarget, targetOf } from './channel-targets.ts';

const text = consoleTexts.channels;

/** Serves the forms that add and change channels: one for each kind. */
export function serveChannelForms(router: ConsoleRouter): void {
  for (const [kind, name] of text.kinds) serveForm(router, channelForm(kind, name));
}

function channelForm(
  kind: ChannelTarget['kind'],
  kindName: string,
): FormPage<ValueOf<Awaited<ReturnType<typeof addChannel>>>> {
  return {
    path: `/channels/${kind}`,
    action: addChannel.row.permission,
    // The certificate of an authority may be part of it.
    bodyLimit: consoleLimits.channelBodyMaxBytes,
    async view(visit) {
      const { db } = visit.management;
      const id = visit.value('id');
      const channel = id === '' ? undefined : await channelOf(visit, id);
      if (id !== '' && channel?.target.kind !== kind) return { instead: missingPage('unknown_channel') };
      return {
        title: channel === undefined ? text.add(kindName) : text.changeOf(channel.name),
        submit: consoleTexts.save,
        back: at('/channels'),
        fields: [
          { name: 'id', label: '', kind: 'hidden', value: id },
          await fieldOf(addChannel.row, 'name', db, { value: channel?.name ?? '' }),
          await fieldOf(addChannel.row, 'enabled', db, { value: channel?.enabled ?? true }),
          ...fieldsOfTarget(kind, channel?.target),
          ...(kind === 'syslog' ? [] : [secretField(kind, channel)]),
          authorityField(channel?.target.authority),
        ],
      };
    },
    run: visit => save(visit, kind),
    done: (_context, { channel, madeKey }) =>
      madeKey === null
        ? { to: at('/channels', { done: 'saved' }) }
        : {
            title: text.keyTitle,
            main: html`${onceShown(text.keyOf(channel.name), madeKey, consoleTexts.once)}
<p class="next"><a href="${at('/channels')}">${consoleTexts.back}</a></p>`,
          },
  };
}

async function channelOf(
  { management }: ConsoleContext,
  id: string,
): Promise<NotificationChannel | undefined> {
  return (await readChannels(management.db)).find(channel => channel.id === id);
}

function save({ management, actor, value }: ConsoleContext, kind: ChannelTarget['kind']) {
  const id = value('id');
  const secret = value('secret');
  const input = {
    name: value('name'),
    enabled: value('enabled') === 'yes',
    target: targetOf(kind, value),
    secret: secret === '' ? undefined : secret,
  };
  return id === ''
    ? addChannel(management, actor, input)
    : changeChannel(management, actor, { ...input, id });
}

function secretField(kind: 'mail' | 'webhook', channel: NotificationChannel | undefined): FormField {
  const hint = channel === undefined ? text.secretHints[kind] : text.secretKept;
  return {
    name: 'secret',
    label: text.secrets[kind],
    hint,
    kind: 'password',
    optional: true,
    autocomplete: 'new-password',
    max: recordLimits.channelSecretMax,
    faults: ['bad_channel_secret'],
  };
}
