import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { tokenLimits } from '@passfob/service/base/limits/tokens';
import { passcodeAt } from '@passfob/service/base/passcode';
import { readRecent } from '@passfob/service/base/recent';
import { type Db, openStore, writing } from '@passfob/service/storage/database/database';
import { listAlerts } from '@passfob/service/subjects/alerts/alerts';
import { assignToken, revokeToken, suspendToken } from '@passfob/service/subjects/tokens/acts';
import {
  repairLastStep,
  repairLastSteps,
  stepAheadUntil,
} from '@passfob/service/subjects/tokens/codes/repair';
import {
  resyncToken,
  resyncTokenOfUser,
  type TwoPasscodes,
} from '@passfob/service/subjects/tokens/codes/resync';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { beginWithLockPolicy, changeSettings } from '@passfob/service/subjects/users/settings';
import { withoutFailures } from '@passfob/service/subjects/users/users';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { testOfConsole as it } from '../console/kit.ts';
import { codeAt, codeNow, newToken, stepAt } from '../kit.ts';
import { accepted, codeOf, grace, helpdesk, type Office, testOfOffice as test } from '../users/kit.ts';

const DAY_STEPS = 24 * 120;

/** Creates a token of ada's, and returns its passcodes. */
async function given(office: Office, kind: 'hotp' | 'totp', serial = 'S-1') {
  await office.userId('ada');
  const seed = await office.issue(serial, { kind, user: 'ada' });
  const token = newToken({ kind, secret: seed });
  const two = (step: number) => ({ serial, first: codeAt(token, step), second: codeAt(token, step + 1) });
  return { token, two, now: () => stepAt(token, office.nowMs) };
}

function rowOf(office: Office, serial = 'S-1') {
  return office.row('tokens', { serial });
}

function ada(office: Office) {
  return office.row('users', { name: 'ada' });
}

test('HOTP: resync finds two consecutive passcodes up to the limit ahead, and both are used up', async office => {
  const { two } = await given(office, 'hotp');
  expect(await office.code(resyncToken, two(1000), helpdesk)).toBe('resync_failed');
  expect(await office.do(resyncToken, two(999), helpdesk)).toEqual({
    serial: 'S-1',
    driftSteps: 0,
    clockIsOff: false,
  });
  expect((await rowOf(office)).last_step).toBe(1000);
  expect(await office.code(resyncToken, two(999), helpdesk)).toBe('resync_failed');
  expect(await office.code(resyncToken, two(1000), helpdesk)).toBe('resync_failed');
  expect((await rowOf(office)).last_step).toBe(1000);
});

test('HOTP: passcodes that are not consecutive, or in the other order, are a failure', async office => {
  const { two } = await given(office, 'hotp');
  const { first, second } = two(7);
  const { second: third } = two(8);
  for (const input of [
    { serial: 'S-1', first: second, second: first },
    { serial: 'S-1', first, second: third },
    { serial: 'S-1', first, second: first },
  ]) {
    expect(await office.code(resyncToken, input, helpdesk)).toBe('resync_failed');
    office.nowMs += 3_600_000;
  }
  expect((await rowOf(office)).last_step).toBe(-1);
});

test('TOTP: resync finds passcodes within a day both ways, never below the last accepted step, and stores the full drift', async office => {
  const { two, now } = await given(office, 'totp');
  const early = now() - DAY_STEPS;
  expect(await office.code(resyncToken, two(early - 1), helpdesk)).toBe('resync_failed');
  expect(await office.do(resyncToken, two(early), helpdesk)).toMatchObject({ clockIsOff: true });
  expect(await rowOf(office)).toMatchObject({ last_step: early + 1, drift_steps: 1 - DAY_STEPS });
  expect(await office.code(resyncToken, two(now() + DAY_STEPS), helpdesk)).toBe('resync_failed');
  expect(await office.do(resyncToken, two(now() + 3), helpdesk)).toMatchObject({
    driftSteps: 4,
    clockIsOff: false,
  });
  for (const below of [now() + 4, now() + 3, now()])
    expect(await office.code(resyncToken, two(below), helpdesk)).toBe('resync_failed');
  expect((await rowOf(office)).last_step).toBe(now() + 4);
});

test('resync misses lock the account like wrong passcodes, and then nothing is compared; a hit resets them', async office => {
  const { two } = await given(office, 'hotp');
  const wrong = { serial: 'S-1', first: two(5000).first, second: two(6000).first };
  expect(await office.code(resyncToken, wrong, helpdesk)).toBe('resync_failed');
  expect(await office.code(resyncToken, wrong, helpdesk)).toBe('resync_failed');
  expect((await ada(office)).failures).toBe(2);
  await office.do(resyncToken, two(3), helpdesk);
  expect(await ada(office)).toMatchObject(withoutFailures);
  for (let turn = 0; turn < 3; turn++) await resyncToken(office.management, helpdesk, wrong);
  expect(await office.code(resyncToken, two(20), helpdesk)).toBe('account_locked');
  expect(await rowOf(office)).toMatchObject({ last_step: 4 });
  office.nowMs += 15 * 60_000;
  await office.do(resyncToken, two(20), helpdesk);
  const found = (await office.rows('audit', { action: 'token.resync' }, 'id')).map(
    ({ detail }) => (JSON.parse(detail) as { found: boolean }).found,
  );
  expect(found.map(Number).join('')).toBe('0010001');
});

test('resync misses lock the account by the configured threshold', async office => {
  const { two } = await given(office, 'hotp');
  const lock = { threshold: 1, periodMs: 3_600_000 };
  await office.do(changeSettings, { lock }, helpdesk);
  const wrong = { serial: 'S-1', first: two(5000).first, second: two(6000).first };
  expect(await office.code(resyncToken, wrong, helpdesk)).toBe('resync_failed');
  office.nowMs += lock.periodMs - 1;
  expect(await office.code(resyncToken, two(3), helpdesk)).toBe('account_locked');
  office.nowMs += 1;
  await office.do(resyncToken, two(3), helpdesk);
});

test('the same two passcodes sent 16 times at once count once', async office => {
  const { two } = await given(office, 'hotp');
  await office.do(changeSettings, { lock: { threshold: 0, periodMs: 60_000 } });
  const results = await Promise.all(
    Array.from({ length: 16 }, () => resyncToken(office.management, helpdesk, two(40))),
  );
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  expect((await rowOf(office)).last_step).toBe(41);
});

/**
 * Resynchronises while another node writes. That transaction lasts until the seed was decrypted, then runs
 * `meanwhile` and ends.
 */
async function whileWriting(
  office: Office,
  input: TwoPasscodes & { serial: string },
  meanwhile: (db: Db) => Promise<unknown>,
) {
  const other = await openStore(office);
  const { keys } = office.management;
  const opened = new EventEmitter();
  const sealing = new Map(keys.sealing);
  sealing.get = id => {
    opened.emit('opened');
    return keys.sealing.get(id);
  };
  const management = { ...office.management, keys: { ...keys, sealing } };
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

test('slow work is done before the transaction: the seed is decrypted while another node writes', async office => {
  const { two, now } = await given(office, 'totp');
  const resynced = await whileWriting(office, two(now() + 3), async () => undefined);
  expect(resynced).toMatchObject({ ok: true, value: { driftSteps: 4 } });
  expect((await rowOf(office)).last_step).toBe(now() + 4);
});

test('a resync match is discarded if a log-in or a lock came first', async office => {
  const { two } = await given(office, 'hotp');
  const used = await whileWriting(office, two(40), db =>
    db.updateTable('tokens').set({ last_step: 40 }).execute(),
  );
  expect(used && codeOf(used)).toBe('resync_failed');
  expect([(await rowOf(office)).last_step, (await ada(office)).failures]).toEqual([40, 1]);
  const locked = await whileWriting(office, two(60), db =>
    db.updateTable('users').set({ failures: 3, last_failure_ms: office.nowMs }).execute(),
  );
  expect(locked && codeOf(locked)).toBe('account_locked');
  expect((await rowOf(office)).last_step).toBe(40);
});

test('both passcodes of a resync are stored as used without a log-in: typed again they are superseded', async office => {
  const decide = await office.logIns();
  const { two } = await given(office, 'hotp');
  const { first, second } = two(40);
  await office.do(resyncToken, two(40), helpdesk);
  const { recent } = await rowOf(office);
  expect(readRecent(recent).map(({ step, letNobodyIn }) => [step, letNobodyIn])).toEqual([
    [41, true],
    [40, true],
  ]);
  for (const passcode of [second, first]) expect(await decide({ passcode })).toBe('superseded');
  expect(await listAlerts(office.store.db)).toEqual([]);
});

test('only a token in use is resynchronised; users do it without naming the token', async office => {
  const { two } = await given(office, 'totp');
  const other = await given(office, 'hotp', 'S-2');
  await office.issue('S-3');
  expect(await office.code(resyncToken, { ...two(1), serial: 'S-3' }, helpdesk)).toBe('not_usable');
  expect(await office.code(resyncToken, { ...two(1), serial: 'S-9' }, helpdesk)).toBe('unknown_serial');
  const { id: userId } = await ada(office);
  expect((await office.do(resyncTokenOfUser, { ...other.two(70), userId }, helpdesk)).serial).toBe('S-2');
  expect(await office.code(resyncTokenOfUser, { ...two(1), userId: 'nobody' }, helpdesk)).toBe(
    'unknown_user',
  );
  const bob = await office.userId('bob');
  expect(await office.code(resyncTokenOfUser, { ...two(1), userId: bob }, helpdesk)).toBe('no_usable_token');
  await office.do(assignToken, { serial: 'S-3', user: 'bob' }, helpdesk);
  await office.do(suspendToken, { serial: 'S-3' }, helpdesk);
  expect(await office.code(resyncToken, { ...two(1), serial: 'S-3' }, helpdesk)).toBe('not_usable');
});

test('passcodes in other alphabets are accepted in any case unless the alphabet is case-sensitive', async office => {
  await office.userId('ada');
  const seed = secret(new Uint8Array(randomBytes(20)));
  for (const [at, alphabet] of (['hex', 'base32', 'base64'] as const).entries()) {
    const serial = `S-${at}`;
    await office.issue(serial, { kind: 'hotp', alphabet, digits: 8, secret: seed, user: 'ada' });
    const form = { algorithm: 'sha1', alphabet, digits: 8 } as const;
    const fold = (code: string) => (alphabet === 'base64' ? code : code.toLowerCase());
    const [first, second] = [passcodeAt(form, seed, 12), passcodeAt(form, seed, 13)].map(fold);
    await office.do(resyncToken, { serial, first: first ?? '', second: second ?? '' }, helpdesk);
  }
});

const DAY_MS = 24 * 3_600_000;
const PERIOD_MS = 30_000;
/** After this time a fob with a repaired last accepted step is accepted again. */
const WAIT_MS = (tokenLimits.driftMaxSteps + tokenLimits.totpSkewSteps + 1) * PERIOD_MS;

/** Opens an office whose clock, and the fob of `ada`, were a day ahead for one log-in. */
async function wasAhead(office: Office) {
  const token = await office.token('ada');
  const decide = await office.logIns();
  await beginWithLockPolicy(office.store.db, { threshold: 0, periodMs: 60_000 }, office.nowMs);
  const show = (passcode: string) => decide({ passcode });
  const rightMs = office.nowMs;
  expect(await show(codeNow(token, office.nowMs))).toBe('accepted');
  office.nowMs += DAY_MS;
  expect(await show(codeNow(token, office.nowMs))).toBe('accepted');
  office.nowMs = rightMs;
  return { token, show, rightMs, repair: () => repairLastStep(office.management, grace, token) };
}

test('a fob locked out for a day by a clock ahead is accepted again soon after its last step is repaired', async office => {
  const { management, store } = office;
  const { token, show, rightMs, repair } = await wasAhead(office);
  office.nowMs += 5 * PERIOD_MS;
  expect(await show(codeNow(token, office.nowMs))).toBe('superseded');
  const before = stepAt(token, rightMs + DAY_MS);
  expect(await stepAheadUntil(store.db, token.serial, office.nowMs)).toBe((before + 1) * PERIOD_MS);
  const { serial, refusedUntilMs } = accepted(await repair());
  expect([serial, refusedUntilMs - office.nowMs <= WAIT_MS]).toEqual([token.serial, true]);
  // No passcode of the time when the clock was right is accepted again.
  const now = stepAt(token, office.nowMs);
  for (let step = stepAt(token, rightMs) - 1; step <= now + tokenLimits.totpSkewSteps; step++)
    expect([step, (await show(codeAt(token, step))) === 'accepted']).toEqual([step, false]);
  office.nowMs = refusedUntilMs;
  expect(await show(codeNow(token, office.nowMs))).toBe('accepted');
  expect(codeOf(await repair())).toBe('step_not_ahead');
  expect(await stepAheadUntil(store.db, token.serial, office.nowMs)).toBeUndefined();
  const rows = await store.db.selectFrom('audit').selectAll().execute();
  expect(rows.filter(({ action }) => action === 'token.repair-last-step')).toMatchObject([
    { actor: 'grace', subject: token.serial, detail: expect.stringContaining(`"stepBefore":${before}`) },
  ]);
  const nobody = await repairLastStep(management, grace, { serial: 'FOB-NONE' });
  expect(codeOf(nobody)).toBe('unknown_serial');
});

test('a passcode shown while the clock was ahead works once when its time comes, as documented', async office => {
  const { token, show, rightMs, repair } = await wasAhead(office);
  accepted(await repair());
  office.nowMs = rightMs + DAY_MS;
  const seen = codeNow(token, office.nowMs);
  expect([await show(seen), await show(seen)]).toEqual(['accepted', 'replay']);
});

test('repairing a last step that is not in the future is refused for every token', async office => {
  const { store } = office;
  await office.users('ada');
  const set = async (token: NewToken, lastStep: number) => {
    const { serial } = token;
    await store.db.updateTable('tokens').set({ last_step: lastStep }).where('serial', '=', serial).execute();
    return await office.code(repairLastStep, token);
  };
  const totp = await office.token('ada', { period: 60 });
  const now = stepAt(totp, office.nowMs);
  const most = now + tokenLimits.driftMaxSteps + tokenLimits.totpSkewSteps;
  for (const step of [-1, now - 1, now, most])
    expect([step, await set(totp, step)]).toEqual([step, 'step_not_ahead']);
  expect(await set(totp, most + 1)).toBe('done');
  const { last_step } = await store.db.selectFrom('tokens').select('last_step').executeTakeFirstOrThrow();
  expect(last_step).toBe(most);
  expect(await set(await office.token('ada', { kind: 'hotp' }), 10 ** 9)).toBe('step_not_ahead');
  const suite = 'OCRA-1:HOTP-SHA256-8:C-QN08';
  expect(await set(await office.token('ada', { kind: 'ocra', suite }), 10 ** 9)).toBe('step_not_ahead');
  const gone = await office.token('ada');
  await office.do(revokeToken, { serial: gone.serial, reason: 'lost' });
  expect(await set(gone, most * 2)).toBe('step_not_ahead');
});

test('repairing all last steps changes exactly those in the future, in transactions of a limited size', async office => {
  const { store } = office;
  const { db } = store;
  const first = await office.token('ada');
  const far = stepAt(first, office.nowMs + DAY_MS);
  const most = stepAt(first, office.nowMs) + tokenLimits.driftMaxSteps + tokenLimits.totpSkewSteps;
  const one = await db.selectFrom('tokens').selectAll().executeTakeFirstOrThrow();
  const count = tokenLimits.stepsRepairedAtOnce + 1;
  // Tokens without a user, whose number is not limited.
  const made = (place: string, changes: Partial<typeof one>) => ({
    ...{ ...one, id: `id-${place}`, serial: `SERIAL-${place}`, user_id: null, state: 'inventory' as const },
    ...changes,
  });
  const ahead = Array.from({ length: count }, (_, place) => made(`ahead-${place}`, { last_step: far }));
  const explained = made('explained', { last_step: far, drift_steps: DAY_MS / PERIOD_MS });
  const counting = made('counting', { kind: 'hotp', period_seconds: null, last_step: far });
  const rows = [...ahead, explained, counting];
  for (let at = 0; at < rows.length; at += 100)
    await db
      .insertInto('tokens')
      .values(rows.slice(at, at + 100))
      .execute();
  expect(await office.do(repairLastSteps)).toEqual({ repaired: count });
  const stepOf = async (serial: string) => (await rowOf(office, serial)).last_step;
  expect(await stepOf(`SERIAL-ahead-${count - 1}`)).toBe(most);
  expect([await stepOf(explained.serial), await stepOf(counting.serial)]).toEqual([far, far]);
  expect(await stepOf(first.serial)).toBe(-1);
  expect(await office.code(repairLastSteps)).toBe('step_not_ahead');
  // An explicit repair also lowers the step of a fob that was resynchronised ahead and then set.
  await office.do(repairLastStep, explained);
  expect(await stepOf(explained.serial)).toBe(most);
  const { acts } = await office.audit();
  expect(acts.filter(act => act.startsWith('token.repair-last-step'))).toHaveLength(count + 1);
});

it('the console shows how long a fob is refused, and repairs it for an administrator', async service => {
  const { serial } = await service.office.token('ada', { serial: 'FOB-AHEAD' });
  const ahead = { last_step: stepAt(service.operators.admin.token, service.office.nowMs + DAY_MS) };
  await service.office.set('tokens', ahead, { serial });
  const visitor = await service.signedIn('admin');
  const page = await visitor.get(`/operator/token?serial=${serial}`);
  expect(page.text).toContain('Refused until');
  expect(page.text).toContain(`/operator/token/repair-last-step?serial=${serial}`);
  const sent = await visitor.send('/operator/token/repair-last-step', { serial });
  expect((await visitor.get(sent.location ?? '')).text).not.toContain('Refused until');
});
