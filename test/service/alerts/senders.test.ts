import { isAllowedAddress } from '@passfob/service/features/notify/address';
import { mailSender } from '@passfob/service/features/notify/manage';
import { webhookSender } from '@passfob/service/features/notify/webhook';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { RecordsRig } from '../audit/kit.ts';
import { NOON_MS } from '../kit.ts';
import { certificate, never, notice } from './notices.ts';
import { HookReceiver, MailReceiver } from './receivers.ts';

const options = { allowLoopback: true, clock: () => NOON_MS };

test('mail: text and HTML contain all facts, and no name becomes a header or markup', async () => {
  await using mail = await new MailReceiver().listen();
  const channel = {
    kind: 'mail',
    host: '127.0.0.1',
    port: mail.port,
    security: 'none',
    from: 'passfob@example.test',
    to: ['one@example.test', 'two@example.test'],
  } as const;
  const user = 'ada\r\nBcc: mallory@example.test\r\n\r\n<script>"&';
  await mailSender(channel, undefined)({ ...notice, user, serial: 'Ünïcode ✓' }, never);
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
  needsTool('openssl'),
  'mail: STARTTLS with a log-in works; a wrong password or authority is reported without repeating it',
  async openssl => {
    await using rig = new RecordsRig();
    const tls = certificate(rig.directory, openssl);
    const password = secret('the password of the mail server');
    await using mail = await new MailReceiver(password, tls).listen();
    const channel = {
      kind: 'mail',
      host: '127.0.0.1',
      port: mail.port,
      security: 'starttls',
      user: 'ada',
      from: 'passfob@example.test',
      to: ['one@example.test'],
      authority: tls.cert,
    } as const;
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
