import type { Actor } from '@passfob/service/base/actor';
import { createApiKey, revokeApiKey } from '@passfob/service/subjects/api-keys/acts';
import { startBulk } from '@passfob/service/subjects/jobs/bulk';
import { resumeJob, viewJob } from '@passfob/service/subjects/jobs/jobs';
import { type Lease, takeLease, workOn } from '@passfob/service/subjects/jobs/lease';
import { addOperator, disableOperator } from '@passfob/service/subjects/operators/acts';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { accepted, helpdesk, testOfOffice as test } from '../users/kit.ts';
import { checkDone, finish, given } from './kit.ts';

test('a job stops when its operator is disabled, demoted or removed, until another operator takes it over', async office => {
  const { management } = office;
  const { db } = office.store;
  await office.userId('eve');
  const other: Actor = { ...helpdesk, name: 'eve', role: 'admin' };
  accepted(await addOperator(management, other, { user: 'eve', role: 'admin' }));
  const losses: readonly [string, () => Promise<unknown>][] = [
    ['operator', async () => accepted(await disableOperator(management, other, { user: helpdesk.name }))],
    ['user', async () => accepted(await disableUser(management, other, { user: helpdesk.name }))],
    ['role', () => office.hire('auditor')],
    ['row', () => db.deleteFrom('operators').where('role', '=', 'helpdesk').execute()],
  ];
  for (const [user, lose] of losses) {
    const id = await given(office, user);
    const next = (await workOn(management, (await takeLease(management)) as Lease, 2)) as Lease;
    await lose();
    expect(await workOn(management, next, 1)).toBeUndefined();
    expect(accepted(await viewJob(db, id))).toMatchObject({ state: 'paused', done: 2, actor: 'dora' });
    accepted(await resumeJob(management, other, { id }));
    await finish(management);
    expect(accepted(await viewJob(db, id))).toMatchObject({
      state: 'done',
      done: 5,
      refused: 1,
      actor: 'eve',
    });
    const acts = db.selectFrom('audit').select(['actor', 'detail']).orderBy('id');
    const assigned = await acts.where('request_id', '=', id).execute();
    expect(assigned.map(({ actor }) => actor)).toEqual(['dora', 'dora', 'eve', 'eve', 'eve']);
    const held = await acts.where('subject_id', '=', id).where('actor', '=', 'service').execute();
    expect(held.map(({ detail }) => JSON.parse(detail))).toEqual([
      { from: 'running', to: 'paused', lostRole: 'helpdesk' },
    ]);
    await db.updateTable('users').set({ disabled_ms: null }).execute();
    await db.updateTable('operators').set({ disabled_ms: null }).execute();
  }
});

test('a job of an API key stops when the key is revoked; one whose operator was promoted continues', async office => {
  const { management } = office;
  const id = await given(office);
  await office.hire('admin');
  await finish(management);
  await checkDone(office, id);
  const { apiKey, value } = await office.do(createApiKey, { name: 'hr', role: 'admin' }, helpdesk);
  secret(value);
  const program: Actor = { ...helpdesk, name: 'api:hr', role: 'admin' };
  await office.issue('B-1', { user: 'ada' });
  const bulk = { kind: 'unassign', serials: ['B-1', 'ada-0'] } as const;
  const bulkId = accepted(await startBulk(management, program, bulk)).id;
  const next = await workOn(management, (await takeLease(management)) as Lease, 1);
  await office.do(revokeApiKey, { id: apiKey.id }, helpdesk);
  expect(await workOn(management, next as Lease, 1)).toBeUndefined();
  expect(accepted(await viewJob(office.store.db, bulkId))).toMatchObject({ state: 'paused', done: 1 });
});
