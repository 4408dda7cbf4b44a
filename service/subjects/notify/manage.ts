import { randomBytes, randomUUID } from 'node:crypto';
import type { Actor } from '../../base/actor.ts';
import { html } from '../../base/html.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { done, refused } from '../../base/results.ts';
import { described, flag, nullable, object, serviceText, text } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { texts } from '../../base/texts/texts.ts';
import { type Acting, actingOf } from '../../storage/acting.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { putSecret, readSecret, removeSecret } from '../../storage/encryption-at-rest/secret-settings.ts';
import type { Management } from '../../storage/management.ts';
import { writeSetting } from '../../storage/settings.ts';
import { act, actByItself, audited, did, subject } from '../kit/act.ts';
import { optional, plain } from '../kit/field.ts';
import {
  CHANNELS_SETTING,
  type ChannelInput,
  channelName,
  channelShape,
  type MailChannel,
  type NotificationChannel,
  readChannels,
  secretNameOf,
  target,
} from './channels.ts';
import { problemOfChannel } from './checks.ts';
import { factsOf, type Notice, SendError, type SendNotice, titleOf } from './notice.ts';
import { sendBySmtp } from './smtp.ts';
import { syslogSender } from './syslog.ts';
import { type WebhookOptions, webhookSender } from './webhook.ts';

const aboutChannel = subject({
  kind: 'settings',
  key: 'id',
  home: '/channels',
  missing: ['unknown_channel'],
  async find(db, id) {
    const channel = (await readChannels(db)).find(one => one.id === id);
    return channel === undefined ? refused('unknown_channel') : done(channel);
  },
});
const words = consoleTexts.channels;
const shared = {
  permission: 'settings.change',
  subject: aboutChannel,
  fields: {
    name: plain(channelName, { label: words.name }),
    enabled: plain(flag, { label: 'Send alerts through this channel' }),
    target: plain(target, { label: words.address }),
    secret: optional(
      plain(
        text(recordLimits.channelSecretMax, {
          description: 'The mail server’s password, or the key of a webhook’s signatures. Never returned.',
        }),
        { label: words.secrets.webhook },
      ),
    ),
  },
} as const;
const saved = object({
  channel: channelShape,
  madeKey: nullable(described(serviceText, 'The key made for a new webhook, shown once.')),
});
const refusals = {
  bad_channel: 'name',
  bad_channel_url: 'target',
  bad_channel_secret: 'secret',
  channel_plain: 'target',
} as const;
const example = {
  name: 'operations',
  enabled: true,
  target: { kind: 'syslog', host: 'logs.example.org', port: 6514, transport: 'tls' },
} as const;

/** Its secret is encrypted and never returned; a new webhook without one gets a generated key. */
export const addChannel = act({
  ...shared,
  makes: true,
  gives: saved,
  refusals: { ...refusals, too_many_channels: 'name' },
  routes: [
    {
      name: 'channels.create',
      summary: 'Add a channel. A generated webhook key is shown once.',
      at: 'POST /v1/channels',
      example,
    },
  ],
  async run(acting, input) {
    const isWebhook = input.target.kind === 'webhook' && input.secret === undefined;
    const madeKey = isWebhook ? randomBytes(recordLimits.channelSecretBytes).toString('base64url') : null;
    if ((await readChannels(acting.db)).length >= recordLimits.channelsMax)
      return refused('too_many_channels');
    return await save(acting, { ...input, madeKey });
  },
});

/** A secret that is left out stays. */
export const changeChannel = act({
  ...shared,
  gives: saved,
  refusals,
  routes: [{ name: 'channels.change', summary: 'Change a channel.', at: 'PUT /v1/channels/:id', example }],
  run: (acting, input) => save(acting, { ...input, madeKey: null }, acting.item),
});

/** Pending deliveries are given up at the next turn. */
export const removeChannel = act({
  ...shared,
  fields: {},
  gives: channelShape,
  refusals: {},
  routes: [
    {
      name: 'channels.remove',
      summary: 'Remove a channel and its secret.',
      at: 'DELETE /v1/channels/:id',
    },
  ],
  form: {
    at: '/channel/remove',
    title: ({ name }) => `Remove ${name}`,
    lead: 'Its secret is deleted, and its waiting messages are not sent.',
    submit: 'Remove',
    isFinal: true,
    done: 'removed',
  },
  async run({ db, atMs, item }) {
    const others = (await readChannels(db)).filter(({ id }) => id !== item.id);
    await writeSetting(db, CHANNELS_SETTING, others, atMs);
    await removeSecret(db, secretNameOf(item.id));
    return did(item, item, { isRemoved: true });
  },
});

const testChannel = actByItself({
  ...shared,
  fields: {},
  gives: object({ sent: flag }),
  refusals: { unknown_channel: 'form', channel_failed: 'form' },
  routes: [
    {
      name: 'channels.test',
      summary: 'Send a test message through a channel now.',
      at: 'POST /v1/channels/:id/test',
    },
  ],
  form: {
    at: '/channel/test',
    title: ({ name }) => `Test ${name}`,
    lead: 'Sends a test message now.',
    submit: 'Test',
    done: 'channelTested',
  },
  run: (management, actor, { id }) => sendTest(management, actor, { id, allowLoopback: false }),
});

/** In the order of the documentation. */
export const channelActs = [addChannel, changeChannel, removeChannel, testChannel] as const;

type Input = Omit<ChannelInput, 'secret'> & {
  readonly secret: string | undefined;
  readonly madeKey: string | null;
};

async function save({ db, keys, atMs }: Acting, input: Input, before?: NotificationChannel) {
  const problem = problemOfChannel(input);
  if (problem !== undefined) return refused(problem);
  const { name, enabled, target, madeKey } = input;
  const secret = input.secret ?? madeKey;
  const channel: NotificationChannel = { id: before?.id ?? randomUUID(), name, enabled, target };
  // A stored secret must not go to another kind of server, or to another server, than it was given for.
  const isKept = before !== undefined && peerOf(before) === peerOf(channel);
  if (needsSecret(channel) && secret === null && !isKept) return refused('bad_channel_secret');
  const others = (await readChannels(db)).filter(({ id }) => id !== channel.id);
  await writeSetting(db, CHANNELS_SETTING, [...others, channel], atMs);
  const named = { name: secretNameOf(channel.id), nowMs: atMs };
  if (!needsSecret(channel)) await removeSecret(db, named.name);
  else if (secret !== null) await putSecret(db, keys, { ...named, secret: Buffer.from(secret) });
  const isNew = before === undefined;
  const detail = { kind: target.kind, enabled, secretChanged: secret !== null, isNew };
  return did({ channel, madeKey }, channel, detail);
}

/** Sends a test message through a channel. The text of a failure is for operators, and holds no secret. */
export async function sendTest(
  management: Management,
  actor: Actor,
  { id, allowLoopback }: { readonly id: string; readonly allowLoopback: boolean },
) {
  const { db, clock } = management;
  const found = await aboutChannel.find(db, id);
  if (!found.ok) return found;
  const channel = found.value;
  const error = await sendNow(management, channel, {
    notice: testNotice(actor, clock()),
    options: { allowLoopback, clock },
  });
  await writing(db, transaction => {
    const { permission, subject } = shared;
    const acting = actingOf({ ...management, db: transaction }, actor);
    const end = did(null, channel, { test: error ?? 'sent' });
    return audited(acting, { kind: subject.kind, action: permission }, end);
  });
  return error === undefined ? done({ sent: true }) : refused('channel_failed');
}

/** Sends one notice within the time for a delivery; returns undefined if it was sent, else why not. */
export async function sendNow(
  sources: Pick<Management, 'db' | 'keys' | 'clock'>,
  channel: NotificationChannel,
  { notice, options }: { readonly notice: Notice; readonly options: WebhookOptions },
): Promise<string | undefined> {
  const signal = AbortSignal.timeout(recordLimits.deliveryTimeoutMs);
  try {
    const send = await senderOf(sources, channel, options);
    const late = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('too slow')), { once: true }),
    );
    await Promise.race([send(notice, signal), late]);
    return undefined;
  } catch (error) {
    return error instanceof Error && error.name === 'SendError'
      ? error.message.slice(0, recordLimits.deliveryErrorMax)
      : signal.aborted
        ? 'too slow'
        : 'failed';
  }
}

function testNotice(actor: Actor, atMs: number): Notice {
  return {
    id: randomUUID(),
    kind: 'test',
    alertId: null,
    count: 1,
    user: null,
    serial: null,
    fob: null,
    source: actor.source,
    atMs,
    firstUseMs: null,
    firstUseSource: null,
  };
}

function needsSecret({ target }: NotificationChannel): boolean {
  return target.kind === 'webhook' || (target.kind === 'mail' && target.user !== undefined);
}

/** Identifies the server that knows the channel's secret. */
function peerOf({ target }: NotificationChannel): string {
  if (target.kind === 'webhook') return `webhook ${new URL(target.url).origin}`;
  return target.kind === 'mail' ? `mail ${target.host}:${target.port} ${target.security}` : 'syslog';
}

/**
 * Returns the sender of a channel, with its secret decrypted.
 *
 * @throws SendError if the secret cannot be decrypted
 */
async function senderOf(
  { db, keys }: { readonly db: Db; readonly keys: Keys },
  channel: NotificationChannel,
  options: WebhookOptions,
): Promise<SendNotice> {
  const { target } = channel;
  if (target.kind === 'syslog') return syslogSender(target);
  const secret = await readSecret(db, keys, secretNameOf(channel.id));
  if (target.kind === 'webhook') {
    if (secret === undefined) throw new SendError('no key');
    return webhookSender(target, secret, options);
  }
  if (target.user !== undefined && secret === undefined) throw new SendError('no password');
  return mailSender(target, secret && Buffer.from(secret).toString('utf8'));
}

/**
 * Returns a sender by SMTP, as text and HTML.
 *
 * @param password of the log-in at the mail server; undefined if it needs none
 */
export function mailSender(channel: MailChannel, password: string | undefined): SendNotice {
  return (notice, signal) => sendBySmtp(channel, password, messageOf(channel, notice), signal);
}

function messageOf(channel: MailChannel, notice: Notice) {
  const title = titleOf(notice);
  const facts = factsOf(notice);
  const rows = facts.map(([label, value]) => html`<tr><th align="left">${label}</th><td>${value}</td></tr>`);
  return {
    from: { name: texts.product, address: channel.from },
    to: channel.to.map(address => ({ name: '', address })),
    subject: title,
    messageId: `<${notice.id}@passfob>`,
    date: new Date(notice.atMs),
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: `${title}\n\n${facts.map(([label, value]) => `${label}: ${value}`).join('\n')}\n`,
    html: html`<!doctype html><title>${title}</title><h1>${title}</h1><table>${rows}</table>`.text,
  };
}
