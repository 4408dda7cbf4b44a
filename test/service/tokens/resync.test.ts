import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { passcodeAt } from '@passfob/service/base/passcode';
import { readRecent } from '@passfob/service/base/recent';
import { listAlerts } from '@passfob/service/features/alerts/alerts';
import {
  resyncToken,
  resyncTokenOfUser,
  type TwoPasscodes,
} from '@passfob/service/features/tokens/codes/resync';
import { assignToken, suspendToken } from '@passfob/service/features/tokens/moves';
import { ensureApplication } from '@passfob/service/features/users/applications';
import { changeSettings } from '@passfob/service/features/users/settings';
import { withoutFailures } from '@passfob/service/features/users/users';
import { makeEngine } from '@passfob/service/features/validation/engine';
import { type Db, openStore, writing } from '@passfob/service/storage/database/database';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeAt, newToken, stepAt } from '../kit.ts';
import { codeOf, Helpdesk, helpdesk, must } from './helpdesk.ts';

const DAY_STEPS = 24 * 120;

/** Creates a token of ada's, and returns its passcodes. */
async function given(rig: Helpdesk, kind: 'hotp' | 'totp', serial = 'S-1') {
  await rig.user('ada');
  const seed = await rig.issue(serial, { kind, user: 'ada' });
  const token = newToken({ kind, secret: seed });
  const two = (step: number) => ({ serial, first: codeAt(token, step), second: codeAt(token, step + 1) });
  return { token, two, now: () => stepAt(token, rig.clock.nowMs) };
}

function rowOf(rig: Helpdesk, serial = 'S-1') {
  return rig.store.db.selectFrom('tokens').selectAll().where('serial', '=', serial).executeTakeFirstOrThrow();
}

function ada(rig: Helpdesk) {
  return rig.store.db.selectFrom('users').selectAll().where('name', '=', 'ada').executeTakeFirstOrThrow();
}

test('HOTP: resync finds two consecutive passcodes up to the limit ahead, and both are used up', async () => {
  await using rig = await Helpdesk.open();
  const { two } = await given(rig, 'hotp');
  expect(codeOf(await resyncToken(rig.management, helpdesk, two(1000)))).toBe('resync_failed');
  expect(must(await resyncToken(rig.management, helpdesk, two(999)))).toEqual({
    serial: 'S-1',
    driftSteps: 0,
    clockIsOff: false,
  });
  expect((await rowOf(rig)).last_step).toBe(1000);
  expect(codeOf(await resyncToken(rig.management, helpdesk, two(999)))).toBe('resync_failed');
  expect(codeOf(await resyncToken(rig.management, helpdesk, two(1000)))).toBe('resync_failed');
  expect((await rowOf(rig)).last_step).toBe(1000);
});

test('HOTP: passcodes that are not consecutive, or in the other order, are a failure', async () => {
  await using rig = await Helpdesk.open();
  const { two } = await given(rig, 'hotp');
  const { first, second } = two(7);
  const { second: third } = two(8);
  for (const input of [
    { serial: 'S-1', first: second, second: first },
    { serial: 'S-1', first, second: third },
    { serial: 'S-1', first, second: first },
  ]) {
    expect(codeOf(await resyncToken(rig.management, helpdesk, input))).toBe('resync_failed');
    rig.clock.nowMs += 3_600_000;
  }
  expect((await rowOf(rig)).last_step).toBe(-1);
});

test('TOTP: resync finds passcodes within a day both ways, never below the last accepted step, and stores the full drift', async () => {
  await using rig = await Helpdesk.open();
  const { two, now } = await given(rig, 'totp');
  const early = now() - DAY_STEPS;
  expect(codeOf(await resyncToken(rig.management, helpdesk, two(early - 1)))).toBe('resync_failed');
  expect(must(await resyncToken(rig.management, helpdesk, two(early)))).toMatchObject({ clockIsOff: true });
  expect(await rowOf(rig)).toMatchObject({ last_step: early + 1, drift_steps: 1 - DAY_STEPS });
  expect(codeOf(await resyncToken(rig.management, helpdesk, two(now() + DAY_STEPS)))).toBe('resync_failed');
  expect(must(await resyncToken(rig.management, helpdesk, two(now() + 3)))).toMatchObject({
    driftSteps: 4,
    clockIsOff: false,
  });
  for (const below of [now() + 4, now() + 3, now()])
    expect(codeOf(await resyncToken(rig.management, helpdesk, two(below)))).toBe('resync_failed');
  expect((await rowOf(rig)).last_step).toBe(now() + 4);
});

test('resync misses lock the account like wrong passcodes, and then nothing is compared; a hit resets them', async () => {
  await using rig = await Helpdesk.open();
  const { two } = await given(rig, 'hotp');
  const wrong = { serial: 'S-1', first: two(5000).first, second: two(6000).first };
  expect(codeOf(await resyncToken(rig.management, helpdesk, wrong))).toBe('resync_failed');
  expect(codeOf(await resyncToken(rig.management, helpdesk, wrong))).toBe('resync_failed');
  expect((await ada(rig)).failures).toBe(2);
  must(await resyncToken(rig.management, helpdesk, two(3)));
  expect(await ada(rig)).toMatchObject(withoutFailures);
  for (let turn = 0; turn < 3; turn++) await resyncToken(rig.management, helpdesk, wrong);
  expect(codeOf(await resyncToken(rig.management, helpdesk, two(20)))).toBe('account_locked');
  expect(await rowOf(rig)).toMatchObject({ last_step: 4 });
  rig.clock.nowMs += 15 * 60_000;
  must(await resyncToken(rig.management, helpdesk, two(20)));
  const details = await rig.store.db
    .selectFrom('audit')
    .select('detail')
    .where('action', '=', 'token.resync')
    .orderBy('id')
    .execute();
  expect(details.map(({ detail }) => (JSON.parse(detail) as { found: boolean }).found)).toEqual([
    false,
    false,
    true,
    false,
    false,
    false,
    true,
  ]);
});

test('resync misses lock the account by the configured threshold', async () => {
  await using rig = await Helpdesk.open();
  const { two } = await given(rig, 'hotp');
  const lock = { threshold: 1, periodMs: 3_600_000 };
  must(await changeSettings(rig.management, helpdesk, { lock }));
  const wrong = { serial: 'S-1', first: two(5000).first, second: two(6000).first };
  expect(codeOf(await resyncToken(rig.management, helpdesk, wrong))).toBe('resync_failed');
  rig.clock.nowMs += lock.periodMs - 1;
  expect(codeOf(await resyncToken(rig.management, helpdesk, two(3)))).toBe('account_locked');
  rig.clock.nowMs += 1;
  must(await resyncToken(rig.management, helpdesk, two(3)));
});

test('the same two passcodes sent 16 times at once count once', async () => {
  await using rig = await Helpdesk.open();
  const { two } = await given(rig, 'hotp');
  const never = { threshold: 0, periodMs: 1000 };
  const results = await Promise.all(
    Array.from({ length: 16 }, () => resyncToken(rig.management, helpdesk, two(40), never)),
  );
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  expect((await rowOf(rig)).last_step).toBe(41);
});

/**
 * Resynchronises while another node writes. That transaction lasts until the seed was decrypted, then runs
 * `meanwhile` and ends.
 */
async function whileWriting(
  rig: Helpdesk,
  input: TwoPasscodes & { serial: string },
  meanwhile: (db: Db) => Promise<unknown>,
) {
  const other = await openStore(rig);
  const { keys } = rig.management;
  const opened = new EventEmitter();
  const sealing = new Map(keys.sealing);
  sealing.get = id => {
    opened.emit('opened');
    return keys.sealing.get(id);
  };
  const management = { ...rig.management, keys: { ...keys, sealing } };
  let resynced: ReturnType<typeof resyncToken> | undefined;
  try {
    await writing(other.db, async db => {
      const isOpened = once(opened, 'opened').then(() => true);
      resynced = resyncToken(management, helpdesk, input);
      const isOver = resynced.then(
        () => false,
        () => false,
      );
      // A resync that waited for this transaction would not decrypt the seed in it.
      expect(await Promise.race([isOpened, isOver])).toBe(true);
      await meanwhile(db);
    });
    return await resynced;
  } finally {
    await resynced;
    await other.close();
  }
}

test('slow work is done before the transaction: the seed is decrypted while another node writes', async () => {
  await using rig = await Helpdesk.open();
  const { two, now } = await given(rig, 'totp');
  const resynced = await whileWriting(rig, two(now() + 3), async () => undefined);
  expect(resynced).toMatchObject({ ok: true, value: { driftSteps: 4 } });
  expect((await rowOf(rig)).last_step).toBe(now() + 4);
});

test('a resync match is discarded if a log-in or a lock came first', async () => {
  await using rig = await Helpdesk.open();
  const { two } = await given(rig, 'hotp');
  const used = await whileWriting(rig, two(40), db =>
    db.updateTable('tokens').set({ last_step: 40 }).execute(),
  );
  expect(used && codeOf(used)).toBe('resync_failed');
  expect([(await rowOf(rig)).last_step, (await ada(rig)).failures]).toEqual([40, 1]);
  const locked = await whileWriting(rig, two(60), db =>
    db.updateTable('users').set({ failures: 3, last_failure_ms: rig.clock.nowMs }).execute(),
  );
  expect(locked && codeOf(locked)).toBe('account_locked');
  expect((await rowOf(rig)).last_step).toBe(40);
});

test('both passcodes of a resync are stored as used without a log-in: typed again they are superseded', async () => {
  await using rig = await Helpdesk.open();
  const { application } = await ensureApplication(rig.store.db, rig.clock.nowMs);
  const { two } = await given(rig, 'hotp');
  const { first, second } = two(40);
  must(await resyncToken(rig.management, helpdesk, two(40)));
  const { recent } = await rowOf(rig);
  expect(readRecent(recent).map(({ step, letNobodyIn }) => [step, letNobodyIn])).toEqual([
    [41, true],
    [40, true],
  ]);
  const { decide } = makeEngine(rig.management);
  const about = { user: 'ada', applicationId: application.id, source: '192.0.2.1', requestId: 'typed' };
  for (const passcode of [second, first]) expect(await decide({ ...about, passcode })).toBe('superseded');
  expect(await listAlerts(rig.store.db)).toEqual([]);
});

test('only a token in use is resynchronised; users do it without naming the token', async () => {
  await using rig = await Helpdesk.open();
  const { two } = await given(rig, 'totp');
  const other = await given(rig, 'hotp', 'S-2');
  await rig.issue('S-3');
  expect(codeOf(await resyncToken(rig.management, helpdesk, { ...two(1), serial: 'S-3' }))).toBe(
    'not_usable',
  );
  expect(codeOf(await resyncToken(rig.management, helpdesk, { ...two(1), serial: 'S-9' }))).toBe(
    'unknown_serial',
  );
  const { id: userId } = await ada(rig);
  expect(must(await resyncTokenOfUser(rig.management, helpdesk, { ...other.two(70), userId })).serial).toBe(
    'S-2',
  );
  expect(codeOf(await resyncTokenOfUser(rig.management, helpdesk, { ...two(1), userId: 'nobody' }))).toBe(
    'unknown_user',
  );
  const bob = await rig.user('bob');
  expect(codeOf(await resyncTokenOfUser(rig.management, helpdesk, { ...two(1), userId: bob }))).toBe(
    'no_usable_token',
  );
  must(await assignToken(rig.management, helpdesk, { serial: 'S-3', user: 'bob' }));
  must(await suspendToken(rig.management, helpdesk, { serial: 'S-3' }));
  expect(codeOf(await resyncToken(rig.management, helpdesk, { ...two(1), serial: 'S-3' }))).toBe(
    'not_usable',
  );
});

test('passcodes in other alphabets are accepted in any case unless the alphabet is case-sensitive', async () => {
  await using rig = await Helpdesk.open();
  await rig.user('ada');
  const seed = secret(new Uint8Array(randomBytes(20)));
  for (const [at, alphabet] of (['hex', 'base32', 'base64'] as const).entries()) {
    const serial = `S-${at}`;
    await rig.issue(serial, { kind: 'hotp', alphabet, digits: 8, secret: seed, user: 'ada' });
    const form = { algorithm: 'sha1', alphabet, digits: 8 } as const;
    const fold = (code: string) => (alphabet === 'base64' ? code : code.toLowerCase());
    const [first, second] = [passcodeAt(form, seed, 12), passcodeAt(form, seed, 13)].map(fold);
    must(await resyncToken(rig.management, helpdesk, { serial, first: first ?? '', second: second ?? '' }));
  }
});
