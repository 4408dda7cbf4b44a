import { enrolmentLimits } from '@passfob/service/base/limits/enrolment';
import { texts } from '@passfob/service/base/texts/texts';
import { listAlerts } from '@passfob/service/subjects/alerts/alerts';
import { resendActivation, revokeActivation } from '@passfob/service/subjects/enrolment/activations';
import { expireActivations, forgetActivations } from '@passfob/service/subjects/enrolment/expire-job';
import { viewActivation } from '@passfob/service/subjects/enrolment/views';
import { startActivating } from '@passfob/service/subjects/jobs/bulk';
import { listJobItems } from '@passfob/service/subjects/jobs/jobs';
import { startJobs } from '@passfob/service/subjects/jobs/worker';
import { createUser } from '@passfob/service/subjects/users/acts';
import { expect, test } from 'vitest';
import { setIn } from '../kit/rows.ts';
import { accepted, codeOf, grace } from '../users/kit.ts';
import {
  db,
  HOUR_MS,
  mailOf,
  management,
  office,
  openEachOffice,
  started,
  stock,
  tokenOf,
  withoutAddress,
} from './office.ts';

openEachOffice();

test('a job mails activations to a list of users, for named tokens, and reports users it cannot reach', async () => {
  await office.hire('admin', grace);
  await stock(office, 'T-1');
  accepted(await createUser(management, grace, { name: 'eve', email: 'eve@example.org' }));
  const table = 'user,serial\nada,T-1\nbob,\neve\nada\nnobody\n';
  const { id } = accepted(await startActivating(management, grace, { table, fobs: 'any' }));
  const jobs = startJobs(management);
  await jobs.idle();
  await jobs.close();
  const items = accepted(await listJobItems(db, { id }));
  expect(items.map(({ subject, message }) => [subject, message])).toEqual([
    ['ada', ''],
    ['bob', texts.refusals.no_email],
    ['eve', ''],
    ['ada', ''],
    ['nobody', texts.refusals.unknown_user],
  ]);
  expect(await tokenOf(office, 'T-1')).toEqual({ state: 'reserved', user: 'ada' });
  const mails = await mailOf(office);
  const facts = mails.map(
    ({ mail }) => mail?.kind === 'activation' && [mail.user, mail.fob?.serial, mail.blankAllowed],
  );
  expect(facts).toHaveLength(3);
  for (const one of [
    ['ada', 'PF-T-1', false],
    ['eve', undefined, true],
    ['ada', undefined, true],
  ])
    expect(facts).toContainEqual(one);
  // A job leaves the same rows as an operator's act.
  expect((await office.audit()).acts.filter(act => act.startsWith('activation.start'))).toHaveLength(3);
});

test('a malformed list of users is refused as a whole', async () => {
  for (const table of ['ada,T-1,more', ',T-1', '"ada'])
    expect(codeOf(await startActivating(management, grace, { table }))).toBe('bad_table');
  expect(codeOf(await startActivating(management, grace, { table: '\n' }))).toBe('nothing_to_do');
});

const NOTHING = { reminded: 0, expired: 0 };

test('a user is reminded once, at half of the time, of the mail and not of its code', async () => {
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
  const view = await viewActivation(db, activation.id, office.nowMs);
  expect(view).toMatchObject({ remindedMs: office.nowMs, mail: { state: 'local' } });
  expect(await expireActivations(management)).toEqual(NOTHING);
});

test('no reminder is sent for revoked, replaced or undelivered activations, or without a mail address', async () => {
  const bounce = async (id: string) =>
    db.updateTable('mails').set({ state: 'bounced' }).where('activation_id', '=', id).execute();
  const revoked = await started(office, { user: 'ada', lifetimeMs: 2 * HOUR_MS });
  accepted(await revokeActivation(management, grace, { id: revoked.activation.id }));
  const replaced = await started(office, { user: 'ada', lifetimeMs: 2 * HOUR_MS });
  const input = { id: replaced.activation.id };
  const { activation } = accepted(await resendActivation(management, grace, input));
  await bounce(activation.id);
  office.nowMs += HOUR_MS;
  expect(await expireActivations(management)).toEqual(NOTHING);
  await setIn(db, 'mails', { state: 'sent' }, { activation_id: activation.id });
  await withoutAddress(office, 'ada');
  expect(await expireActivations(management)).toEqual(NOTHING);
});

test('help desk and user are told once that an activation expired unused', async () => {
  await started(office, { user: 'ada' });
  await started(office, { user: 'bob' });
  office.nowMs += 72 * HOUR_MS;
  const turns = await Promise.all([1, 2].map(() => expireActivations(management)));
  expect(turns.map(({ expired }) => expired).sort()).toEqual([0, 2]);
  const alerts = await listAlerts(db);
  expect(alerts.map(({ kind, user, count }) => [kind, user, count]).sort()).toEqual([
    ['activation_expired', 'ada', 1],
    ['activation_expired', 'bob', 1],
  ]);
  expect((await mailOf(office)).map(({ mail }) => mail?.kind)).toEqual(['activation', 'expired']);
  expect(await expireActivations(management)).toEqual(NOTHING);
});

test('ended activations are deleted after their retention time, and not before', async () => {
  const { activation } = await started(office, { user: 'bob' });
  const endMs = activation.expiresMs + enrolmentLimits.activationsKeptMs;
  await forgetActivations(db, endMs);
  expect(await viewActivation(db, activation.id, endMs)).toBeDefined();
  await forgetActivations(db, endMs + 1);
  expect(await viewActivation(db, activation.id, endMs)).toBeUndefined();
});
