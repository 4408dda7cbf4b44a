import { randomBytes } from 'node:crypto';
import { writing } from '@passfob/service/storage/database/database';
import { listCaredFobs, viewFob } from '@passfob/service/subjects/care/views';
import { startBulk } from '@passfob/service/subjects/jobs/bulk';
import { listJobItems, listJobs } from '@passfob/service/subjects/jobs/jobs';
import { assignToken, renameToken, revokeToken, unassignToken } from '@passfob/service/subjects/tokens/acts';
import {
  endTemporaryCodes,
  makeTemporaryCode,
  redeemTemporaryCode,
  temporaryCodeEnd,
  withdrawTemporaryCode,
} from '@passfob/service/subjects/tokens/codes/temporary-codes';
import { fobNamed, fobSecretsOf, keepFobClock, registerFob } from '@passfob/service/subjects/tokens/fobs';
import { tokens } from '@passfob/service/subjects/tokens/list';
import { listTokens, viewToken } from '@passfob/service/subjects/tokens/views';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { foundIn } from '../search/kit.ts';
import { accepted, codeOf, helpdesk, type Office, testOfOffice as test } from '../users/kit.ts';

const key = () => secret(new Uint8Array(randomBytes(32)));

function newFob(serial: string) {
  const secrets = { deviceSecret: key(), pairingKey: key(), recoveryKey: key() };
  return { serial, board: 'pico', firmware: '1.2.3', secrets };
}

test('a token is shown with all its former users and its full history', async office => {
  const { management } = office;
  await office.userId('ada');
  await office.userId('bob');
  await office.issue('S-1');
  const acts = [
    () => assignToken(management, helpdesk, { serial: 'S-1', user: 'ada' }),
    () => unassignToken(management, helpdesk, { serial: 'S-1' }),
    () => assignToken(management, helpdesk, { serial: 'S-1', user: 'bob' }),
    () => renameToken(management, helpdesk, { serial: 'S-1', label: 'blue' }),
    () => revokeToken(management, helpdesk, { serial: 'S-1', reason: 'lost' }),
  ];
  const start = office.nowMs;
  for (const act of acts) {
    office.nowMs += 1000;
    accepted(await act());
  }
  const history = accepted(await viewToken(office.store.db, 'S-1'));
  expect(history.token).toMatchObject({
    state: 'revoked',
    revokedReason: 'lost',
    user: 'bob',
    label: 'blue',
  });
  expect(history.assignments).toEqual([
    { user: 'bob', fromMs: start + 3000, toMs: start + 5000, actor: 'dora' },
    { user: 'ada', fromMs: start + 1000, toMs: start + 2000, actor: 'dora' },
  ]);
  expect(history.acts.map(({ action }) => action)).toEqual([
    ...['token.revoke', 'token.rename', 'token.assign', 'token.unassign', 'token.assign', 'token.issue'],
  ]);
  expect(codeOf(await viewToken(office.store.db, 'S-2'))).toBe('unknown_serial');
});

test('a fob is stored with its secrets encrypted; storing the same again changes nothing, other secrets are refused', async office => {
  const { management } = office;
  const fob = newFob('abcde');
  await office.do(registerFob, fob, helpdesk);
  await office.do(registerFob, fob, helpdesk);
  const other = { ...newFob('abcde'), secrets: { ...fob.secrets, recoveryKey: key() } };
  expect(await office.code(registerFob, other, helpdesk)).toBe('fob_known');
  const short = { ...fob.secrets, pairingKey: new Uint8Array(31) };
  expect(await office.code(registerFob, { ...newFob('x'), secrets: short }, helpdesk)).toBe('bad_fob');
  const row = await fobNamed(office.store.db, 'abcde');
  expect(row && fobSecretsOf(management.keys, row)).toEqual(fob.secrets);
});

test('fobs with a stale clock are listed, including those never set', async office => {
  const { nowMs } = office;
  for (const serial of ['a', 'b', 'c', 'd']) await office.do(registerFob, newFob(serial), helpdesk);
  const clock = (setMs: number) => ({ setMs, errorMs: -1500, driftPpm: 12.5 });
  await office.do(keepFobClock, { serial: 'b', clock: clock(nowMs) }, helpdesk);
  await office.do(keepFobClock, { serial: 'c', clock: clock(nowMs - 1) }, helpdesk);
  const stale = await listCaredFobs(office.store.db, { clockBeforeMs: nowMs });
  expect(stale.fobs.map(({ serial }) => serial)).toEqual(['a', 'c', 'd']);
  expect(stale.fobs[1]).toMatchObject({
    clock: { setMs: nowMs - 1, errorMs: -1500, driftPpm: 12.5 },
    clockErrorMs: null,
  });
  const first = await listCaredFobs(office.store.db, { rows: 3 });
  expect(first.next).toBe('c');
  const second = await listCaredFobs(office.store.db, { rows: 3, after: 'c' });
  expect(second).toMatchObject({ fobs: [{ serial: 'd' }], next: null });
  const wild = { setMs: nowMs, errorMs: 0.5, driftPpm: 0 };
  expect(await office.code(keepFobClock, { serial: 'a', clock: wild }, helpdesk)).toBe('bad_clock');
});

test('no view contains a seed, a fob secret, an encrypted value or the name of its column', async office => {
  const { db } = office.store;
  await office.userId('ada');
  const seed = await office.issue('S-1', { user: 'ada' });
  const fob = newFob('abcde');
  await office.do(registerFob, fob, helpdesk);
  const job = await office.do(startBulk, { kind: 'revoke', serials: ['S-1'], reason: 'lost' }, helpdesk);
  const shown = JSON.stringify([
    await listTokens(db),
    await foundIn(db, tokens, {}),
    await foundIn(db, tokens, { by: 'user' }),
    await viewToken(db, 'S-1'),
    await listCaredFobs(db),
    await viewFob(db, 'abcde'),
    await listJobs(db),
    await listJobItems(db, { id: job.id }),
    await db.selectFrom('audit').selectAll().execute(),
  ]);
  const sealed = [
    ...(await db.selectFrom('tokens').select('sealed_secret as box').execute()),
    ...(await db.selectFrom('fobs').select('sealed_secrets as box').execute()),
    ...(await db.selectFrom('job_items').select('sealed_payload as box').execute()),
  ];
  expect(sealed).toHaveLength(3);
  const hidden = [
    ...sealed.map(({ box }) => box ?? ''),
    ...[seed, ...Object.values(fob.secrets)].flatMap(bytes => [
      Buffer.from(bytes).toString('base64'),
      Buffer.from(bytes).toString('hex'),
    ]),
  ];
  for (const value of hidden) {
    expect(value.length).toBeGreaterThan(20);
    expect(shown).not.toContain(value);
  }
  expect(shown).not.toMatch(/sealed|key_?id|secret_|"secret|pairingKey|payload/i);
});

const HOUR_MS = 3_600_000;

async function made(office: Office, lifetimeMs?: number): Promise<string> {
  const input = { user: 'ada', ...(lifetimeMs !== undefined && { lifetimeMs }) };
  return secret((await office.do(makeTemporaryCode, input, helpdesk)).code);
}

function take(office: Office, userId: string, code: string): Promise<boolean> {
  const { db, keys, clock } = office.management;
  return writing(db, transaction => redeemTemporaryCode(transaction, keys, userId, code, clock()));
}

test('a temporary passcode has ten digits and is accepted once, for its user alone', async office => {
  const [ada, bob] = [await office.userId('ada'), await office.userId('bob')];
  const code = await made(office);
  expect(code).toMatch(/^[0-9]{10}$/);
  expect(await take(office, bob, code)).toBe(false);
  expect(await take(office, ada, `${code.slice(0, 9)}${code.endsWith('0') ? '1' : '0'}`)).toBe(false);
  const taken = await Promise.all(Array.from({ length: 16 }, () => take(office, ada, code)));
  expect(taken.filter(Boolean)).toHaveLength(1);
  expect(await take(office, ada, code)).toBe(false);
});

test('a temporary code expires at its time, by default after 8 hours and at most after a day', async office => {
  const ada = await office.userId('ada');
  const made8 = await made(office);
  expect(await temporaryCodeEnd(office.store.db, ada, office.nowMs)).toBe(office.nowMs + 8 * HOUR_MS);
  office.nowMs += 8 * HOUR_MS;
  expect(await take(office, ada, made8)).toBe(false);
  const made24 = await made(office, 24 * HOUR_MS);
  office.nowMs += 24 * HOUR_MS - 1;
  expect(await take(office, ada, made24)).toBe(true);
  for (const lifetimeMs of [24 * HOUR_MS + 1, 59_999, 0, Number.NaN])
    expect(await office.code(makeTemporaryCode, { user: 'ada', lifetimeMs }, helpdesk)).toBe('bad_lifetime');
});

test('a user has at most one temporary code; it ends on request and when a token is used', async office => {
  const ada = await office.userId('ada');
  const [first, second] = [await made(office), await made(office)];
  expect(await take(office, ada, first)).toBe(false);
  expect(await office.do(withdrawTemporaryCode, { user: 'ada' }, helpdesk)).toEqual({ ended: true });
  expect(await take(office, ada, second)).toBe(false);
  const third = await made(office);
  await writing(office.store.db, db => endTemporaryCodes(db, ada, office.nowMs));
  expect(await take(office, ada, third)).toBe(false);
  expect(await office.code(makeTemporaryCode, { user: 'carl' }, helpdesk)).toBe('unknown_user');
});

test('neither the database nor the audit contains the temporary passcode', async office => {
  await office.userId('ada');
  const code = await made(office);
  const rows = [await office.rows('temporary_codes'), await office.rows('audit')];
  expect(rows[1]).toMatchObject([{ action: 'token.temporary-code', actor: 'dora', subject: 'ada' }]);
  expect(JSON.stringify(rows)).not.toContain(code);
});
