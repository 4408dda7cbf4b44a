import { randomBytes, randomUUID } from 'node:crypto';
import type { Actor } from '../../base/actor.ts';
import { html } from '../../base/html.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { done, type RefusalCode, type Result, refused } from '../../base/results.ts';
import { texts } from '../../base/texts/texts.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { putSecret, readSecret, removeSecret } from '../../storage/encryption-at-rest/secret-settings.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import {
  CHANNELS_SETTING,
  type MailChannel,
  type NotificationChannel,
  readChannels,
  secretNameOf,
} from './channels.ts';
import { type ChannelInput, problemOfChannel } from './checks.ts';
import { factsOf, type Notice, SendError, type SendNotice, titleOf } from './notice.ts';
import { sendBySmtp } from './smtp.ts';
import { syslogSender } from './syslog.ts';
import { type WebhookOptions, webhookSender } from './webhook.ts';

/** A saved channel. */
export interface SavedChannel {
  readonly channel: NotificationChannel;
  /** The key that was generated for a new webhook, handed out once; null otherwise. A secret. */
  readonly madeKey: string | null;
}

/** Adds a channel. Its secret is encrypted and never returned. @throws ServiceError `busy` */
export function addChannel(management: Management, actor: Actor, input: ChannelInput) {
  const isWebhook = input.target.kind === 'webhook' && input.secret === undefined;
  const madeKey = isWebhook ? randomBytes(recordLimits.channelSecretBytes).toString('base64url') : null;
  return save(management, actor, { ...input, madeKey }, channels =>
    channels.length >= recordLimits.channelsMax ? refused('too_many_channels') : done(undefined),
  );
}

/** Changes a channel; a secret that is left out stays. @throws ServiceError `busy` */
export function changeChannel(
  management: Management,
  actor: Actor,
  { id, ...input }: ChannelInput & { readonly id: string },
) {
  return save(management, actor, { ...input, madeKey: null }, channels => {
    const before = channels.find(channel => channel.id === id);
    return before === undefined ? refused('unknown_channel') : done(before);
  });
}

async function save<C extends RefusalCode>(
  { db, keys, clock }: Management,
  actor: Actor,
  input: ChannelInput & Pick<SavedChannel, 'madeKey'>,
  find: (channels: readonly NotificationChannel[]) => Result<NotificationChannel | undefined, C>,
) {
  const problem = problemOfChannel(input);
  if (problem !== undefined) return refused(problem);
  const { name, enabled, target, madeKey } = input;
  const secret = input.secret ?? madeKey;
  return writing(db, async transaction => {
    const channels = await readChannels(transaction);
    const found = find(channels);
    if (!found.ok) return found;
    const before = found.value;
    const channel: NotificationChannel = { id: before?.id ?? randomUUID(), name, enabled, target };
    // A stored secret must not go to another kind of server, or to another server, than it was given for.
    const isElsewhere = before !== undefined && peerOf(before) !== peerOf(channel);
    if (isElsewhere && needsSecret(channel) && secret === null) return refused('bad_channel_secret');
    if (before === undefined && needsSecret(channel) && secret === null) return refused('bad_channel_secret');
    const atMs = clock();
    const others = channels.filter(({ id }) => id !== channel.id);
    await writeChannels(transaction, [...others, channel], atMs);
    const named = { name: secretNameOf(channel.id), nowMs: atMs };
    if (!needsSecret(channel)) await removeSecret(transaction, named.name);
    else if (secret !== null) await putSecret(transaction, keys, { ...named, secret: Buffer.from(secret) });
    await recordAudit(transaction, keys, {
      ...entryOf(actor, channel, atMs),
      detail: { kind: target.kind, enabled, secretChanged: secret !== null, isNew: before === undefined },
    });
    return done<SavedChannel>({ channel, madeKey });
  });
}

/** Removes a channel and its secret; pending deliveries are given up at the next turn. */
export function removeChannel(
  { db, keys, clock }: Management,
  actor: Actor,
  { id }: { readonly id: string },
) {
  return writing(db, async transaction => {
    const channels = await readChannels(transaction);
    const channel = channels.find(candidate => candidate.id === id);
    if (channel === undefined) return refused('unknown_channel');
    const atMs = clock();
    await writeChannels(
      transaction,
      channels.filter(candidate => candidate.id !== id),
      atMs,
    );
    await removeSecret(transaction, secretNameOf(id));
    await recordAudit(transaction, keys, { ...entryOf(actor, channel, atMs), detail: { isRemoved: true } });
    return done(channel);
  });
}

/** Sends a test message now. The text of a failure is for operators, and holds no secret. */
export async function testChannel(
  { db, keys, clock }: Management,
  actor: Actor,
  { id, allowLoopback }: { readonly id: string; readonly allowLoopback: boolean },
) {
  const channel = (await readChannels(db)).find(candidate => candidate.id === id);
  if (channel === undefined) return refused('unknown_channel');
  const error = await sendNow({ db, keys, clock }, channel, {
    notice: testNotice(actor, clock()),
    options: { allowLoopback, clock },
  });
  await writing(db, transaction =>
    recordAudit(transaction, keys, {
      ...entryOf(actor, channel, clock()),
      detail: { test: error ?? 'sent' },
    }),
  );
  return error === undefined ? done(null) : refused('channel_failed');
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

function entryOf(actor: Actor, channel: NotificationChannel, atMs: number) {
  return {
    atMs,
    actor,
    action: 'settings.change',
    subjectKind: 'settings' as const,
    subjectId: channel.id,
    subject: channel.name,
  };
}

async function writeChannels(db: Db, channels: readonly NotificationChannel[], nowMs: number): Promise<void> {
  const changed = { value: JSON.stringify(channels), changed_ms: nowMs };
  await db
    .insertInto('settings')
    .values({ name: CHANNELS_SETTING, ...changed })
    .onConflict(conflict => conflict.column('name').doUpdateSet(changed))
    .execute();
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
