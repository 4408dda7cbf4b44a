import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { storeLastStart } from '@passfob/service/features/users/access/last-start';
import { openStore } from '@passfob/service/storage/database/database';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { openLink, Rig } from '../kit.ts';
import { serviceCommand } from './command.ts';

/** Runs the command; returns the origin in its link, and what it says beside it. */
async function linkOf(directory: string, ...options: string[]) {
  const made = await serviceCommand(directory, 'admin-link', '--dir', directory, ...options);
  const link = made.out.trim();
  expect([made.exitCode, link]).toEqual([
    0,
    expect.stringMatching(/^https?:\/\/[^/]+\/operator\/enter\?key=/),
  ]);
  const { origin, searchParams } = new URL(link);
  secret(searchParams.get('key') ?? '');
  return { link, origin, note: made.note };
}

it('an administrator link names the address at which the service listens, without its options', async () => {
  await using rig = new Rig();
  rig.clock.nowMs = Date.now();
  const { url } = await rig.start();
  const { link, origin, note } = await linkOf(rig.directory);
  expect(origin).toBe(url);
  expect(note).toContain('the address at which the service last started');
  expect((await openLink(link)).status).toBe(303);
});

it('an administrator link names the public URL with which the service started last', async () => {
  await using rig = new Rig();
  await rig.start();
  await rig.start({ publicUrl: 'https://otp.example.org' });
  expect((await linkOf(rig.directory)).origin).toBe('https://otp.example.org');
});

it('options of the command name another address than that of the last start', async () => {
  await using rig = new Rig();
  await rig.start();
  const { origin, note } = await linkOf(rig.directory, '--port', '8999');
  expect(origin).toBe('http://127.0.0.1:8999');
  expect(note).not.toContain('address');
});

it('before the first start an administrator link names the configured address and says so', async () => {
  await using rig = new Rig();
  await (await openStore({ directory: rig.directory })).close();
  const { origin, note } = await linkOf(rig.directory);
  expect(origin).toBe('http://127.0.0.1:8480');
  expect(note).toContain('holds no address of a started service: the link names that of the configuration');
});

it('a stored address that is no origin of a service is not used', async () => {
  await using rig = new Rig();
  const store = await openStore({ directory: rig.directory });
  for (const stored of ['javascript:alert(1)', 'no address']) {
    await storeLastStart(store.db, stored, 1);
    expect((await linkOf(rig.directory)).origin).toBe('http://127.0.0.1:8480');
  }
  await store.close();
});

it('the command asks for a port where neither the configuration nor a start tells it', async () => {
  await using rig = new Rig();
  await (await openStore({ directory: rig.directory })).close();
  const refused = await serviceCommand(rig.directory, 'admin-link', '--dir', rig.directory, '--port', '0');
  expect([refused.exitCode, refused.note]).toEqual([
    EXIT_CODES.configuration.code,
    expect.stringContaining('its port is not known'),
  ]);
});

it('in a folder without a service the commands name it and the option for another, and make nothing', async () => {
  await using rig = new Rig();
  const absent = join(rig.directory, 'absent');
  for (const [command, directory] of [
    ['admin-link', absent],
    ['application-key', absent],
    ['admin-link', rig.directory],
    ['fingerprint', rig.directory],
  ] as const) {
    const refused = await serviceCommand(rig.directory, command, '--dir', directory);
    expect([refused.exitCode, refused.out]).toEqual([EXIT_CODES.service.code, '']);
    expect(refused.note).toContain(`There is no service in ${directory}.`);
    expect(refused.note).toContain('--dir');
  }
  expect(readdirSync(rig.directory)).toEqual([]);
});
