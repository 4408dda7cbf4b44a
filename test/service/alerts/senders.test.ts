import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { serviceActor } from '@passfob/service/base/actor';
import { isAllowedAddress } from '@passfob/service/subjects/notify/address';
import {
  type ChannelInput,
  readChannels,
  type SyslogChannel,
} from '@passfob/service/subjects/notify/channels';
import {
  addChannel,
  changeChannel,
  mailSender,
  removeChannel,
  sendTest,
} from '@passfob/service/subjects/notify/manage';
import { syslogMessage, syslogSender } from '@passfob/service/subjects/notify/syslog';
import { webhookSender } from '@passfob/service/subjects/notify/webhook';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { itNeeds } from '../../kit/tools.ts';
import { testOfRecords as it } from '../audit/kit.ts';
import { NOON_MS } from '../kit.ts';
import { Authority, needsOpenssl } from '../serve/certificates.ts';
import { accepted, codeOf } from '../users/kit.ts';
import { mailOn, never, notice } from './notices.ts';
import { HookReceiver, MailReceiver } from './receivers.ts';

/** Returns a certificate for 127.0.0.1, its key and its authority. */
function pemOf(authority: Authority) {
  const { cert, key } = authority.issue();
  const read = (path: string) => readFileSync(path, 'utf8');
  return { cert: read(cert), key: read(key), authority: read(authority.file) };
}

const options = { allowLoopback: true, clock: () => NOON_MS };

test('mail: text and HTML contain all facts, and no name becomes a header or markup', async () => {
  await using mail = await new MailReceiver().listen();
  const user = 'ada\r\nBcc: mallory@example.test\r\n\r\n<script>"&';
  await mailSender(mailOn(mail.port), undefined)({ ...notice, user, serial: 'Ünïcode ✓' }, never);
  expect(mail.messages).toHaveLength(1);
  const [message] = mail.messages;
  expect(message?.to).toEqual(['one@example.test', 'two@example.test']);
  const [heading = ''] = (message?.raw ?? '').split('\r\n\r\n');
  expect(heading).toMatch(/^Subject: Passfob: Passcode used again \(10 times\)$/m);
  expect(heading).toMatch(/^Content-Type: multipart\/alternative/m);
  expect(heading).not.toMatch(/^Bcc:/im);
  expect(message?.raw).toContain('&lt;script&gt;');
  expect(message?.raw).not.toMatch(/^Bcc:/im);
});

itNeeds(
  needsOpenssl,
  'mail: STARTTLS with a log-in works; a wrong password or authority is reported without repeating it',
  async () => {
    using authority = new Authority();
    const tls = pemOf(authority);
    const password = secret('the password of the mail server');
    await using mail = await new MailReceiver(password, tls).listen();
    const secured = { security: 'starttls', user: 'ada', authority: tls.authority } as const;
    const channel = { ...mailOn(mail.port), ...secured };
    await mailSender(channel, password)(notice, never);
    expect(mail.messages).toHaveLength(1);
    await expect(mailSender(channel, secret('not the password'))(notice, never)).rejects.toThrow(
      /^SMTP EAUTH 535$/,
    );
    const { authority: _, ...without } = channel;
    await expect(mailSender(without, password)(notice, never)).rejects.toThrow(/^SMTP E(SOCKET|TLS)$/);
    expect(mail.messages).toHaveLength(1);
  },
);

test('webhook: private, loopback, link-local and translated addresses are refused in every notation', () => {
  const refused = [
    ...['127.0.0.1', '127.9.9.9', '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
    ...['0.0.0.0', '224.0.0.1', '255.255.255.255', '240.0.0.1', '192.0.2.1', '198.18.0.1', '192.0.0.1'],
    ...['::1', '::', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::127.0.0.1', 'fe80::1', 'fc00::1', 'fd12::1'],
    ...['ff02::1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', 'fec0::1', '2001:db8::1', '100::1'],
    ...['', 'localhost', '0x7f.1', '127.1'],
  ];
  for (const address of refused)
    expect([address, isAllowedAddress(address, { loopback: false })]).toEqual([address, false]);
  for (const address of ['1.1.1.1', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'])
    expect([address, isAllowedAddress(address, { loopback: false })]).toEqual([address, true]);
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
    expect([address, isAllowedAddress(address, { loopback: true })]).toEqual([address, true]);
  expect(isAllowedAddress('10.0.0.1', { loopback: true })).toBe(false);
});

test('webhook: loopback needs the configuration, redirects are not followed, and long responses are cut off', async () => {
  await using hook = await new HookReceiver().listen();
  await using other = await new HookReceiver().listen();
  const key = Buffer.from(secret('a key of the webhook'));
  const send = (host: string, allowLoopback: boolean) =>
    webhookSender({ kind: 'webhook', url: `http://${host}:${hook.port}/` }, key, {
      ...options,
      allowLoopback,
    })(notice, never);
  for (const host of ['127.0.0.1', 'localhost', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]'])
    await expect(send(host, false)).rejects.toThrow('address not allowed');
  for (const host of ['10.255.255.1', '169.254.169.254', '0.0.0.0'])
    await expect(send(host, true)).rejects.toThrow('address not allowed');
  await expect(send('8.8.8.8', true)).rejects.toThrow('plain HTTP not allowed');
  expect(hook.received).toEqual([]);
  await send('127.0.0.1', true);
  expect(hook.received).toHaveLength(1);
  hook.answer = { status: 307, headers: { location: `http://127.0.0.1:${other.port}/` } };
  await expect(send('127.0.0.1', true)).rejects.toThrow('HTTP 307');
  expect(other.received).toEqual([]);
  hook.answer = { status: 200, body: 'x'.repeat(1_000_000) };
  await send('127.0.0.1', true);
});

function hook(url: string, more: Partial<ChannelInput> = {}): ChannelInput {
  return { name: 'hook', enabled: true, target: { kind: 'webhook', url }, ...more };
}

function mail(changes: object, more: Partial<ChannelInput> = {}): ChannelInput {
  const target = { ...mailOn(465), host: 'mail.example', security: 'tls', ...changes } as const;
  return { name: 'mail', enabled: true, target, ...more };
}

it('channels: secrets are encrypted and never returned; invalid input is refused and changes nothing', async rig => {
  const management = await rig.open();
  const { db } = management;
  const code = async (input: ChannelInput) => codeOf(await addChannel(management, serviceActor, input));
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
  const change = async (id: string, url: string) =>
    codeOf(await changeChannel(management, serviceActor, { ...hook(url), id }));
  expect(await change('nothing', 'https://hooks.example/')).toBe('unknown_channel');
  expect(await readChannels(db)).toEqual([]);
  expect(await db.selectFrom('audit').selectAll().execute()).toEqual([]);

  const password = secret('a password of mail');
  expect(await code(mail({ user: 'ada' }, { secret: password }))).toBe('done');
  const made = accepted(await addChannel(management, serviceActor, hook('https://hooks.example/')));
  const key = secret(made.madeKey ?? expect.fail('no key was made'));
  const { id } = made.channel;
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
  expect(await change(id, 'https://hooks.example/other')).toBe('done');
  expect(await change(id, 'https://elsewhere.example/')).toBe('bad_channel_secret');
  expect(await removeChannel(management, serviceActor, { id })).toMatchObject({ ok: true });
  expect(
    await db.selectFrom('settings').select('name').where('name', 'like', 'secret:%').execute(),
  ).toHaveLength(1);
});

it('a test message is sent at once on each kind of channel, or is refused with a text', async rig => {
  await using web = await new HookReceiver().listen();
  await using post = await new MailReceiver().listen();
  const management = await rig.open();
  const save = async (target: ChannelInput['target']) => {
    const given = { name: target.kind, enabled: false, target };
    const { channel, madeKey } = accepted(await addChannel(management, serviceActor, given));
    if (madeKey !== null) secret(madeKey);
    return channel.id;
  };
  const attempt = (id: string) => sendTest(management, serviceActor, { id, allowLoopback: true });
  const webId = await save({ kind: 'webhook', url: `http://127.0.0.1:${web.port}/` });
  const postId = await save(mailOn(post.port));
  expect(await attempt(webId)).toMatchObject({ ok: true });
  expect(await attempt(postId)).toMatchObject({ ok: true });
  expect(JSON.parse(web.received[0]?.body ?? '')).toMatchObject({ kind: 'test', alert: null });
  expect(post.messages[0]?.raw).toContain('Test message');
  web.answer = { status: 500 };
  expect(codeOf(await attempt(webId))).toBe('channel_failed');
  expect(codeOf(await attempt('nothing'))).toBe('unknown_channel');
});

/** The grammar of RFC 5424 §6, as far as the service writes it. */
const FIELD = '[\\x21-\\x7e]';
const VALUE = '(?:[^"\\\\\\]]|\\\\["\\\\\\]])*';
const NAME = '[\\x21\\x23-\\x3c\\x3e-\\x5c\\x5e-\\x7e]{1,32}';
const STAMP = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{1,6}Z';
const GRAMMAR = new RegExp(
  `^<(\\d{1,3})>1 (${STAMP}) (${FIELD}{1,255}) (${FIELD}{1,48}) (${FIELD}{1,128}) (${FIELD}{1,32}) ` +
    `\\[(${NAME})((?: ${NAME}="${VALUE}")*)\\] \\uFEFF([\\s\\S]*)$`,
  'u',
);

function parse(message: Buffer): { priority: number; values: Map<string, string>; text: string } {
  const found = GRAMMAR.exec(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message));
  expect(found).not.toBeNull();
  const [, priority, , , , , , , parameters = '', text = ''] = found ?? [];
  const values = [...parameters.matchAll(new RegExp(` (${NAME})="(${VALUE})"`, 'gu'))].map(
    ([, name = '', value = '']): [string, string] => [name, value.replace(/\\(["\\\]])/g, '$1')],
  );
  return { priority: Number(priority), values: new Map(values), text };
}

test('property: syslog messages follow the grammar of RFC 5424 with any names, within 2,048 octets', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  fc.assert(
    fc.property(text, text, text, (user, source, host) => {
      const message = syslogMessage({ ...notice, user, source }, { host, process: '42' });
      const { priority, values } = parse(message);
      expect(priority).toBe(81);
      expect(values.get('user')).toBe(user.replace(/\p{C}/gu, ' '));
      expect(values.get('source')).toBe(source.replace(/\p{C}/gu, ' '));
      expect(message.length).toBeLessThanOrEqual(2048);
    }),
    { numRuns: 300 },
  );
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Receives a stream and divides it by the octet counts of RFC 6587 §3.4.1. */
async function receive(server: Server, send: (port: number) => Promise<void>): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  server.on(
    server.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection',
    () => undefined,
  );
  const ended = new Promise<void>(resolve => {
    const collect = (socket: NodeJS.ReadableStream) => {
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => resolve());
    };
    server.on('secureConnection', collect);
    if (!('setSecureContext' in server)) server.on('connection', collect);
  });
  await send(await listening(server));
  await ended;
  await new Promise(resolve => server.close(resolve));
  const frames: Buffer[] = [];
  let rest = Buffer.concat(chunks);
  while (rest.length > 0) {
    const [, count = ''] = /^([1-9]\d*) /.exec(rest.toString('latin1')) ?? [];
    const start = count.length + 1;
    frames.push(rest.subarray(start, start + Number(count)));
    rest = rest.subarray(start + Number(count));
  }
  return frames;
}

test('syslog is sent over UDP, and over TCP with octet counting', async () => {
  const target = (port: number, transport: SyslogChannel['transport']): SyslogChannel => ({
    kind: 'syslog',
    host: '127.0.0.1',
    port,
    transport,
  });
  const socket = createSocket('udp4');
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
  const datagram = new Promise<Buffer>(resolve => socket.once('message', resolve));
  await syslogSender(target(socket.address().port, 'udp'))(notice, never);
  expect(parse(await datagram).values.get('serial')).toBe('FOB-1');
  socket.close();
  const frames = await receive(createServer(), port => syslogSender(target(port, 'tcp'))(notice, never));
  expect(frames.map(frame => parse(frame).values.get('count'))).toEqual(['10']);
  const closed = createServer();
  const port = await listening(closed);
  await new Promise(resolve => closed.close(resolve));
  await expect(syslogSender(target(port, 'tcp'))(notice, never)).rejects.toThrow('syslog ECONNREFUSED');
});

itNeeds(needsOpenssl, 'syslog over TLS checks the receiver’s certificate', async () => {
  using authority = new Authority();
  const tls = pemOf(authority);
  const target = (port: number) => ({ kind: 'syslog', host: '127.0.0.1', port, transport: 'tls' }) as const;
  const frames = await receive(createTlsServer(tls), port =>
    syslogSender({ ...target(port), authority: tls.authority })(notice, never),
  );
  expect(frames.map(frame => parse(frame).values.get('user'))).toEqual(['ada']);
  const other = createTlsServer(tls);
  other.on('tlsClientError', () => undefined);
  const port = await listening(other);
  await expect(syslogSender(target(port))(notice, never)).rejects.toThrow(/^syslog UNABLE_TO_VERIFY/);
  await new Promise(resolve => other.close(resolve));
});
