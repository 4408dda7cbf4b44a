import { expect, test } from 'vitest';
import { addOperator } from '../../../host/service/people/access/operator-changes.ts';
import { openSession, sessionOf } from '../../../host/service/people/access/sessions.ts';
import { suspendToken } from '../../../host/service/tokens/moves.ts';
import { secret } from '../../kit/secrets.ts';
import { accepted, codeOf, grace, Office } from './kit.ts';

test('help desk cannot take the last administrator’s only fob; who loses the last fob loses the sessions', async () => {
  await using office = await Office.open();
  const { management, store } = office;
  await office.users('ada');
  await office.password('ada');
  const first = await office.token('ada');
  accepted(await addOperator(management, grace, { user: 'ada', role: 'admin' }));
  const { id } = await store.db.selectFrom('users').select('id').executeTakeFirstOrThrow();
  const { token } = await openSession(store.db, { userId: id, role: 'admin', nowMs: office.nowMs });
  secret(token);
  // Only tokens in use can be suspended: what the first log-in with each would do.
  const inUse = () => store.db.updateTable('tokens').set({ state: 'active' }).execute();
  await inUse();
  const dora = { ...grace, name: 'dora', role: 'helpdesk' } as const;
  expect(codeOf(await suspendToken(management, dora, { serial: first.serial }))).toBe('last_admin');
  const second = await office.token('ada');
  await inUse();
  accepted(await suspendToken(management, dora, { serial: first.serial }));
  expect(await sessionOf(management, token)).toBeDefined();
  expect(codeOf(await suspendToken(management, dora, { serial: second.serial }))).toBe('last_admin');
  accepted(await suspendToken(management, grace, { serial: second.serial }));
  expect(await sessionOf(management, token)).toBeUndefined();
});
