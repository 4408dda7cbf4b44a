import { enrolmentLimits } from '@passfob/service/base/limits/enrolment';
import { listAlerts } from '@passfob/service/features/alerts/alerts';
import { resendActivation, revokeActivation } from '@passfob/service/features/enrolment/activations';
import { expireActivations, forgetActivations } from '@passfob/service/features/enrolment/expire-job';
import { viewActivation } from '@passfob/service/features/enrolment/views';
import { expect, test } from 'vitest';
import { accepted, grace } from '../users/kit.ts';
import { HOUR_MS, mailOf, openOffice, started, withoutAddress } from './office.ts';

const NOTHING = { reminded: 0, expired: 0 };

test('a user is reminded once, at half of the time, of the mail and not of its code', async () => {
  await using office = await openOffice();
  const { management } = office;
  const { activation } = await started(office, { user: 'ada', lifetimeMs: 10 * HOUR_MS });
  await started(office, { user: 'bob', lifetimeMs: 10 * HOUR_MS });
  office.nowMs += 5 * HOUR_MS - 1;
  expect(await expireActivations(management)).toEqual(NOTHING);
  office.nowMs += 1;
  // Two nodes run the job at once.
  const turns = await Promise.all([1, 2].map(() => expireActivations(management)));
  expect(turns.map(({ reminded }) => reminded).sort()).toEqual([0, 1]);
  const mails = await mailOf(office);
  expect(mails.map(({ mail }) => mail?.kind)).toEqual(['activation', 'reminder']);
  const [{ mail: first } = {}, { mail: reminder } = {}] = mails;
  expect(reminder).toMatchObject({ mailedMs: activation.createdMs, expiresMs: activation.expiresMs });
  if (first?.kind !== 'activation') throw new Error('no mail');
  expect(JSON.stringify(reminder)).not.toContain(first.activationString);
  const view = await viewActivation(office.store.db, activation.id, office.nowMs);
  expect(view).toMatchObject({ remindedMs: office.nowMs, mail: { state: 'local' } });
  expect(await expireActivations(management)).toEqual(NOTHING);
});

test('no reminder is sent for revoked, replaced or undelivered activations, or without a mail address', async () => {
  await using office = await openOffice();
  const { management, store } = office;
  const bounce = async (id: string) =>
    store.db.updateTable('mails').set({ state: 'bounced' }).where('activation_id', '=', id).execute();
  const revoked = await started(office, { user: 'ada', lifetimeMs: 2 * HOUR_MS });
  accepted(await revokeActivation(management, grace, { id: revoked.activation.id }));
  const replaced = await started(office, { user: 'ada', lifetimeMs: 2 * HOUR_MS });
  const input = { id: replaced.activation.id };
  const { activation } = accepted(await resendActivation(management, grace, input));
  await bounce(activation.id);
  office.nowMs += HOUR_MS;
  expect(await expireActivations(management)).toEqual(NOTHING);
  await store.db
    .updateTable('mails')
    .set({ state: 'sent' })
    .where('activation_id', '=', activation.id)
    .execute();
  await withoutAddress(office, 'ada');
  expect(await expireActivations(management)).toEqual(NOTHING);
});

test('help desk and user are told once that an activation expired unused', async () => {
  await using office = await openOffice();
  const { management, store } = office;
  await started(office, { user: 'ada' });
  await started(office, { user: 'bob' });
  office.nowMs += 72 * HOUR_MS;
  const turns = await Promise.all([1, 2].map(() => expireActivations(management)));
  expect(turns.map(({ expired }) => expired).sort()).toEqual([0, 2]);
  const alerts = await listAlerts(store.db);
  expect(alerts.map(({ kind, user, count }) => [kind, user, count]).sort()).toEqual([
    ['activation_expired', 'ada', 1],
    ['activation_expired', 'bob', 1],
  ]);
  expect((await mailOf(office)).map(({ mail }) => mail?.kind)).toEqual(['activation', 'expired']);
  expect(await expireActivations(management)).toEqual(NOTHING);
});

test('ended activations are deleted after their retention time, and not before', async () => {
  await using office = await openOffice();
  const { db } = office.store;
  const { activation } = await started(office, { user: 'bob' });
  const endMs = activation.expiresMs + enrolmentLimits.activationsKeptMs;
  await forgetActivations(db, endMs);
  expect(await viewActivation(db, activation.id, endMs)).toBeDefined();
  await forgetActivations(db, endMs + 1);
  expect(await viewActivation(db, activation.id, endMs)).toBeUndefined();
});
