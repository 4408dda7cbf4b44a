import { callerCheck, checkCaller } from '@passfob/service/subjects/push/callers/check';
import { expect, test } from 'vitest';
import { until } from '../agents/kit.ts';
import { Scene } from '../agents/scene.ts';
import { accepted, grace } from '../users/kit.ts';

test('a fob shows whether a request is a call or a log-in, and a hold confirms the caller', async () => {
  await using scene = await Scene.open();
  const { management, store } = scene.office;
  const ada = await scene.ready('ada');
  const check = accepted(await checkCaller(management, grace, { user: 'ada' }));
  await store.announce();
  await scene.becomes(check, 'shown');
  expect(ada.fob.screen.join(' ')).toContain('Call: ');
  expect(ada.fob.screen).toContain(check.number);
  ada.fob.approve();
  await scene.becomes(check, 'approved');
  const found = accepted(await callerCheck(management.db, { user: 'ada', id: check.id }, management.clock()));
  expect(found).toMatchObject({ state: 'approved', isConnected: true });
  await until(() => !ada.fob.screen.join(' ').includes('Call: '), 'the end of the question');
  const asked = await scene.ask('ada');
  await scene.becomes(asked, 'shown');
  expect(ada.fob.screen.join(' ')).not.toContain('Call');
});
