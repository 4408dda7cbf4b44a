import { markLost } from '@passfob/service/subjects/care/life';
import { removeAccount, resetFobPin } from '@passfob/service/subjects/care/task-acts';
import { viewFob } from '@passfob/service/subjects/care/views';
import { revokeToken, suspendToken, unassignToken } from '@passfob/service/subjects/tokens/acts';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { CoreFob } from '../../unit/host/kit/core-fob.ts';
import { memories } from '../../unit/host/kit/core-memories.ts';
import {
  db,
  management,
  office,
  openEachScene,
  type RelayWishes,
  refusalOf,
  Scene,
  scene,
} from '../enrolment/kit.ts';
import {
  accountsOf,
  asOwner,
  labelsOf,
  lockByPin,
  type OwnedFob,
  PIN,
  putForeign,
  refusesRecoveryKey,
  secretsOf,
} from '../kit/fob.ts';
import { accepted, grace, randomSecret } from '../users/kit.ts';
import { type AdasFob, adas, limitRelays, look, NEW_PIN, outcomesOf, Person } from './given.ts';

openEachScene();

// A person who does not enter a PIN is waited for three polls.
limitRelays({ relayWaitMs: 300, pinPollMs: 100 });

const SECOND_MS = 1_000;
const pinless = () => undefined;

/** A fob of ada whose token was revoked, locked by her PIN. */
async function lockedOfAda(scene: Scene, fob?: AdasFob['owned']['fob']): Promise<AdasFob> {
  const ada = await adas(scene, 'totp', fob);
  accepted(await revokeToken(scene.office.management, grace, { serial: ada.serial, reason: 'retired' }));
  await lockByPin(ada.owned);
  return ada;
}

async function tasksOf({ db }: Scene): Promise<string[]> {
  const rows = await db.selectFrom('fob_tasks').selectAll().orderBy('kind').orderBy('created_ms').execute();
  return rows.map(({ kind, state, message }) => `${kind} ${state}${message && ` ${message}`}`);
}

/** Checks that bob has no token, and that nothing was written to the fob: its PIN opens its old accounts. */
async function expectUntouched(scene: Scene, owned: OwnedFob): Promise<void> {
  for (const { id: user_id } of await scene.office.rows('users', { name: 'bob' }))
    expect(await scene.office.rows('tokens', { user_id })).toEqual([]);
  expect(await asOwner(owned, client => client.call('status', {}))).toMatchObject({ locked: 1 });
  owned.fob.press();
  owned.fob.enter(PIN);
  expect(await accountsOf(owned)).toHaveLength(1);
}

it('the PIN of an earlier user is reset by one hold that says why, and the new user chooses one before the account is written', async () => {
  const { owned, passcodes } = await lockedOfAda(scene);
  const old = (await secretsOf(office, owned.serial)).recoveryKey;
  const person = new Person(owned.fob);
  const { report } = person.wishes;
  const seen: Promise<unknown>[] = [];
  const wishes = {
    ...person.wishes,
    report(event: Parameters<NonNullable<typeof report>>[0]) {
      if (event.event === 'step' && event.step === 'pin')
        seen.push(office.rows('tokens', { state: 'reserved' }));
      report?.(event);
    },
  };
  await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob, wishes);
  // While the new PIN is chosen, there is no token of bob yet.
  expect(await Promise.all(seen)).toEqual([[]]);
  expect(person.texts.filter(text => text.startsWith('The fob is locked by an earlier user'))).toHaveLength(
    1,
  );
  expect(person.texts).toContainEqual(expect.stringMatching(/The service resets the PIN.*Hold/));
  expect(person.texts).toContainEqual(
    expect.stringMatching(/^Choose a PIN.* at least \d+ digits.*1234.*shows "ok" as soon as there are \d+/),
  );
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
  expect(await tasksOf(scene)).toEqual(['pin-reset done', 'remove-account done']);
  const { acts } = await office.audit();
  const order = ['fob.reset-pin', 'fob.remove-account', 'activation.finish'].map(act =>
    acts.findIndex(one => one.startsWith(act)),
  );
  expect(order).toEqual([...order].sort((one, other) => one - other));
  expect(order[0]).toBeGreaterThan(0);
  expect(new Set(await outcomesOf(scene, passcodes))).not.toContain('accepted');
  owned.fob.run(70_000);
  const renewed = (await secretsOf(office, owned.serial)).recoveryKey;
  expect([await refusesRecoveryKey(owned, old), await refusesRecoveryKey(owned, renewed)]).toEqual([
    true,
    false,
  ]);
  owned.fob.press();
  owned.fob.enter(NEW_PIN);
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
});

it('a user who declines the reset is asked for the PIN; without it nothing is written, and no reset stays', async () => {
  const { owned } = await lockedOfAda(scene);
  const person = new Person(owned.fob, fob => fob.deny(), pinless);
  const activation = await scene.activation({ fobs: 'owned' }, 'bob');
  expect(await refusalOf(scene.relay(activation, owned.fob, person.wishes))).toBe('earlier_pin');
  expect(person.steps.map(([step]) => step)).toEqual(['plug', 'hello', 'writing', 'press', 'pin']);
  expect(person.texts.at(-1)).toContain('Enter that PIN on the fob.');
  expect(await tasksOf(scene)).toEqual(['pin-reset refused declined', 'remove-account waiting locked']);
  await expectUntouched(scene, owned);
});

it('a user who declines the reset and enters the PIN keeps it, and the earlier account goes', async () => {
  const { owned } = await lockedOfAda(scene);
  let asked = 0;
  const deny = (fob: typeof owned.fob, n: number) => (n === 0 ? fob.deny() : fob.approve());
  const person = new Person(owned.fob, deny, () => {
    asked++;
    owned.fob.press();
    owned.fob.enter(PIN);
  });
  await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob, person.wishes);
  expect([asked, await labelsOf(owned)]).toEqual([1, ['bob', 'push']]);
});

it('a reset that nobody approves in time ends the run, writes nothing, and can be tried again', async () => {
  const { owned } = await lockedOfAda(scene);
  let passing: NodeJS.Timeout | undefined;
  const person = new Person(owned.fob, fob => {
    passing ??= setInterval(() => fob.run(SECOND_MS), 100);
  });
  const activation = await scene.activation({ fobs: 'owned' }, 'bob');
  try {
    expect(await refusalOf(scene.relay(activation, owned.fob, person.wishes))).toBe('no_press');
  } finally {
    clearInterval(passing);
  }
  expect(await tasksOf(scene)).toEqual(['pin-reset refused no_hold', 'remove-account waiting locked']);
  expect(await asOwner(owned, client => client.call('status', {}))).toMatchObject({ locked: 1 });
  await scene.relay(activation, owned.fob, new Person(owned.fob).wishes);
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
});

it('without a recovery key that opens the fob nothing is reset and nothing is written', async () => {
  const ada = await adas(scene);
  // Another key than the service keeps: as after a restore of an old backup.
  await asOwner(ada.owned, client => client.call('escrow', { recoveryKey: randomSecret(32) }));
  accepted(await revokeToken(management, grace, { serial: ada.serial, reason: 'retired' }));
  await lockByPin(ada.owned);
  const person = new Person(ada.owned.fob, fob => fob.approve(), pinless);
  const activation = await scene.activation({ fobs: 'owned' }, 'bob');
  expect(await refusalOf(scene.relay(activation, ada.owned.fob, person.wishes))).toBe('earlier_pin');
  expect(person.steps.map(([step]) => step)).toEqual(['plug', 'hello', 'writing', 'pin']);
  expect(await tasksOf(scene)).toEqual(['pin-reset refused no_recovery', 'remove-account waiting locked']);
  await expectUntouched(scene, ada.owned);
});

it('an account that the service does not know keeps the PIN from being reset for a new user, until a person asks for it', async () => {
  const ada = await adas(scene);
  const { owned } = ada;
  await asOwner(owned, client => putForeign(client, Uint8Array.of(5, 1, 2, 3), 'private', 'Bank'));
  await look(scene, owned);
  accepted(await revokeToken(management, grace, { serial: ada.serial, reason: 'retired' }));
  await lockByPin(owned);
  const { fob } = owned;
  const activation = await scene.activation({ fobs: 'owned' }, 'bob');
  const alone = new Person(fob, pressed => pressed.approve(), pinless);
  expect(await refusalOf(scene.relay(activation, fob, alone.wishes))).toBe('earlier_pin');
  expect(alone.steps.map(([step]) => step)).not.toContain('press');
  expect(await tasksOf(scene)).toEqual(['remove-account waiting locked']);
  accepted(await resetFobPin(management, grace, { serial: owned.serial }));
  await scene.relay(activation, fob, new Person(fob).wishes);
  expect(await labelsOf(owned)).toEqual(['private', 'bob', 'push']);
  // It stays, is shown as unknown, and an administrator can have it removed.
  await look(scene, owned);
  const { accounts } = accepted(await viewFob(db, owned.serial));
  expect(accounts.map(({ label, token }) => [label, token !== null])).toEqual([
    ['private', false],
    ['bob', true],
    ['push', false],
  ]);
  accepted(await removeAccount(management, grace, { serial: owned.serial, account: '05010203' }));
  await look(scene, owned);
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
});

it('a locked fob that its own user enrols again asks for the PIN of that user, and resets nothing', async () => {
  const { owned } = await lockedOfAda(scene);
  const person = new Person(owned.fob, fob => fob.approve(), pinless);
  const activation = await scene.activation({ fobs: 'owned' }, 'ada');
  expect(await refusalOf(scene.relay(activation, owned.fob, person.wishes))).toBe('no_pin');
  expect(person.texts.at(-1)).toBe('The fob is locked. Enter its PIN on the fob.');
});

it.each(['active', 'suspended', 'lost'] as const)(
  'a fob whose token is %s is refused to another user, whatever else waits for it',
  async state => {
    await using scene = await Scene.open();
    const { owned, serial } = await adas(scene);
    const { management } = scene.office;
    const about = { serial: owned.serial };
    accepted(await resetFobPin(management, grace, { ...about }));
    if (state === 'suspended') accepted(await suspendToken(management, grace, { serial }));
    if (state === 'lost') accepted(await markLost(management, grace, about));
    await lockByPin(owned);
    const person = new Person(owned.fob);
    const activation = await scene.activation({ fobs: 'owned' }, 'bob');
    expect(await refusalOf(scene.relay(activation, owned.fob, person.wishes))).toBe('somebody');
    expect(person.steps.map(([step]) => step)).toEqual(['plug', 'hello', 'writing']);
    await expectUntouched(scene, owned);
  },
);

it.each(['totp', 'hotp'] as const)(
  'a %s token that was taken from its user gets a new seed for the next one, and passcodes written down before are refused',
  async kind => {
    await using scene = await Scene.open();
    const { owned, serial, passcodes } = await adas(scene, kind);
    accepted(await unassignToken(scene.office.management, grace, { serial }));
    const { token } = await scene.relay(
      await scene.activation({ fobs: 'owned' }, 'bob'),
      owned.fob,
      new Person(owned.fob).wishes,
    );
    expect(token).toBe(serial);
    const outcomes = new Set(await outcomesOf(scene, passcodes));
    expect(outcomes).not.toContain('accepted');
    expect(outcomes).not.toContain('superseded');
  },
);

it('nothing is written to a fob from which an earlier account could not be removed', async () => {
  const parts = memories();
  const { storage } = parts;
  let fails = false;
  const write: typeof storage.write = (address, bytes) => {
    const isWritten = !fails && storage.write(address, bytes);
    fails = false;
    return isWritten;
  };
  const fob = new CoreFob(hostPrimitives, { ...parts, storage: { ...storage, write } });
  const { owned, serial } = await adas(scene, 'totp', fob);
  accepted(await revokeToken(management, grace, { serial, reason: 'retired' }));
  const before = await labelsOf(owned);
  const activation = await scene.activation({ fobs: 'owned' }, 'bob');
  const report: RelayWishes['report'] = event => {
    // The removal is the first thing that is written.
    if (event.event === 'step' && event.step === 'writing') fails = true;
  };
  expect(await refusalOf(scene.relay(activation, fob, { report }))).toBe('fob_failed');
  expect(fails).toBe(false);
  expect(await labelsOf(owned)).toEqual(before);
  expect(await db.selectFrom('tokens').select('state').execute()).toEqual([{ state: 'revoked' }]);
  await scene.relay(activation, fob);
  expect(await labelsOf(owned)).toEqual(['bob', 'push']);
});

it('the account of a token that was taken from its user goes, and comes back for the next user', async () => {
  const { owned, serial } = await adas(scene);
  accepted(await unassignToken(management, grace, { serial }));
  const { token } = await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob);
  expect(token).toBe(serial);
  const { acts } = await office.audit();
  expect(acts.filter(act => act === `token.assign ${serial}`)).toHaveLength(2);
  expect(await db.selectFrom('fob_tasks').select(['kind', 'state']).execute()).toEqual([
    { kind: 'remove-account', state: 'done' },
  ]);
});

it('a lost fob that is activated for another user is in use again, and keeps the new account', async () => {
  const { owned, serial } = await adas(scene);
  accepted(await revokeToken(management, grace, { serial, reason: 'lost' }));
  accepted(await markLost(management, grace, { serial: owned.serial }));
  await scene.relay(await scene.activation({ fobs: 'owned' }, 'bob'), owned.fob);
  const { state } = await office.row('fobs');
  expect([state, await labelsOf(owned)]).toEqual(['in_use', ['bob', 'push']]);
  const { acts } = await office.audit();
  // It came back, and it was activated.
  expect(acts.filter(act => act === `fob.found ${owned.serial}`)).toHaveLength(2);
});
