import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Service } from '@passfob/service/service';
import BetterSqlite from 'better-sqlite3';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { expect, it } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { askFor, rightAnswer, send } from '../../service/challenges/http-kit.ts';
import { entered } from '../../service/enrolment/office.ts';
import { newToken, post, Rig } from '../../service/kit.ts';
import { makeRequest, readAnswer } from '../../service/radius/client.ts';
import { schemaOf } from '../../service/schema-of.ts';
import { Office } from '../../service/users/kit.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { facts, otherThan, passcodeAt, passcodeOf, unpack } from './kit.ts';

const { service: made } = facts;
const { tokens } = made;
const MINUTE_MS = 60_000;
const HERE = '127.0.0.1';

/** Opens the older service on the present code, two minutes after its last use. */
async function opened(rig: Rig): Promise<Service> {
  unpack(rig.directory, 'service.db', 'service.key');
  rig.clock.nowMs = made.madeMs + 2 * MINUTE_MS;
  const service = await rig.start({ background: false, radius: [{ address: HERE, port: 0 }] });
  expect([service.apiKey, service.made]).toEqual([null, []]);
  return service;
}

/** Returns the status of a log-in with an older API key. */
async function logIn(service: Service, body: object, key = made.apiKey): Promise<number> {
  return (await post(service, key, body)).status;
}

it('an older service database accepts the next passcodes once each, and no passcode that was spent before', async () => {
  await using rig = new Rig();
  const service = await opened(rig);
  const totp = { user: 'ada', passcode: passcodeAt(tokens.totp, rig.clock.nowMs) };
  const hotp = { user: 'bob', passcode: passcodeOf(tokens.hotp, 7) };
  expect(await logIn(service, { user: 'ada', passcode: made.spent.totp })).toBe(403);
  expect(await logIn(service, { user: 'bob', passcode: made.spent.hotp })).toBe(403);
  for (const body of [totp, hotp])
    expect([await logIn(service, body), await logIn(service, body)]).toEqual([200, 403]);
  expect(await logIn(service, { ...totp, passcode: otherThan(totp.passcode) })).toBe(403);
});

it('passwords, PINs, alphabets and questions of an older service database still work', async () => {
  await using rig = new Rig();
  const service = await opened(rig);
  const byPassword = { user: 'bob', passcode: passcodeOf(tokens.hotp, 7) };
  expect(await logIn(service, { ...byPassword, password: `${made.password}!` }, made.vpnKey)).toBe(403);
  const next = { user: 'bob', passcode: passcodeOf(tokens.hotp, 8), password: made.password };
  expect([await logIn(service, next, made.vpnKey), await logIn(service, next, made.vpnKey)]).toEqual([
    200, 403,
  ]);
  const byPin = () => ({ user: 'carol', passcode: passcodeAt(tokens.hex, rig.clock.nowMs) });
  expect(await logIn(service, { ...byPin(), pin: otherThan(made.pin) }, made.deskKey)).toBe(403);
  rig.clock.nowMs += MINUTE_MS;
  expect(await logIn(service, { ...byPin(), pin: made.pin }, made.deskKey)).toBe(200);
  expect(await logIn(service, { ...byPin(), pin: made.pin }, made.deskKey)).toBe(403);
  const question = await askFor(service.url, made.apiKey, 'dave');
  const token = newToken({ ...tokens.ocra, secret: new Uint8Array(Buffer.from(tokens.ocra.secret, 'hex')) });
  const { path, body } = rightAnswer(token, question);
  expect((await send(service.url, made.apiKey, path, body)).status).toBe(200);
  expect((await send(service.url, made.apiKey, path, body)).status).toBe(403);
});

it('lockouts and token states of an older service database are kept', async () => {
  await using rig = new Rig();
  const service = await opened(rig);
  const locked = () => ({ user: 'erin', passcode: passcodeAt(tokens.base32, rig.clock.nowMs) });
  expect(await logIn(service, locked())).toBe(403);
  rig.clock.nowMs = made.madeMs + 16 * MINUTE_MS;
  expect(await logIn(service, locked())).toBe(200);
  for (const token of [tokens.suspended, tokens.revoked]) {
    const passcode = passcodeAt(token, rig.clock.nowMs);
    expect([token.serial, await logIn(service, { user: token.user, passcode })]).toEqual([token.serial, 403]);
  }
  const states = (await service.tokens()).map(({ serial, state }) => `${serial} ${state}`).sort();
  expect(states).toEqual([
    'FOB-BASE32 active',
    'FOB-HEX assigned',
    'FOB-HOTP active',
    'FOB-OCRA assigned',
    'FOB-REVOKED revoked',
    'FOB-STOCK inventory',
    'FOB-SUSPENDED suspended',
    'FOB-TOTP active',
    `${made.fobToken} active`,
  ]);
  expect((await service.alerts()).map(({ kind }) => kind).sort()).toEqual(['locked', 'replay']);
});

it('API keys, policies and the identity of an older service database are unchanged', async () => {
  await using rig = new Rig();
  const service = await opened(rig);
  const ask = async (path: string) => {
    const response = await fetch(service.url + path, {
      headers: { authorization: `Bearer ${made.adminKey}` },
    });
    return [response.status, await response.text()] as const;
  };
  expect(await ask('/v1/policies')).toEqual([200, expect.stringContaining('"staff"')]);
  expect(await ask('/v1/operators')).toEqual([200, expect.stringContaining('"bob"')]);
  expect(await service.fingerprint()).toBe(made.fingerprint);
});

it('a RADIUS client of an older service database logs in by its shared secret', async () => {
  await using rig = new Rig();
  const service = await opened(rig);
  const socket = createSocket('udp4').bind(0, HERE);
  await once(socket, 'listening');
  const answer = async (passcode: string, identifier: number) => {
    const sent = makeRequest({ identifier, secret: made.radiusSecret, user: 'ada', password: passcode });
    const heard = once(socket, 'message');
    socket.send(sent.bytes, service.radius[0]?.port ?? 0, HERE);
    const [bytes] = (await heard) as [Buffer];
    return readAnswer(bytes, sent, made.radiusSecret).code;
  };
  const passcode = passcodeAt(tokens.totp, rig.clock.nowMs);
  // Access-Accept, then Access-Reject (RFC 2865 §4).
  expect([await answer(passcode, 1), await answer(passcode, 2)]).toEqual([2, 3]);
  socket.close();
});

it('an older service database gets the tables of a new one', async () => {
  await using rig = new Rig();
  await opened(rig);
  await using older = await Office.beside(rig);
  await using fresh = await Office.open();
  expect(await schemaOf(older.management.db)).toEqual(await schemaOf(fresh.management.db));
});

it('an open activation of an older service database can be used once', async () => {
  await using rig = new Rig();
  await opened(rig);
  await using office = await Office.beside(rig);
  expect(await entered(office, made.activation)).toEqual(expect.any(String));
  rig.clock.nowMs += 72 * 60 * MINUTE_MS;
  expect(await entered(office, made.activation)).toBeUndefined();
});

describeNeeds(needsBuild, 'commands of the service', () => {
  it('the audit of an older service database verifies, and a changed row of it is found', async () => {
    await using rig = new Rig();
    unpack(rig.directory, 'service.db', 'service.key');
    const verify = () =>
      passfob(['service', 'audit', 'verify', '--dir', rig.directory, '--json'], { home: rig.directory });
    const whole = await verify();
    expect([whole.exitCode, whole.json()]).toMatchObject([0, { ok: true, intact: true, seals: 3 }]);
    const database = new BetterSqlite(join(rig.directory, 'service.db'));
    database.exec(`update audit set subject = 'eve' where id = 3`);
    database.close();
    expect((await verify()).exitCode).toBe(EXIT_CODES.service.code);
  });

  it('an older backup, of other tables, is refused in plain words', async () => {
    await using rig = new Rig();
    unpack(rig.directory, 'service-backup.gz');
    const folder = join(rig.directory, 'restored');
    unpack(folder, 'service.key');
    const backup = join(rig.directory, 'service-backup.gz');
    const restored = await passfob(['service', 'restore', backup, '--dir', folder, '--json'], {
      home: rig.directory,
    });
    expect(restored.exitCode).toBe(EXIT_CODES.service.code);
    const { error } = restored.json() as { error: { message: string; next: string } };
    expect(`${error.message} ${error.next}`).toMatch(/another version.*Restore it with that version/);
  });
});
