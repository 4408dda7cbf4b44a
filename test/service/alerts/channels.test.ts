import { serviceActor } from '@passfob/service/base/actor';
import { readChannels } from '@passfob/service/features/notify/channels';
import type { ChannelInput } from '@passfob/service/features/notify/checks';
import { removeChannel, saveChannel, testChannel } from '@passfob/service/features/notify/manage';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { RecordsRig } from '../audit/kit.ts';
import { HookReceiver, MailReceiver } from './receivers.ts';

function hook(url: string, more: Partial<ChannelInput> = {}): ChannelInput {
  return { name: 'hook', enabled: true, target: { kind: 'webhook', url }, ...more };
}

function mail(changes: object, more: Partial<ChannelInput> = {}): ChannelInput {
  const plain = {
    host: 'mail.example',
    port: 465,
    security: 'tls',
    from: 'a@b.example',
    to: ['c@d.example'],
  } as const;
  return { name: 'mail', enabled: true, target: { kind: 'mail', ...plain, ...changes }, ...more };
}

test('channels: secrets are encrypted and never returned; invalid input is refused and changes nothing', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const { db } = management;
  const code = async (input: ChannelInput) => {
    const result = await saveChannel(management, serviceActor, input);
    return result.ok ? 'saved' : result.refusal.code;
  };
  for (const url of ['http://hooks.example/', 'ftp://hooks.example/', 'https://a:b@hooks.example/', 'hooks'])
    expect(await code(hook(url))).toBe('bad_channel_url');
  expect(await code(hook('https://hooks.example/', { secret: secret('too short') }))).toBe(
    'bad_channel_secret',
  );
  for (const to of ['a@b\r\nBcc: c@d', 'Ada <a@b.example>', 'a@b,c@d', 'nobody'])
    expect(await code(mail({ to: [to] }))).toBe('bad_channel');
  expect(await code(mail({ security: 'none' }))).toBe('channel_plain');
  expect(await code(mail({ authority: 'no certificate' }))).toBe('bad_channel');
  expect(await code(mail({ user: 'ada' }))).toBe('bad_channel_secret');
  expect(await code(hook('https://hooks.example/', { id: 'nothing' }))).toBe('unknown_channel');
  expect(await readChannels(db)).toEqual([]);
  expect(await db.selectFrom('audit').selectAll().execute()).toEqual([]);

  const password = secret('a password of mail');
  expect(await code(mail({ user: 'ada' }, { secret: password }))).toBe('saved');
  const made = await saveChannel(management, serviceActor, hook('https://hooks.example/'));
  if (!made.ok || made.value.madeKey === null) throw new Error('no key was made');
  const key = secret(made.value.madeKey);
  const { id } = made.value.channel;
  const stored = JSON.stringify([
    await db.selectFrom('settings').selectAll().execute(),
    await db.selectFrom('audit').selectAll().execute(),
    await readChannels(db),
  ]);
  for (const hidden of [
    password,
    key,
    Buffer.from(password).toString('base64'),
    Buffer.from(key).toString('base64'),
  ])
    expect(stored).not.toContain(hidden);
  expect(await code(hook('https://hooks.example/other', { id }))).toBe('saved');
  expect(await code(hook('https://elsewhere.example/', { id }))).toBe('bad_channel_secret');
  expect(await removeChannel(management, serviceActor, { id })).toMatchObject({ ok: true });
  expect(
    await db.selectFrom('settings').select('name').where('name', 'like', 'secret:%').execute(),
  ).toHaveLength(1);
});

test('a test message is sent at once on each kind of channel, or is refused with a text', async () => {
  await using rig = new RecordsRig();
  await using web = await new HookReceiver().listen();
  await using post = await new MailReceiver().listen();
  const management = await rig.open();
  const save = async (target: ChannelInput['target']) => {
    const saved = await saveChannel(management, serviceActor, { name: target.kind, enabled: false, target });
    if (!saved.ok) throw new Error(saved.refusal.code);
    if (saved.value.madeKey !== null) secret(saved.value.madeKey);
    return saved.value.channel.id;
  };
  const attempt = (id: string) => testChannel(management, serviceActor, { id, allowLoopback: true });
  const webId = await save({ kind: 'webhook', url: `http://127.0.0.1:${web.port}/` });
  const postId = await save({
    kind: 'mail',
    host: '127.0.0.1',
    port: post.port,
    security: 'none',
    from: 'a@b.example',
    to: ['c@d.example'],
  });
  expect(await attempt(webId)).toMatchObject({ ok: true });
  expect(await attempt(postId)).toMatchObject({ ok: true });
  expect(JSON.parse(web.received[0]?.body ?? '')).toMatchObject({ kind: 'test', alert: null });
  expect(post.messages[0]?.raw).toContain('Test message');
  web.answer = { status: 500 };
  expect(await attempt(webId)).toMatchObject({ ok: false, refusal: { code: 'channel_failed' } });
  expect(await attempt('nothing')).toMatchObject({ ok: false, refusal: { code: 'unknown_channel' } });
});
