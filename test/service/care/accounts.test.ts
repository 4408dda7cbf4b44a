import { careLimits } from '@passfob/service/base/limits/care';
import { writing } from '@passfob/service/storage/database/database';
import { markFound, markLost, retireFob, returnFob } from '@passfob/service/subjects/care/life';
import { keepObserved } from '@passfob/service/subjects/care/observed';
import { noteBlank } from '@passfob/service/subjects/care/run/blank';
import { cancelTask, eraseFob, removeAccount } from '@passfob/service/subjects/care/task-acts';
import { viewFob } from '@passfob/service/subjects/care/views';
import { addPairing } from '@passfob/service/subjects/enrolment/relay/records/pairings';
import { assignToken, revokeToken, suspendToken, unassignToken } from '@passfob/service/subjects/tokens/acts';
import { fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { changePolicy, createPolicy } from '@passfob/service/subjects/tokens/policies';
import { hostPrimitives } from 'passfob/client/primitives';
import { freshSecrets } from 'passfob/owner/pairing';
import { expect, it } from 'vitest';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { losingPower } from '../../unit/host/kit/core-memories.ts';
import { lockByPin, PIN, putForeign } from '../kit/fob.ts';
import { insertIn } from '../kit/insert.ts';
import { accepted, codeOf, grace, randomSecret } from '../users/kit.ts';
import { CareScene, db, management, office, openEachScene, owned, scene } from './kit.ts';

openEachScene();

it('a fob with nothing to do costs eight round trips and one for each account, and one transaction', async () => {
  for (const label of ['one', 'two', 'three']) await scene.account('ada', label);
  // The first session stores the key for approvals, which is an account, too.
  await scene.care();
  const { done, waiting, pushKey } = await scene.care();
  expect([done, waiting, pushKey]).toEqual([[], [], 'held']);
  expect(scene.frames / 2).toBeLessThanOrEqual(8 + 4);
  expect(await scene.tasks()).toEqual([]);
});

it('the session that stores the key for approvals lists it, and the places that are free then', async () => {
  await scene.account('ada', 'hers');
  await scene.care();
  const { freeRecords } = await scene.asOwner(client => client.call('info', {}));
  const { fob, accounts } = accepted(await viewFob(management.db, owned.serial));
  expect(accounts.map(({ label }) => label)).toEqual(['hers', 'push']);
  expect(fob.freeRecords).toBe(freeRecords);
});

it('revoking a token shows the removal of its account waiting, and the next session does it', async () => {
  const [first, second] = [await scene.account('ada', 'first'), await scene.account('ada', 'second')];
  accepted(await revokeToken(management, grace, { serial: first.serial, reason: 'retired' }));
  expect(await scene.tasks()).toEqual(['remove-account waiting']);
  await scene.care();
  expect(await scene.tasks()).toEqual(['remove-account done']);
  expect(await scene.acts()).toEqual(['fob.remove-account']);
  expect((await scene.labels()).slice(0, 1)).toEqual(['second']);
  const { accounts } = accepted(await viewFob(management.db, owned.serial));
  expect(accounts.map(({ token }) => token)).toContain(second.serial);
  expect(accounts.map(({ token }) => token)).not.toContain(first.serial);
});

it('an account leaves the fob when its token goes to another user who has another fob', async () => {
  await scene.account('ada', 'hers');
  office.nowMs += 1;
  const moved = await scene.account('ada', 'moved');
  await office.users('bob');
  await office.set('tokens', { state: 'active' }, { serial: moved.serial });
  accepted(await suspendToken(management, grace, { serial: moved.serial }));
  accepted(await unassignToken(management, grace, { serial: moved.serial }));
  accepted(await assignToken(management, grace, { serial: moved.serial, user: 'bob' }));
  await scene.care();
  expect(await scene.labels()).toEqual(['hers', 'push']);
});

it('the accounts of a fob whose only token goes to another user stay, because the fob goes with it', async () => {
  const { serial } = await scene.account('ada', 'fob');
  await office.users('bob');
  accepted(await unassignToken(management, grace, { serial }));
  accepted(await assignToken(management, grace, { serial, user: 'bob' }));
  await scene.care();
  expect(await scene.labels()).toEqual(['fob', 'push']);
  expect(await scene.tasks()).toEqual(['remove-account cancelled not_needed']);
});

it('a locked fob keeps its accounts, its task says so, and the clock is set all the same', async () => {
  const { serial } = await scene.account('ada');
  await lockByPin(owned);
  scene.follow();
  accepted(await revokeToken(management, grace, { serial, reason: 'lost' }));
  office.nowMs += 3_000;
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
  const accounts = [];
  for (const label of ['one', 'two', 'three', 'four']) accounts.push(await scene.account('ada', label));
  const [one, , three] = accounts;
  await scene.ask({ kind: 'rename-account', account: three?.id ?? '', issuer: 'New', label: 'third' });
  await scene.ask({ kind: 'order', accounts: [three?.id ?? '', one?.id ?? ''] });
  await scene.care();
  expect((await scene.labels()).slice(0, 4)).toEqual(['third', 'one', 'two', 'four']);
  expect(await scene.tasks()).toEqual(['order done', 'rename-account done']);
  expect((await scene.acts()).sort()).toEqual(['fob.order', 'fob.rename']);
});

it('an account of unknown origin is removed only when asked for, and one in use is not', async () => {
  const { id, serial } = await scene.account('ada', 'used');
  await scene.asOwner(client => putForeign(client, Uint8Array.of(9, 9, 9, 9), 'foreign'));
  await scene.care();
  expect(await scene.labels()).toContain('foreign');
  expect(codeOf(await removeAccount(management, grace, { serial: owned.serial, account: id }))).toBe(
    'account_in_use',
  );
  await scene.ask({ kind: 'remove-account', account: '09090909' });
  await scene.care();
  expect(await scene.labels()).toEqual(['used', 'push']);
  // What was asked for before the account got a user is refused by the present state.
  const later = await scene.account(undefined, 'later');
  await scene.ask({ kind: 'remove-account', account: later.id });
  const { user_id } = await office.row('tokens', { serial });
  await office.set('tokens', { user_id, state: 'assigned' }, { serial: later.serial });
  await scene.care();
  expect(await scene.labels()).toContain('later');
  expect(await scene.tasks()).toContain('remove-account refused in_use');
});

it('a longer PIN in a policy reaches the fobs of its tokens, and shows there as waiting before', async () => {
  const policy = { name: 'long', kind: 'totp', pinPlace: 'fob', pinMinDigits: 4 } as const;
  accepted(await createPolicy(management, grace, policy));
  const { serial } = await scene.account('ada');
  const { id } = await office.row('policies');
  await office.set('tokens', { policy_id: id, policy_version: 1, pin_place: 'fob' }, { serial });
  await scene.care();
  expect(await scene.tasks()).toEqual(['policy done']);
  scene.later(1_000);
  accepted(await changePolicy(management, grace, { ...policy, pinMinDigits: 8 }));
  expect(await scene.tasks()).toEqual(['policy done', 'policy waiting']);
  await scene.care();
  expect(await scene.asOwner(client => client.call('status', {}))).toMatchObject({ pinDigits: 8, pin: 2 });
  expect(await scene.tasks()).toEqual(['policy done', 'policy done']);
  // A shorter one leaves the fob as it is, and makes no task.
  accepted(await changePolicy(management, grace, { ...policy, pinMinDigits: 5 }));
  expect(await scene.tasks()).toHaveLength(2);
});

it('a task that waits is cancelled by people, and one that is done is not', async () => {
  const { serial } = owned;
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
  await scene.account('ada');
  const { observed } = await scene.care();
  if (observed.accounts === 'locked') throw new Error('the fob is locked');
  const doubled = { ...observed, accounts: [...observed.accounts, ...observed.accounts] };
  const relay = { kind: 'agent', name: '192.0.2.9' } as const;
  await keepObserved(db, { fobId: owned.id, observed: doubled, relay, atMs: 1 });
  expect(accepted(await viewFob(db, owned.serial)).accounts).toHaveLength(observed.accounts.length);
});

it('a lost fob’s tokens are suspended at once, and its accounts go when it comes back, shown as found', async () => {
  const { serial } = owned;
  const held = await scene.account('ada');
  await scene.account('ada', 'second');
  await scene.care();
  accepted(await markLost(management, grace, { serial }));
  const states = await db.selectFrom('tokens').select('state').execute();
  expect(states).toEqual([{ state: 'suspended' }, { state: 'suspended' }]);
  expect(codeOf(await markLost(management, grace, { serial }))).toBe('bad_fob_state');
  await scene.care();
  expect(await scene.row()).toMatchObject({ state: 'found' });
  // The key for approvals opens nothing while the tokens are suspended.
  expect(await scene.labels()).toEqual(['push']);
  expect(await scene.acts('came back')).toEqual(['fob.found']);
  accepted(await markFound(management, grace, { serial }));
  expect(await scene.row()).toMatchObject({ state: 'in_use' });
  expect((await office.audit()).acts).toContain(`fob.lost ${serial}`);
  expect((await office.audit()).acts).toContain(`token.suspend ${held.serial}`);
});

it('a returned fob is erased by a hold, its tokens are revoked, and the service keeps no secret of it', async () => {
  const { serial } = owned;
  await scene.account('ada');
  await scene.care();
  expect(codeOf(await eraseFob(management, grace, { serial }))).toBe('account_in_use');
  accepted(await returnFob(management, grace, { serial }));
  const first = await scene.care();
  // Its account goes at once; the rest waits for the hold.
  expect(first.waiting.map(({ kind, why }) => `${kind} ${why}`)).toEqual(['erase hold']);
  expect(await scene.tasks()).toEqual(['erase waiting hold', 'remove-account done']);
  const second = await scene.care({ mayHold: true });
  expect([second.isErased, scene.holds]).toEqual([true, 1]);
  expect(await scene.row()).toMatchObject({ state: 'returned', sealed_secrets: null, key_id: null });
  expect(scene.fob.screen.join(' ')).toMatch(/erased/i);
  expect(await scene.acts()).toEqual(['fob.remove-account', 'fob.erase']);
  expect(await office.rows('fob_accounts')).toEqual([]);
  expect(await office.rows('push_keys')).toEqual([]);
  await expect(scene.care()).rejects.toThrow();
  expect(codeOf(await returnFob(management, grace, { serial }))).toBe('bad_fob_state');
});

it('a retired fob loses its tokens, and its accounts if it is ever seen again', async () => {
  await scene.account('ada');
  accepted(await retireFob(management, grace, { serial: owned.serial }));
  await scene.care();
  expect([await scene.labels(), (await scene.row()).state]).toEqual([[], 'retired']);
});

it('what a locked fob held is still shown, with the time at which it was listed', async () => {
  await scene.account('ada');
  await scene.care();
  const listedMs = office.nowMs;
  await lockByPin(owned);
  scene.follow();
  await scene.care();
  const view = accepted(await viewFob(db, owned.serial));
  expect(view.listedMs).toBe(listedMs);
  expect(view.accounts.map(({ label }) => label)).toEqual(['ada', 'push']);
  expect(view.fob.pin).toMatchObject({ state: 'set', isLocked: true });
});

it('a fob whose answer to its erasure was lost counts as returned when it is blank, and as not erased if it proves itself', async () => {
  const { serial } = owned;
  accepted(await returnFob(management, grace, { serial }));
  // Nobody can pretend that before the fob was asked.
  expect(await noteBlank(management, serial)).toBe(false);
  let isHeld = false;
  const hold = (fob: typeof scene.fob) => {
    fob.approve();
    isHeld = true;
  };
  await expect(scene.care({ mayHold: true, hold, loseAnswers: () => isHeld })).rejects.toThrow();
  expect(scene.fob.screen.join(' ')).toMatch(/erased/i);
  expect(await noteBlank(management, serial)).toBe(true);
  expect(await scene.row()).toMatchObject({ state: 'returned' });
  expect(await scene.tasks()).toEqual(['erase done unconfirmed']);
  expect(await noteBlank(management, serial)).toBe(false);
});

it('a fob that only pretended to be blank is erased when it proves itself', async () => {
  const { serial } = owned;
  accepted(await returnFob(management, grace, { serial }));
  // The link is lost while the fob asks its person.
  await scene
    .care({ mayHold: true, hold: () => undefined, signal: AbortSignal.timeout(300) })
    .catch(() => undefined);
  const sealed = { sealed_key: 'a key that the fob may hold', key_id: 'x', created_ms: 0 };
  await insertIn(db, 'fob_recovery', { fob_id: owned.id, ...sealed });
  expect(await noteBlank(management, serial)).toBe(true);
  expect(await office.rows('fob_recovery')).toHaveLength(1);
  const { waiting } = await scene.care();
  expect(waiting.map(({ kind, why }) => `${kind} ${why}`)).toEqual(['erase hold']);
  expect(await scene.acts('not erased')).toEqual(['fob.erase']);
  expect((await scene.care({ mayHold: true })).isErased).toBe(true);
});

const AGENT = { kind: 'agent', name: '192.0.2.9' } as const;
const COMMAND = { kind: 'command', name: '192.0.2.9' } as const;

/** A fob of the service whose clock module has lost its power. */
async function withoutPower(): Promise<CareScene> {
  const { losePower, ...parts } = losingPower();
  const scene = await CareScene.open(new CoreFob(hostPrimitives, parts));
  await scene.account('ada');
  await scene.care();
  losePower();
  scene.fob.reboot();
  return scene;
}

async function findings(scene: CareScene): Promise<string[]> {
  const { health } = accepted(await viewFob(scene.office.management.db, scene.owned.serial));
  return health.map(({ kind }) => kind);
}

it('a loss of power of the clock module is acknowledged with the person at the fob, and never by an agent alone', async () => {
  await using scene = await withoutPower();
  await scene.care({ relay: COMMAND });
  expect(await findings(scene)).toContain('memory-went-back');
  const task = await scene.ask({ kind: 'power-loss' });
  expect(task.needsHold).toBe(false);
  scene.fob.press();
  expect(scene.fob.screen.join(' ')).toContain('The clock module lost its power.');
  scene.fob.approve();
  await scene.care({ relay: AGENT, mayHold: true });
  expect(await scene.tasks()).toContain('power-loss waiting alone');
  expect(await findings(scene)).toContain('memory-went-back');
  await scene.care({ relay: COMMAND });
  expect(await scene.tasks()).toContain('power-loss done');
  expect(await findings(scene)).not.toContain('memory-went-back');
  expect(await scene.acts('asked')).toContain('fob.power-loss');
  expect((await scene.acts()).filter(act => act === 'fob.power-loss')).toHaveLength(1);
  expect((await scene.asOwner(client => client.call('status', {}))).wentBack).toBe(0);
});

it('the message on the screen of the fob has to be read and held first', async () => {
  await using scene = await withoutPower();
  await scene.ask({ kind: 'power-loss' });
  await scene.care({ relay: COMMAND });
  expect(await scene.tasks()).toContain('power-loss waiting notice');
  expect(await findings(scene)).toContain('memory-went-back');
});

it('a fob is not given away with an account that was never listed, or that no token is of', async () => {
  const { serial } = await scene.account('ada');
  accepted(await revokeToken(management, grace, { serial, reason: 'retired' }));
  expect(codeOf(await scene.give())).toBe('accounts_left');
  await scene.care();
  await scene.account('ada');
  await db.deleteFrom('assignments').execute();
  await db.deleteFrom('tokens').execute();
  await scene.care();
  expect(await scene.tasks()).not.toContainEqual(expect.stringContaining('waiting'));
  expect(codeOf(await scene.give())).toBe('accounts_left');
});

it('each file is in the audit, the first ends the push key, and the confirmation whatever is kept of its keys', async () => {
  const fob_id = owned.id;
  const sealed = { key_id: office.management.keys.currentKeyId, created_ms: 1 };
  const key = { account: '01020304', suite: '', sealed_secret: '', proved_ms: 1 };
  await insertIn(db, 'push_keys', { fob_id, ...key, ...sealed });
  await insertIn(db, 'fob_recovery', { fob_id, sealed_key: '', ...sealed });
  const acting = { ...office.management, actor: grace, atMs: office.nowMs };
  await writing(db, tx => addPairing({ ...acting, db: tx }, owned.serial, freshSecrets(randomSecret)));
  for (let files = 0; files < 2; files++) accepted(await scene.give());
  expect(await db.selectFrom('push_keys').selectAll().execute()).toEqual([]);
  expect(fobSecretsOf(office.management.keys, await scene.row())).toBeUndefined();
  accepted(await scene.confirmGiven());
  for (const table of ['fob_recovery', 'fob_pairings'] as const)
    expect([table, await db.selectFrom(table).selectAll().execute()]).toEqual([table, []]);
  expect(await scene.row()).toMatchObject({ sealed_secrets: null, key_id: null });
  const { acts } = await office.audit();
  expect(acts.filter(act => act.startsWith('fob.give'))).toHaveLength(3);
});

it('a run whose lease was over makes no other recovery key for a fob whose file is made', async () => {
  await scene.ask({ kind: 'pin-reset' });
  await lockByPin(owned);
  scene.follow();
  let given: ReturnType<typeof scene.give> | undefined;
  const hold = () => {
    office.nowMs += careLimits.careLeaseMs;
    given = scene.give();
    scene.fob.approve();
  };
  await scene.care({ mayHold: true, hold }).catch(() => undefined);
  expect(await given).toMatchObject({ ok: true });
  expect(await office.rows('fob_recovery')).toEqual([]);
});
