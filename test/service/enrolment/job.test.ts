import { texts } from '@passfob/service/base/texts/texts';
import { startActivating } from '@passfob/service/features/jobs/bulk';
import { listJobItems } from '@passfob/service/features/jobs/jobs';
import { startJobs } from '@passfob/service/features/jobs/worker';
import { createUser } from '@passfob/service/features/users/user-changes';
import { expect, test } from 'vitest';
import { accepted, codeOf, grace } from '../users/kit.ts';
import { hire, mailOf, openOffice, stock, tokenOf } from './office.ts';

test('a job mails activations to a list of users, for named tokens, and reports users it cannot reach', async () => {
  await using office = await openOffice();
  const { management, store } = office;
  await hire(office);
  await stock(office, 'T-1');
  accepted(await createUser(management, grace, { name: 'eve', email: 'eve@example.org' }));
  const table = 'user,serial\nada,T-1\nbob,\neve\nada\nnobody\n';
  const { id } = accepted(await startActivating(management, grace, { table, fobs: 'any' }));
  const jobs = startJobs(management);
  await jobs.idle();
  await jobs.close();
  const items = accepted(await listJobItems(store.db, { id }));
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
  await using office = await openOffice();
  for (const table of ['ada,T-1,more', ',T-1', '"ada'])
    expect(codeOf(await startActivating(office.management, grace, { table }))).toBe('bad_table');
  expect(codeOf(await startActivating(office.management, grace, { table: '\n' }))).toBe('nothing_to_do');
});
