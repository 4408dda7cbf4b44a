import { keepObserved } from '@passfob/service/features/care/observed';
import { cancelTask, createTask } from '@passfob/service/features/care/tasks';
import { viewFob } from '@passfob/service/features/care/views';
import {
  assignToken,
  revokeToken,
  suspendToken,
  unassignToken,
} from '@passfob/service/features/tokens/moves';
import { changePolicy, createPolicy } from '@passfob/service/features/tokens/policies';
import { expect, it } from 'vitest';
import { lockByPin, PIN } from '../agents/held.ts';
import { accepted, codeOf, grace } from '../users/kit.ts';
import { CareScene } from './kit.ts';

it('a fob with nothing to do costs eight round trips and one for each account, and one transaction', async () => {
  await using scene = await CareScene.open();
  for (const label of ['one', 'two', 'three']) await scene.account('ada', label);
  // The first session stores the key for approvals, which is an account, too.
  await scene.care();
  const { done, waiting, pushKey } = await scene.care();
  expect([done, waiting, pushKey]).toEqual([[], [], 'held']);
  expect(scene.frames / 2).toBeLessThanOrEqual(8 + 4);
  expect(await scene.tasks()).toEqual([]);
});

it('the session that stores the key for approvals lists it, and the places that are free then', async () => {
  await using scene = await CareScene.open();
  await scene.account('ada', 'hers');
  await scene.care();
  const { freeRecords } = await scene.asOwner(client => client.call('info', {}));
  const { fob, accounts } = accepted(await viewFob(scene.office.management.db, scene.owned.serial));
  expect(accounts.map(({ label }) => label)).toEqual(['hers', 'push']);
  expect(fob.freeRecords).toBe(freeRecords);
});

it('revoking a token shows the removal of its account waiting, and the next session does it', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const [first, second] = [await scene.account('ada', 'first'), await scene.account('ada', 'second')];
  accepted(await revokeToken(management, grace, { serial: first.serial, reason: 'retired' }));
  expect(await scene.tasks()).toEqual(['remove-account waiting']);
  await scene.care();
  expect(await scene.tasks()).toEqual(['remove-account done']);
  expect(await scene.acts()).toEqual(['fob.remove-account']);
  expect((await scene.labels()).slice(0, 1)).toEqual(['second']);
  const { accounts } = accepted(await viewFob(management.db, scene.owned.serial));
  expect(accounts.map(({ token }) => token)).toContain(second.serial);
  expect(accounts.map(({ token }) => token)).not.toContain(first.serial);
});

it('an account leaves the fob when its token goes to another user who has another fob', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  await scene.account('ada', 'hers');
  scene.office.nowMs += 1;
  const moved = await scene.account('ada', 'moved');
  await scene.office.users('bob');
  await scene.db.updateTable('tokens').set({ state: 'active' }).where('serial', '=', moved.serial).execute();
  accepted(await suspendToken(management, grace, { serial: moved.serial }));
  accepted(await unassignToken(management, grace, { serial: moved.serial }));
  accepted(await assignToken(management, grace, { serial: moved.serial, user: 'bob' }));
  await scene.care();
  expect(await scene.labels()).toEqual(['hers', 'push']);
});

it('the accounts of a fob whose only token goes to another user stay, because the fob goes with it', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const { serial } = await scene.account('ada', 'fob');
  await scene.office.users('bob');
  accepted(await unassignToken(management, grace, { serial }));
  accepted(await assignToken(management, grace, { serial, user: 'bob' }));
  await scene.care();
  expect(await scene.labels()).toEqual(['fob', 'push']);
  expect(await scene.tasks()).toEqual(['remove-account cancelled not_needed']);
});

it('an account of the inventory that nobody had yet stays on the fob', async () => {
  await using scene = await CareScene.open();
  await scene.account();
  await scene.care();
  expect(await scene.labels()).toEqual(['spare']);
});

it('a locked fob keeps its accounts, its task says so, and the clock is set all the same', async () => {
  await using scene = await CareScene.open();
  const { serial } = await scene.account('ada');
  await lockByPin(scene.owned);
  scene.follow();
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'lost' }));
  scene.office.nowMs += 3_000;
  const { waiting, done } = await scene.care();
  expect(waiting.map(({ kind, why }) => [kind, why])).toEqual([['remove-account', 'locked']]);
  expect(done.map(({ kind }) => kind)).toEqual(['clock']);
  expect(await scene.tasks()).toContain('remove-account waiting locked');
  scene.fob.press();
  scene.fob.enter(PIN);
  await scene.care();
  expect(await scene.tasks()).toContain('remove-account done');
});

it('accounts are renamed and ordered as asked, and the fob’s other accounts follow', async () => {
  await using scene = await CareScene.open();
  const accounts = [];
  for (const label of ['one', 'two', 'three', 'four']) accounts.push(await scene.account('ada', label));
  const [one, , three] = accounts;
  await scene.ask({ kind: 'rename-account', account: three?.id ?? '', issuer: 'New', label: 'third' });
  await scene.ask({ kind: 'order', order: [three?.id ?? '', one?.id ?? ''] });
  await scene.care();
  expect((await scene.labels()).slice(0, 4)).toEqual(['third', 'one', 'two', 'four']);
  expect(await scene.tasks()).toEqual(['order done', 'rename-account done']);
  expect((await scene.acts()).sort()).toEqual(['fob.order', 'fob.rename']);
});

it('an account of unknown origin is removed only when asked for, and one in use is not', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const { id, serial } = await scene.account('ada', 'used');
  await scene.asOwner(client =>
    client.call('put', {
      id: Uint8Array.of(9, 9, 9, 9),
      kind: 2,
      algorithm: 1,
      digits: 6,
      period: 30,
      counter: 0,
      issuer: new Uint8Array(0),
      label: Buffer.from('foreign'),
      secret: new Uint8Array(20).fill(7),
    }),
  );
  await scene.care();
  expect(await scene.labels()).toContain('foreign');
  const remove = { serial: scene.owned.serial, kind: 'remove-account' } as const;
  expect(codeOf(await createTask(management, grace, { ...remove, account: id }))).toBe('account_in_use');
  await scene.ask({ kind: 'remove-account', account: '09090909' });
  await scene.care();
  expect(await scene.labels()).toEqual(['used', 'push']);
  // What was asked for before the account got a user is refused by the present state.
  const { id: later } = await scene.account(undefined, 'later');
  await scene.ask({ kind: 'remove-account', account: later });
  await scene.db
    .updateTable('tokens')
    .set({
      user_id: (
        await scene.db
          .selectFrom('tokens')
          .select('user_id')
          .where('serial', '=', serial)
          .executeTakeFirstOrThrow()
      ).user_id,
      state: 'assigned',
    })
    .where('serial', 'like', `%${later}`)
    .execute();
  await scene.care();
  expect(await scene.labels()).toContain('later');
  expect(await scene.tasks()).toContain('remove-account refused in_use');
});

it('a longer PIN in a policy reaches the fobs of its tokens, and shows there as waiting before', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const policy = { name: 'long', kind: 'totp', pinPlace: 'fob', pinMinDigits: 4 } as const;
  accepted(await createPolicy(management, grace, policy));
  const { serial } = await scene.account('ada');
  const { id } = await scene.db.selectFrom('policies').select('id').executeTakeFirstOrThrow();
  await scene.db
    .updateTable('tokens')
    .set({ policy_id: id, policy_version: 1, pin_place: 'fob' })
    .where('serial', '=', serial)
    .execute();
  await scene.care();
  expect(await scene.tasks()).toEqual(['policy done']);
  scene.later(1_000);
  accepted(await changePolicy(management, grace, { ...policy, pinMinDigits: 8 }));
  expect(await scene.tasks()).toEqual(['policy done', 'policy waiting']);
  await scene.care();
  const status = await scene.asOwner(client => client.call('status', {}));
  expect(status).toMatchObject({ pinDigits: 8, pin: 2 });
  expect(await scene.tasks()).toEqual(['policy done', 'policy done']);
  // A shorter one leaves the fob as it is, and makes no task.
  accepted(await changePolicy(management, grace, { ...policy, pinMinDigits: 5 }));
  expect(await scene.tasks()).toHaveLength(2);
});

it('a task that waits is cancelled by people, and one that is done is not', async () => {
  await using scene = await CareScene.open();
  const { management } = scene.office;
  const { serial } = scene.owned;
  const { id } = await scene.ask({ kind: 'pin-reset' });
  accepted(await cancelTask(management, grace, { serial, id }));
  expect(codeOf(await cancelTask(management, grace, { serial, id }))).toBe('task_over');
  expect(codeOf(await cancelTask(management, grace, { serial, id: 'none' }))).toBe('unknown_task');
  expect(codeOf(await cancelTask(management, grace, { serial: 'PF-0', id }))).toBe('unknown_fob');
  await scene.care({ mayHold: true });
  expect([await scene.tasks(), scene.holds]).toEqual([['pin-reset cancelled'], 0]);
  expect(await scene.acts('cancelled')).toEqual(['fob.reset-pin']);
});

it('a fob that lists an account twice is cared for all the same', async () => {
  await using scene = await CareScene.open();
  await scene.account('ada');
  const { observed } = await scene.care();
  if (observed.accounts === 'locked') throw new Error('the fob is locked');
  const doubled = { ...observed, accounts: [...observed.accounts, ...observed.accounts] };
  const relay = { kind: 'agent', name: '192.0.2.9' } as const;
  await keepObserved(scene.db, { fobId: scene.owned.id, observed: doubled, relay, atMs: 1 });
  const { accounts } = accepted(await viewFob(scene.db, scene.owned.serial));
  expect(accounts).toHaveLength(observed.accounts.length);
});
