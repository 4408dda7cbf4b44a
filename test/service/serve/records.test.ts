import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { add, apiKeyOf, codeNow, newToken, post, Rig } from '../kit.ts';
import { bounceOf } from '../mail/bounce-kit.ts';
import { invitation, queue } from '../mail/kit.ts';
import { Office } from '../users/kit.ts';
import { serviceCommand as command, serviceCommandReading as commandReading } from './command.ts';

it('a restored backup refuses passcodes accepted before it', async () => {
  await using rig = new Rig();
  rig.clock.nowMs = Date.now();
  const elsewhere = mkdtempSync(join(tmpdir(), 'passfob-restored-'));
  try {
    const service = await rig.start();
    const token = await add(service, newToken());
    const passcode = codeNow(token, rig.clock.nowMs);
    const logIn = { user: 'ada', passcode, source: 'test' };
    const file = join(elsewhere, 'backup');
    const made = await command(rig.directory, 'backup', file, '--dir', rig.directory);
    expect([made.exitCode, made.out]).toEqual([0, 'The backup holds 1 users and 1 tokens.\n']);
    const again = await command(rig.directory, 'backup', file, '--dir', rig.directory);
    expect(again.exitCode).toBe(EXIT_CODES.service.code);
    expect((await service.validate(logIn)).accepted).toBe(true);

    const directory = join(elsewhere, 'service');
    mkdirSync(directory, { mode: 0o700 });
    const early = await command(rig.directory, 'restore', file, '--dir', directory);
    expect([early.exitCode, early.note]).toEqual([
      EXIT_CODES.service.code,
      expect.stringContaining('service.key is missing'),
    ]);
    copyFileSync(join(rig.directory, 'service.key'), join(directory, 'service.key'));
    const input = readFileSync(file);
    const piped = await commandReading(input, rig.directory, 'restore', '-', '--dir', directory);
    expect([piped.exitCode, piped.note]).toEqual([0, '']);
    const restored = await rig.start({ directory });
    expect((await restored.tokens()).map(({ serial }) => serial)).toEqual(['FOB-1']);
    expect((await restored.validate(logIn)).accepted).toBe(false);
    const twice = await command(rig.directory, 'restore', file, '--dir', directory);
    expect(twice.exitCode).toBe(EXIT_CODES.service.code);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
});

it('the audit verifies until somebody changes a row', async () => {
  await using rig = new Rig();
  await rig.start();
  const at = ['--dir', rig.directory];
  await command(rig.directory, 'backup', join(rig.directory, 'backup'), ...at);
  const intact = await command(rig.directory, 'audit', 'verify', '--json', ...at);
  expect([intact.exitCode, JSON.parse(intact.out)]).toMatchObject([0, { ok: true, intact: true }]);
  const connection = new BetterSqlite(join(rig.directory, 'service.db'));
  connection.exec("update audit set actor = 'mallory'");
  connection.close();
  const changed = await command(rig.directory, 'audit', 'verify', ...at);
  expect([changed.exitCode, changed.note]).toEqual([
    EXIT_CODES.service.code,
    expect.stringContaining('was changed outside'),
  ]);
});

it('re-keying beside a running service says when to run it again', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  const token = await add(service, newToken());
  const done = await command(rig.directory, 'rekey', '--json', '--dir', rig.directory);
  expect([done.exitCode, JSON.parse(done.out)]).toMatchObject([0, { ok: true, state: 'waiting' }]);
  const passcode = codeNow(token, rig.clock.nowMs);
  await service.close();
  const fresh = await rig.start();
  expect((await fresh.validate({ user: 'ada', passcode, source: 'test' })).accepted).toBe(true);
});

it('the bounce command accepts a bounced mail from a mail server, and alerts help desk', async () => {
  await using rig = new Rig();
  const service = await rig.start({ background: false });
  await using office = await Office.beside(rig);
  const { management } = office;
  const id = await queue(management, await invitation(management));
  await management.db.updateTable('mails').set({ state: 'sent', attempts: 1 }).execute();
  const at = ['--dir', rig.directory];
  const none = await commandReading('Subject: hello\r\n\r\nhow are you', rig.directory, 'bounce', ...at);
  expect([none.exitCode, none.note]).toEqual([EXIT_CODES.service.code, expect.stringContaining('RFC 3464')]);
  const taken = await commandReading(bounceOf({ envelopeId: id }), rig.directory, 'bounce', '--json', ...at);
  expect([taken.exitCode, JSON.parse(taken.out)]).toMatchObject([
    0,
    { ok: true, mail: { id, state: 'bounced' } },
  ]);
  expect(await service.alerts()).toMatchObject([{ kind: 'undelivered', user: 'ada' }]);
});

it('an application gets another API key beside a running service, which refuses the old one', async () => {
  await using rig = new Rig();
  const service = await rig.start();
  const at = ['--dir', rig.directory];
  const old = apiKeyOf(service);
  const status = async (key: string) =>
    (await post(service, key, { user: 'ada', passcode: '000000', source: 'test' })).status;
  expect(await status(old)).toBe(403);
  const unsure = await command(rig.directory, 'application-key', ...at);
  expect([unsure.exitCode, unsure.out]).toEqual([EXIT_CODES.usage.code, '']);
  const dry = await command(rig.directory, 'application-key', '--dry-run', '--yes', ...at);
  expect([dry.exitCode, dry.note]).toEqual([EXIT_CODES.usage.code, expect.stringContaining('--dry-run')]);
  const unknown = await command(rig.directory, 'application-key', 'VPN', '--yes', ...at);
  expect([unknown.exitCode, unknown.note]).toEqual([
    EXIT_CODES.service.code,
    expect.stringContaining('There are: login.'),
  ]);
  const internal = await command(rig.directory, 'application-key', 'console', '--yes', ...at);
  expect([internal.exitCode, internal.out]).toEqual([EXIT_CODES.service.code, '']);
  expect(await status(old)).toBe(403);

  const made = await command(rig.directory, 'application-key', '--yes', ...at);
  const key = secret(made.out.trim());
  expect([made.exitCode, key]).toEqual([0, expect.stringMatching(/^pfk_[\w-]{43}$/)]);
  expect(made.note).not.toContain(key);
  expect(made.note).toContain('The earlier key is refused from now on.');
  expect([await status(key), await status(old)]).toEqual([403, 401]);
  const connection = new BetterSqlite(join(rig.directory, 'service.db'), { readonly: true });
  const acts = connection
    .prepare("select actor, subject from audit where action = 'application.change'")
    .all();
  connection.close();
  expect(acts).toEqual([{ actor: 'service', subject: 'login' }]);
});
