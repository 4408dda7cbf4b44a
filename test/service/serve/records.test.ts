import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@passfob/service/storage/database/database';
import { storeLastStart } from '@passfob/service/subjects/users/access/last-start';
import BetterSqlite from 'better-sqlite3';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { add, apiKeyOf, codeNow, newToken, openLink, post, type Rig, testOfRig as test } from '../kit.ts';
import { bounceOf } from '../mail/bounce-kit.ts';
import { invitation, queue } from '../mail/kit.ts';
import { startedService } from '../users/kit.ts';
import { refused, serviceCommand, serviceCommandReading } from './command.ts';

const command = (rig: Rig, ...args: string[]) =>
  serviceCommand(rig.directory, ...args, '--dir', rig.directory);
const commandReading = (input: string, rig: Rig, ...args: string[]) =>
  serviceCommandReading(input, rig.directory, ...args, '--dir', rig.directory);

test('a restored backup refuses passcodes accepted before it', async rig => {
  rig.clock.nowMs = Date.now();
  const elsewhere = temporaryFolder('restored');

  const service = await rig.start();
  const token = await add(service, newToken());
  const passcode = codeNow(token, rig.clock.nowMs);
  const logIn = { user: 'ada', passcode, source: 'test' };
  const file = join(elsewhere, 'backup');
  const made = await command(rig, 'backup', file);
  expect(made).toMatchObject({ exitCode: 0, out: 'The backup holds 1 users and 1 tokens.\n' });
  const again = await command(rig, 'backup', file);
  expect(again.exitCode).toBe(EXIT_CODES.service.code);
  expect((await service.validate(logIn)).accepted).toBe(true);

  const directory = join(elsewhere, 'service');
  mkdirSync(directory, { mode: 0o700 });
  const early = await serviceCommand(rig.directory, 'restore', file, '--dir', directory);
  expect(early).toMatchObject(refused('service.key is missing'));
  copyFileSync(join(rig.directory, 'service.key'), join(directory, 'service.key'));
  const input = readFileSync(file);
  const piped = await serviceCommandReading(input, rig.directory, 'restore', '-', '--dir', directory);
  expect(piped).toMatchObject({ exitCode: 0, note: '' });
  const restored = await rig.start({ directory });
  expect((await restored.tokens()).map(({ serial }) => serial)).toEqual(['FOB-1']);
  expect((await restored.validate(logIn)).accepted).toBe(false);
  const twice = await serviceCommand(rig.directory, 'restore', file, '--dir', directory);
  expect(twice.exitCode).toBe(EXIT_CODES.service.code);
});

test('the audit verifies until somebody changes a row', async rig => {
  await rig.start();
  await command(rig, 'backup', join(rig.directory, 'backup'));
  const intact = await command(rig, 'audit', 'verify', '--json');
  expect([intact.exitCode, JSON.parse(intact.out)]).toMatchObject([0, { ok: true, intact: true }]);
  const connection = new BetterSqlite(join(rig.directory, 'service.db'));
  connection.exec("update audit set actor = 'mallory'");
  connection.close();
  const changed = await command(rig, 'audit', 'verify');
  expect(changed).toMatchObject(refused('was changed outside'));
});

test('the audit is written into a new file, for a period, and the file tells whether it is whole', async rig => {
  await rig.start();
  await command(rig, 'backup', join(rig.directory, 'backup'));
  const [csv, jsonl] = [join(rig.directory, 'audit.csv'), join(rig.directory, 'audit.jsonl')];
  const took = (...given: string[]) => command(rig, 'audit', ...given);
  expect(await took('export', csv)).toMatchObject({ exitCode: 0 });
  expect(readFileSync(csv, 'utf8')).toMatch(/"service.backup"[\s\S]*\n"# rows: \d+"\r\n$/);
  expect(statSync(csv).mode & 0o777).toBe(0o600);
  expect(await took('export', jsonl, '--from', '2001-02-03', '--to', '2001-02-03')).toMatchObject({
    exitCode: 0,
  });
  expect(readFileSync(jsonl, 'utf8')).toMatch(/^{"list":[^\n]*\n{"rows":0}\n$/);
  const refusals = [
    [['export', csv], 'of this name already'],
    [['export'], 'The new file is missing'],
    [['export', 'audit.xls'], 'ends in neither'],
    [['export', '-'], 'writes a file'],
    [['export', 'new.csv', '--from', '2026-02-30'], 'not a day'],
    [['export', 'new.csv', '--from', '2026-02-02', '--to', '2026-02-01'], 'after the last one'],
    [['verify', csv], 'for the export alone'],
    [['verify', '--to', '2026-02-01'], 'for the export alone'],
  ] as const;
  for (const [given, says] of refusals) {
    const { exitCode, note } = await took(...given);
    expect(exitCode, given.join(' ')).not.toBe(0);
    expect(note).toContain(says);
  }
});

it('re-keying beside a running service says when to run it again', async () => {
  await using service = await startedService();
  const token = await add(service, newToken());
  const done = await command(service.rig, 'rekey', '--json');
  expect([done.exitCode, JSON.parse(done.out)]).toMatchObject([0, { ok: true, state: 'waiting' }]);
  const passcode = codeNow(token, service.clock.nowMs);
  await service.close();
  const fresh = await service.rig.start();
  expect((await fresh.validate({ user: 'ada', passcode, source: 'test' })).accepted).toBe(true);
});

it('the bounce command accepts a bounced mail from a mail server, and alerts help desk', async () => {
  await using service = await startedService({ background: false });
  const { management } = service.office;
  const id = await queue(management, await invitation(management));
  await management.db.updateTable('mails').set({ state: 'sent', attempts: 1 }).execute();
  const taken = await commandReading(bounceOf({ envelopeId: id }), service.rig, 'bounce', '--json');
  expect(taken.exitCode).toBe(0);
  expect(JSON.parse(taken.out)).toMatchObject({ ok: true, mail: { id, state: 'bounced' } });
  expect(await service.alerts()).toMatchObject([{ kind: 'undelivered', user: 'ada' }]);
});

it('an application gets another API key beside a running service, which refuses the old one', async () => {
  await using service = await startedService();
  const old = apiKeyOf(service);
  const status = async (key: string) =>
    (await post(service, key, { user: 'ada', passcode: '000000', source: 'test' })).status;
  expect(await status(old)).toBe(403);
  const made = await command(service.rig, 'application-key', '--yes');
  const key = secret(made.out.trim());
  expect([made.exitCode, key]).toEqual([0, expect.stringMatching(/^pfk_[\w-]{43}$/)]);
  expect(made.note).not.toContain(key);
  expect([await status(key), await status(old)]).toEqual([403, 401]);
});

/** Runs the command; returns the origin in its link, and what it says beside it. */
async function linkOf(rig: Rig, ...options: string[]) {
  const made = await command(rig, 'admin-link', ...options);
  const link = made.out.trim();
  expect(made.exitCode).toBe(0);
  expect(link).toMatch(/^https?:\/\/[^/]+\/operator\/enter\?key=/);
  const { origin, searchParams } = new URL(link);
  secret(searchParams.get('key') ?? '');
  return { link, origin, note: made.note };
}

test('an administrator link names the address at which the service listens, without its options', async rig => {
  rig.clock.nowMs = Date.now();
  const { url } = await rig.start();
  const { link, origin, note } = await linkOf(rig);
  expect(origin).toBe(url);
  expect(note).toContain('the address at which the service last started');
  expect((await openLink(link)).status).toBe(303);
});

test('an administrator link names the public URL with which the service started last', async rig => {
  await rig.start();
  await rig.start({ publicUrl: 'https://otp.example.org' });
  expect((await linkOf(rig)).origin).toBe('https://otp.example.org');
});

test('without a stored address of a service an administrator link names the configured one and says so', async rig => {
  const store = await openStore({ directory: rig.directory });
  for (const stored of [undefined, 'javascript:alert(1)', 'no address']) {
    if (stored !== undefined) await storeLastStart(store.db, stored, 1);
    const { origin, note } = await linkOf(rig);
    expect(origin).toBe('http://127.0.0.1:8480');
    expect(note).toContain('holds no address of a started service');
  }
  await store.close();
});

test('the command asks for a port where neither the configuration nor a start tells it', async rig => {
  await (await openStore({ directory: rig.directory })).close();
  const failed = await command(rig, 'admin-link', '--port', '0');
  expect(failed).toMatchObject({
    exitCode: EXIT_CODES.configuration.code,
    note: expect.stringContaining('its port is not known'),
  });
});

test('in a folder without a service the commands name it and the option for another, and make nothing', async rig => {
  const absent = join(rig.directory, 'absent');
  for (const [command, directory] of [
    ['admin-link', absent],
    ['application-key', absent],
    ['admin-link', rig.directory],
    ['fingerprint', rig.directory],
  ] as const) {
    const failed = await serviceCommand(rig.directory, command, '--dir', directory);
    expect(failed).toMatchObject({ exitCode: EXIT_CODES.service.code, out: '' });
    expect(failed.note).toContain(`There is no service in ${directory}.`);
    expect(failed.note).toContain('--dir');
  }
  expect(readdirSync(rig.directory)).toEqual([]);
});
