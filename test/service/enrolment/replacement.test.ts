import { listAlerts } from '@passfob/service/features/alerts/alerts';
import {
  resendActivation,
  revokeActivation,
  startActivation,
} from '@passfob/service/features/enrolment/activations';
import { requestFob } from '@passfob/service/features/enrolment/requests';
import { assignToken, revokeToken, unassignToken } from '@passfob/service/features/tokens/moves';
import { secretOf } from '@passfob/service/features/tokens/tokens';
import { expect, it } from 'vitest';
import { CoreFob } from '../../host/kit/core-fob.ts';
import { adas, outcomesOf } from '../care/given.ts';
import { labelsOf } from '../care/kit.ts';
import { accepted, codeOf, grace } from '../users/kit.ts';
import { refusalOf, Scene } from './kit.ts';
import { entered, kept, openOffice, started, stock } from './office.ts';

async function tokenIdOf({ db }: Scene, serial: string): Promise<string> {
  const { id } = await db
    .selectFrom('tokens')
    .select('id')
    .where('serial', '=', serial)
    .executeTakeFirstOrThrow();
  return id;
}

async function stateOf({ db }: Scene, serial: string): Promise<string> {
  const { state } = await db
    .selectFrom('tokens')
    .select('state')
    .where('serial', '=', serial)
    .executeTakeFirstOrThrow();
  return state;
}

it('a replaced token works until the new one is active, is revoked in that moment, and its fob gets a task', async () => {
  await using scene = await Scene.open();
  const { owned, serial, passcodes } = await adas(scene);
  const replaces_token_id = await tokenIdOf(scene, serial);
  const fob = new CoreFob();
  const activation = await scene.activation({ replaces_token_id }, 'ada');
  // The person declines the first passcode: the new token is not active.
  expect(await refusalOf(scene.relay(activation, fob, { press: pressed => pressed.deny() }))).toBe(
    'no_press',
  );
  expect(await stateOf(scene, serial)).toBe('assigned');
  expect(await outcomesOf(scene, passcodes.slice(1, 2))).toEqual(['accepted', 'unknown_user']);
  const { token } = await scene.relay(activation, fob);
  expect([await stateOf(scene, token), await stateOf(scene, serial)]).toEqual(['active', 'revoked']);
  expect((await outcomesOf(scene, passcodes.slice(2))).includes('accepted')).toBe(false);
  const tasks = await scene.db.selectFrom('fob_tasks').selectAll().execute();
  expect(tasks).toMatchObject([
    { fob_id: owned.id, kind: 'remove-account', cause: 'revoked', state: 'waiting' },
  ]);
  const audit = await scene.db
    .selectFrom('audit')
    .select(['action', 'at_ms'])
    .where('action', 'in', ['token.revoke', 'activation.finish'])
    .execute();
  expect(audit).toHaveLength(2);
  // The old fob is reached, by whichever relay: its account goes.
  const next = await scene.activation({}, 'bob');
  await scene.relay(next, owned.fob);
  expect(await labelsOf(owned)).not.toContain('ada');
});

it('a replacement on the same fob leaves only the new account on it', async () => {
  await using scene = await Scene.open();
  const { owned, serial } = await adas(scene);
  const replaces_token_id = await tokenIdOf(scene, serial);
  const before = await labelsOf(owned);
  await scene.relay(await scene.activation({ replaces_token_id }, 'ada'), owned.fob);
  expect(await stateOf(scene, serial)).toBe('revoked');
  expect(before).toHaveLength(1);
  expect(await labelsOf(owned)).toEqual(['ada', 'push']);
});

it('a token that was revoked, or given to another user, meanwhile is left as it is', async () => {
  for (const isGiven of [false, true]) {
    await using scene = await Scene.open();
    const { serial } = await adas(scene);
    const { management } = scene.office;
    const replaces_token_id = await tokenIdOf(scene, serial);
    const activation = await scene.activation({ replaces_token_id }, 'ada');
    if (isGiven) {
      await scene.office.users('bob');
      accepted(await unassignToken(management, grace, { serial }));
      accepted(await assignToken(management, grace, { serial, user: 'bob' }));
    } else accepted(await revokeToken(management, grace, { serial, reason: 'lost' }));
    await scene.relay(activation, new CoreFob());
    const { state, revoked_reason } = await scene.db
      .selectFrom('tokens')
      .select(['state', 'revoked_reason'])
      .where('serial', '=', serial)
      .executeTakeFirstOrThrow();
    expect([state, revoked_reason]).toEqual(isGiven ? ['assigned', null] : ['revoked', 'lost']);
  }
});

it('an activation names a token of its user to replace, and its replacement and revocation keep the token', async () => {
  await using office = await openOffice();
  const { management } = office;
  await stock(office, 'OLD-1');
  accepted(await assignToken(management, grace, { serial: 'OLD-1', user: 'ada' }));
  const start = (user: string, replaces: string) =>
    startActivation(management, grace, { user, replaces, delivery: 'shown' });
  expect(codeOf(await start('bob', 'OLD-1'))).toBe('not_replaceable');
  expect(codeOf(await start('ada', 'NONE'))).toBe('not_replaceable');
  const made = await started(office, { user: 'ada', replaces: 'OLD-1', delivery: 'shown' });
  expect(made.activation).toMatchObject({ replaces: 'OLD-1', state: 'open' });
  const { id } = made.activation;
  const again = kept(accepted(await resendActivation(management, grace, { id, delivery: 'shown' })));
  expect(again.activation).toMatchObject({ replaces: 'OLD-1', state: 'open' });
  expect(await entered(office, again.string)).toBe(again.activation.id);
  accepted(await revokeActivation(management, grace, { id: again.activation.id }));
  const token = await office.store.db.selectFrom('tokens').select(['serial', 'state']).execute();
  expect(token).toEqual([{ serial: 'OLD-1', state: 'assigned' }]);
  const { text } = await office.audit();
  expect(text).toContain('OLD-1');
});

it('a token that another user had gets a new seed when an activation names it', async () => {
  await using office = await openOffice();
  const { management, store } = office;
  await stock(office, 'USED-1');
  const seed = async () => {
    const row = await store.db.selectFrom('tokens').selectAll().executeTakeFirstOrThrow();
    return Buffer.from(secretOf(management.keys, row) ?? []).toString('hex');
  };
  const fresh = await seed();
  const first = await started(office, { user: 'bob', serial: 'USED-1' });
  expect(await seed()).toBe(fresh);
  accepted(await revokeActivation(management, grace, { id: first.activation.id }));
  accepted(await assignToken(management, grace, { serial: 'USED-1', user: 'bob' }));
  accepted(await unassignToken(management, grace, { serial: 'USED-1' }));
  await started(office, { user: 'ada', serial: 'USED-1', delivery: 'shown' });
  expect(await seed()).not.toBe(fresh);
  expect(await seed()).toHaveLength(fresh.length);
});

it('a wish for another fob is one alert until an activation is started, and issues nothing', async () => {
  await using office = await openOffice();
  const { management, store } = office;
  await stock(office, 'OLD-1');
  accepted(await assignToken(management, grace, { serial: 'OLD-1', user: 'ada' }));
  const hilda = { ...grace, name: 'hilda', role: 'helpdesk' } as const;
  expect(codeOf(await requestFob(management, hilda, { user: 'nobody' }))).toBe('unknown_user');
  expect(codeOf(await requestFob(management, hilda, { user: 'bob', replaces: 'OLD-1' }))).toBe(
    'not_replaceable',
  );
  const asked = { user: 'ada', replaces: 'OLD-1' };
  for (let n = 0; n < 3; n++) expect(accepted(await requestFob(management, hilda, asked))).toEqual(asked);
  expect(await listAlerts(store.db)).toMatchObject([
    { kind: 'fob_wanted', user: 'ada', serial: 'OLD-1', count: 1, acknowledgedMs: null },
  ]);
  expect(await store.db.selectFrom('activations').selectAll().execute()).toEqual([]);
  await started(office, { ...asked, delivery: 'shown' });
  expect(await listAlerts(store.db)).toMatchObject([
    { kind: 'fob_wanted', count: 1, acknowledgedBy: 'grace' },
  ]);
  const { acts } = await office.audit();
  expect(acts.filter(act => act === 'activation.ask ada')).toHaveLength(1);
});
