import { randomBytes } from 'node:crypto';
import { listCaredFobs, viewFob } from '@passfob/service/features/care/views';
import { startBulk } from '@passfob/service/features/jobs/bulk';
import { listJobItems, listJobs } from '@passfob/service/features/jobs/jobs';
import { fobNamed, fobSecretsOf, keepFobClock, registerFob } from '@passfob/service/features/tokens/fobs';
import { assignToken, renameToken, revokeToken, unassignToken } from '@passfob/service/features/tokens/moves';
import { searchTokens } from '@passfob/service/features/tokens/search';
import { listTokens, viewToken } from '@passfob/service/features/tokens/views';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeOf, Helpdesk, helpdesk, must } from './helpdesk.ts';

const key = () => secret(new Uint8Array(randomBytes(32)));

function newFob(serial: string) {
  const secrets = { deviceSecret: key(), pairingKey: key(), recoveryKey: key() };
  return { serial, board: 'pico', firmware: '1.2.3', secrets };
}

test('a token is shown with all its former users and its full history', async () => {
  await using rig = await Helpdesk.open();
  const { management } = rig;
  await rig.user('ada');
  await rig.user('bob');
  await rig.issue('S-1');
  const acts = [
    () => assignToken(management, helpdesk, { serial: 'S-1', user: 'ada' }),
    () => unassignToken(management, helpdesk, { serial: 'S-1' }),
    () => assignToken(management, helpdesk, { serial: 'S-1', user: 'bob' }),
    () => renameToken(management, helpdesk, { serial: 'S-1', label: 'blue' }),
    () => revokeToken(management, helpdesk, { serial: 'S-1', reason: 'lost' }),
  ];
  const start = rig.clock.nowMs;
  for (const act of acts) {
    rig.clock.nowMs += 1000;
    must(await act());
  }
  const history = must(await viewToken(rig.store.db, 'S-1'));
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
    'token.revoke',
    'token.rename',
    'token.assign',
    'token.unassign',
    'token.assign',
    'token.issue',
  ]);
  expect(codeOf(await viewToken(rig.store.db, 'S-2'))).toBe('unknown_serial');
});

test('a fob is stored with its secrets encrypted; storing the same again changes nothing, other secrets are refused', async () => {
  await using rig = await Helpdesk.open();
  const { management } = rig;
  const fob = newFob('abcde');
  must(await registerFob(management, helpdesk, fob));
  must(await registerFob(management, helpdesk, fob));
  const other = { ...newFob('abcde'), secrets: { ...fob.secrets, recoveryKey: key() } };
  expect(codeOf(await registerFob(management, helpdesk, other))).toBe('fob_known');
  const short = { ...fob.secrets, pairingKey: new Uint8Array(31) };
  expect(codeOf(await registerFob(management, helpdesk, { ...newFob('x'), secrets: short }))).toBe('bad_fob');
  const row = await fobNamed(rig.store.db, 'abcde');
  expect(row && fobSecretsOf(management.keys, row)).toEqual(fob.secrets);
});

test('fobs with a stale clock are listed, including those never set', async () => {
  await using rig = await Helpdesk.open();
  const { management } = rig;
  const { nowMs } = rig.clock;
  for (const serial of ['a', 'b', 'c', 'd']) must(await registerFob(management, helpdesk, newFob(serial)));
  const clock = (setMs: number) => ({ setMs, errorMs: -1500, driftPpm: 12.5 });
  must(await keepFobClock(management, helpdesk, { serial: 'b', clock: clock(nowMs) }));
  must(await keepFobClock(management, helpdesk, { serial: 'c', clock: clock(nowMs - 1) }));
  const stale = await listCaredFobs(rig.store.db, { clockBeforeMs: nowMs });
  expect(stale.fobs.map(({ serial }) => serial)).toEqual(['a', 'c', 'd']);
  expect(stale.fobs[1]).toMatchObject({
    clockSetMs: nowMs - 1,
    clock: { setErrorMs: -1500, driftPpm: 12.5, errorMs: null },
  });
  const first = await listCaredFobs(rig.store.db, { rows: 3 });
  expect(first.next).toBe('c');
  const second = await listCaredFobs(rig.store.db, { rows: 3, after: 'c' });
  expect(second).toMatchObject({ fobs: [{ serial: 'd' }], next: null });
  const wild = { setMs: nowMs, errorMs: 0.5, driftPpm: 0 };
  expect(codeOf(await keepFobClock(management, helpdesk, { serial: 'a', clock: wild }))).toBe('bad_clock');
});

test('no view contains a seed, a fob secret, an encrypted value or the name of its column', async () => {
  await using rig = await Helpdesk.open();
  const { management } = rig;
  const { db } = rig.store;
  await rig.user('ada');
  const seed = await rig.issue('S-1', { user: 'ada' });
  const fob = newFob('abcde');
  must(await registerFob(management, helpdesk, fob));
  const job = must(
    await startBulk(management, helpdesk, { kind: 'revoke', serials: ['S-1'], reason: 'lost' }),
  );
  const shown = JSON.stringify([
    await listTokens(db),
    await searchTokens(db, {}),
    await searchTokens(db, { by: 'user' }),
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
