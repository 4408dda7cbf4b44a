import { accessLimits } from '@passfob/service/base/limits/access';
import { tokenLimits } from '@passfob/service/base/limits/tokens';
import {
  repairLastStep,
  repairLastSteps,
  stepAheadUntil,
} from '@passfob/service/features/tokens/codes/repair';
import type { NewToken } from '@passfob/service/features/tokens/issue';
import { revokeToken } from '@passfob/service/features/tokens/moves';
import { ensureApplication } from '@passfob/service/features/users/applications';
import { beginWithLockPolicy } from '@passfob/service/features/users/settings';
import { makeEngine } from '@passfob/service/features/validation/engine';
import { expect, test } from 'vitest';
import { furnish, signedIn } from '../console/kit.ts';
import { codeAt, codeNow, Rig, stepAt } from '../kit.ts';
import { accepted, codeOf, grace, Office } from '../users/kit.ts';

const DAY_MS = 24 * 3_600_000;
const PERIOD_MS = 30_000;
/** After this time a fob with a repaired last accepted step is accepted again. */
const WAIT_MS = (tokenLimits.driftMaxSteps + tokenLimits.totpSkewSteps + 1) * PERIOD_MS;

/** Opens an office whose clock, and the fob of `ada`, were a day ahead for one log-in. */
async function wasAhead(office: Office) {
  const { management, store } = office;
  const token = await office.token('ada');
  const { application } = await ensureApplication(store.db, office.nowMs);
  await beginWithLockPolicy(store.db, { threshold: 0, periodMs: 60_000 }, office.nowMs);
  const engine = makeEngine(management);
  const from = { source: '192.0.2.1', applicationId: application.id, requestId: 'r' };
  const show = (passcode: string) => engine.decide({ user: 'ada', passcode, ...from });
  const rightMs = office.nowMs;
  expect(await show(codeNow(token, office.nowMs))).toBe('accepted');
  office.nowMs += DAY_MS;
  expect(await show(codeNow(token, office.nowMs))).toBe('accepted');
  office.nowMs = rightMs;
  return { token, show, rightMs, repair: () => repairLastStep(management, grace, token) };
}

test('a fob locked out for a day by a clock ahead is accepted again soon after its last step is repaired', async () => {
  await using office = await Office.open();
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

test('a passcode shown while the clock was ahead works once when its time comes, as documented', async () => {
  await using office = await Office.open();
  const { token, show, rightMs, repair } = await wasAhead(office);
  accepted(await repair());
  office.nowMs = rightMs + DAY_MS;
  const seen = codeNow(token, office.nowMs);
  expect([await show(seen), await show(seen)]).toEqual(['accepted', 'replay']);
});

test('repairing a last step that is not in the future is refused for every token', async () => {
  await using office = await Office.open();
  const { management, store } = office;
  await office.users('ada');
  const set = async (token: NewToken, lastStep: number) => {
    const { serial } = token;
    await store.db.updateTable('tokens').set({ last_step: lastStep }).where('serial', '=', serial).execute();
    return codeOf(await repairLastStep(management, grace, token));
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
  accepted(await revokeToken(management, grace, { serial: gone.serial, reason: 'lost' }));
  expect(await set(gone, most * 2)).toBe('step_not_ahead');
});

test('repairing all last steps changes exactly those in the future, in transactions of a limited size', async () => {
  await using office = await Office.open();
  const { management, store } = office;
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
  expect(accepted(await repairLastSteps(management, grace))).toEqual({ repaired: count });
  const stepOf = async (serial: string) =>
    (await db.selectFrom('tokens').select('last_step').where('serial', '=', serial).executeTakeFirst())
      ?.last_step;
  expect(await stepOf(`SERIAL-ahead-${count - 1}`)).toBe(most);
  expect([await stepOf(explained.serial), await stepOf(counting.serial)]).toEqual([far, far]);
  expect(await stepOf(first.serial)).toBe(-1);
  expect(codeOf(await repairLastSteps(management, grace))).toBe('step_not_ahead');
  // An explicit repair also lowers the step of a fob that was resynchronised ahead and then set.
  accepted(await repairLastStep(management, grace, explained));
  expect(await stepOf(explained.serial)).toBe(most);
  const { acts } = await office.audit();
  expect(acts.filter(act => act.startsWith('token.repair-last-step'))).toHaveLength(count + 1);
});

test('the console shows how long a fob is refused, and repairs it for an administrator with a fresh proof', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const { serial } = await office.token('ada', { serial: 'FOB-AHEAD' });
  const ahead = { last_step: stepAt(furnished.operators.admin.token, office.nowMs + DAY_MS) };
  await office.store.db.updateTable('tokens').set(ahead).where('serial', '=', serial).execute();
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const page = await visitor.get(`/operator/token?serial=${serial}`);
  expect(page.text).toContain('Refused until');
  expect(page.text).toContain(`/operator/token/repair-last-step?serial=${serial}`);
  rig.clock.nowMs += accessLimits.reauthenticationMs;
  const late = await visitor.send('/operator/token/repair-last-step', { serial });
  expect(late.location).toContain('/operator/prove');
  rig.clock.nowMs -= accessLimits.reauthenticationMs;
  const sent = await visitor.send('/operator/token/repair-last-step', { serial });
  expect(sent.location).toBe(`/operator/token?serial=${serial}&done=repaired`);
  const after = await visitor.get(sent.location ?? '');
  expect(after.text).toContain('The last step is repaired');
  expect(after.text).not.toContain('Refused until');
  const all = await visitor.send('/operator/tokens/repair-last-steps');
  expect([all.status, all.text.includes('No last accepted step lies in the future')]).toEqual([422, true]);
});
